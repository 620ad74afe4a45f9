#!/usr/bin/env bash
# EfficientNet-Lite0 as the student project used VGG16: a base whose head alone learns, the last blocks unfrozen from
# there, and the two compared on CIFAR-10's test pictures. Start it again where it was stopped: each run goes on.
#
#   benchmarks/runs/efficientnet-lite0.sh RUNS [DATA_DIR]
#
# PART=FOLDER learns from 2,000 pictures at 96 pixels in place of 45,000 at 160, with what the fixed blocks make of two
# versions of each kept: minutes without a GPU, and the figures in docs/explanation/networks.md are its. The folder is
# filled first, if it is not there. Where others use the machine too, OMP_NUM_THREADS=1 is many times faster.
set -euo pipefail
runs=$1 part=${PART:-}
here=$(cd "$(dirname "$0")/../.." && pwd)
data=(--data cifar10)
base_has=(--set 'transfer.stages=[{blocks = 0}]')
finetuned_has=()
[ $# -lt 2 ] || data+=(--data-dir "$2")
if [ -n "$part" ]; then
    if [ ! -d "$part" ]; then
        (cd "$here" && python -m benchmarks.training.cifar10_part "$part.part")
        mv "$part.part" "$part"
    fi
    data=(--data "$part" --side 96 --views whole --batch-size 32 --precision float32)
    base_has+=(--set transfer.versions=2 --epochs 20)
    finetuned_has+=(--set 'transfer.stages=[{blocks = 6}]' --set transfer.versions=2 --epochs 4)
fi
base=$runs/efficientnet-lite0 finetuned=$runs/efficientnet-lite0-finetuned

tenfold train "${data[@]}" --network efficientnet-lite0 "${base_has[@]}" --run "$base"
tenfold train "${data[@]}" --network efficientnet-lite0-finetuned --from "$base" "${finetuned_has[@]}" --run "$finetuned"
tenfold compare "$base" "$finetuned" ${2:+--data-dir "$2"}
