#!/usr/bin/env bash
# How cifar10-small was trained: 50 minutes on 2 cores with bfloat16, from the bundled cifar10, labels and outliers.
# A run is resumed where it was stopped or killed, at most one epoch back: start the script again.
#
#   benchmarks/runs/cifar10-small.sh RUNS DATA_DIR
set -euo pipefail
mkdir -p "$1"
runs=$(cd "$1" && pwd)
export TENFOLD_DATA_DIR=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."
outliers=$runs/cifar-100-outliers
if [ ! -d "$outliers" ]; then
    python -m benchmarks.training.cifar100_part "$outliers.part"
    mv "$outliers.part" "$outliers"
fi
[ -d "$runs/narrow" ] || python -m benchmarks.models.narrower "$runs/narrow"
tenfold train --data cifar10 --data-dir "$TENFOLD_DATA_DIR" --network cifar10-small --from "$runs/narrow" \
    --outliers "$outliers" --set outliers.made_up=4000 --set outliers.share=0.15 --precision bfloat16 \
    --name cifar10-small --run "$runs/cifar10-small"
