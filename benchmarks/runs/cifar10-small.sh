#!/usr/bin/env bash
# How cifar10-small was trained: an hour and a half on 2 cores with bfloat16, from labels and outliers.
# A run is resumed where it was stopped or killed, at most one epoch back: start the script again.
#
#   benchmarks/runs/cifar10-small.sh RUNS [DATA_DIR]
set -euo pipefail
runs=$1
here=$(cd "$(dirname "$0")/../.." && pwd)
data=(--data cifar10)
[ $# -lt 2 ] || data+=(--data-dir "$2")
outliers=$runs/cifar-100-outliers
mkdir -p "$runs"
if [ ! -d "$outliers" ]; then
    (cd "$here" && python -m benchmarks.cifar100_part "$outliers.part")
    mv "$outliers.part" "$outliers"
fi
tenfold train "${data[@]}" --network cifar10-small --outliers "$outliers" --set outliers.made_up=4000 \
    --set outliers.share=0.2 --run "$runs/cifar10-small"
(cd "$here" && python -m benchmarks.robustness --model "$runs/cifar10-small/model.onnx")
