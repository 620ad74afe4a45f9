#!/usr/bin/env bash
# EfficientNet-Lite0 as the student project used VGG16: a base whose head alone learns, the last blocks unfrozen from
# there, and the two compared on CIFAR-10's test pictures. Start it again where it was stopped: each run goes on.
#
#   benchmarks/runs/efficientnet-lite0.sh RUNS [DATA_DIR]
set -euo pipefail
runs=$1
data=(--data cifar10)
[ $# -lt 2 ] || data+=(--data-dir "$2")
base=$runs/efficientnet-lite0-base finetuned=$runs/efficientnet-lite0-finetuned

tenfold train "${data[@]}" --network efficientnet-lite0 --set 'transfer.stages=[{blocks = 0}]' --run "$base"
tenfold train "${data[@]}" --network efficientnet-lite0-finetuned --from "$base" --run "$finetuned"
tenfold compare "$base" "$finetuned" ${2:+--data-dir "$2"}
