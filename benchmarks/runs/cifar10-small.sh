#!/usr/bin/env bash
# The long runs of cifar10-small: a wider teacher, then the network from its answers and labels, both with outliers.
# Each run is resumed where it was stopped or killed, at most one epoch back: start the script again.
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
strange=(--outliers "$outliers" --set outliers.made_up=4000 --set outliers.share=0.2)

# 466 million multiply-adds a picture.
tenfold train "${data[@]}" "${strange[@]}" --network cifar10-small --set 'options.widths=[128, 256]' \
    --epochs 120 --run "$runs/cifar10-small-teacher"
tenfold train "${data[@]}" "${strange[@]}" --network cifar10-small --teacher "$runs/cifar10-small-teacher" \
    --set teacher.weight=0.7 --set teacher.temperature=2 --run "$runs/cifar10-small"
(cd "$here" && python -m benchmarks.robustness --model "$runs/cifar10-small/model.onnx")
