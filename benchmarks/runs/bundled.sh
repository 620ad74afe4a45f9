#!/usr/bin/env bash
# How the bundled models were made, command by command. It writes into src/tenfold/models; the time is for 2 cores.
# It needs the train extra, CIFAR-10 in DATA_DIR, and cifar-100-part in the folder that TENFOLD_SHARED names.
#
#   benchmarks/runs/bundled.sh RUNS DATA_DIR
set -euo pipefail
mkdir -p "$1"
runs=$(cd "$1" && pwd)
data=$(cd "$2" && pwd)
export TENFOLD_DATA_DIR=$data
cd "$(dirname "$0")/../.."
models=src/tenfold/models

# cifar10, an hour and a half: the default network by its recipe; then its weights as float16, measured anew.
# benchmarks/runs/bundled has the figures of each epoch.
tenfold train --data-dir "$data" --run "$runs/cifar10"
cp "$runs/cifar10/model.onnx" "$models/cifar10.onnx"
python -m benchmarks.backbone.ship "$models/cifar10.onnx"

# cifar10-small, most of an hour: goes on from cifar10, with fewer channels and under noise.
benchmarks/runs/cifar10-small.sh "$runs" "$data"
cp "$runs/cifar10-small/model.onnx" "$models/cifar10-small.onnx"
python -m benchmarks.backbone.ship "$models/cifar10-small.onnx"

# photo and watch, a quarter of an hour for the features of both, and some minutes for each.
python -m benchmarks.backbone.features --cache "$runs/features"
python -m benchmarks.backbone.photo --cache "$runs/features" --output "$models/photo.onnx"
python -m benchmarks.backbone.watch --cache "$runs/features" --output "$models/watch.onnx"

# What each says of pictures like its own data, by which it is refitted on corrections.
python -m benchmarks.models.own_samples
