#!/bin/sh
# Trains, exports and measures one bundled pack as it ships: sh models/training/train.sh PACK [SHARED]
# PYTHON names the interpreter, SHARED the folder with the data (default ../shared beside the repository).
# Packs that went on from an earlier version take its weights out of the repository's history.
set -e
cd "$(dirname "$0")/../.."
root=$(pwd)
pack="$1"
shared=$(cd "${2:-$root/../shared}" && pwd)
python="${PYTHON:-python3}"
date=$(date +%Y-%m-%d)
out="$root/models/$pack"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export EVIDESK_SHARED="$shared"

# REVISION PATH: that file as it was, in the working folder.
earlier() {
  git -C "$root" archive "$1" "$2" | tar -x -C "$work" || {
    echo "The history of the repository does not hold $2 at $1: this needs a full clone." >&2
    exit 1
  }
}

case "$pack" in
  cxr-lungs)
    cd models/training/imaging
    "$python" cxr_lungs.py --shared "$shared" --out "$out"
    "$python" cxr_lungs_pack.py --shared "$shared" --out "$out" --date "$date"
    ;;
  cxr-findings)
    earlier b54ea63 models/cxr-findings/model.onnx
    cd models/training/imaging
    "$python" cxr_findings.py --shared "$shared" --out "$out" --date "$date" --seeds 1 --epochs 50 --minutes 60 --beside "$work/models/cxr-findings/model.onnx"
    "$python" cxr_findings_golden.py --shared "$shared" --out "$out"
    ;;
  mr-flair-abnormality)
    earlier 2a6acf0 models/mr-flair-abnormality/model.onnx
    cd models/training/imaging
    "$python" mr_flair_abnormality.py --shared "$shared" --out "$out" --date "$date" --seeds 1 --epochs 14 --rate 1.5e-3 --minutes 24 --start "$work/models/mr-flair-abnormality/model.onnx"
    ;;
  view-check)
    cd models/training/imaging
    "$python" view_check.py --shared "$shared" --out "$out" --minutes 12
    "$python" view_check.py --shared "$shared" --out "$out" --go-on --minutes 16 --epochs 24
    "$python" view_check_pack.py --shared "$shared" --out "$out" --date "$date"
    ;;
  read-planner)
    earlier 06ebaa2 models/read-planner
    cd models/training/planner
    "$python" train.py "$shared/data/imaging" "$work/out" --start "$work/models/read-planner" --minutes 44 --rate 1.5e-3 --seed 11 --bf16
    "$python" measure.py "$shared/data/imaging" "$work/out" 400
    node "$root/electron/features/imaging/planning/rules.measure.ts" "$work/out/cases-fresh.json"
    "$python" planner_pack.py "$shared/data/imaging" "$work/out" "$out"
    ;;
  pico-tagger | trial-facts)
    earlier ca0a79d models/pico-tagger/model.onnx
    cd models/training/text
    "$python" embeddings.py research
    "$python" pretrain.py --minutes 17 --start "$work/models/pico-tagger/model.onnx"
    "$python" train_taggers.py --seeds 1 2 --epochs 5 --rate 3e-3
    "$python" mix_heads.py
    "$python" measure_taggers.py pico-tagger --write
    if [ "$pack" = trial-facts ]; then
      "$python" train_taggers.py --head facts --seeds 1 2 --epochs 12 --batch 2400 --rate 3e-3
      "$python" calibrate_facts.py
      "$python" measure_taggers.py trial-facts --write
    fi
    ;;
  sentence-roles | rct-classifier | text-encoder)
    cd models/training/text
    script=$(echo "$pack" | tr - _)
    "$python" embeddings.py ccby research
    "$python" "$script.py"
    "$python" "measure_$script.py" --write
    ;;
  ct-tissue)
    node "$root/models/ct-tissue/measure.ts"
    ;;
  *)
    echo "usage: sh models/training/train.sh PACK [SHARED]; the packs: cxr-lungs cxr-findings mr-flair-abnormality ct-tissue view-check read-planner pico-tagger trial-facts sentence-roles rct-classifier text-encoder" >&2
    exit 2
    ;;
esac
cd "$root"
node models/renew.ts
node models/table.ts
