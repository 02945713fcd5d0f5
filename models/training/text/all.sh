#!/bin/sh
# Trains, exports and measures every text pack. PYTHON names the interpreter.
set -e
cd "$(dirname "$0")"
PYTHON="${PYTHON:-python3}"
"$PYTHON" embeddings.py ccby research
"$PYTHON" sentence_roles.py
"$PYTHON" measure_sentence_roles.py --write
"$PYTHON" pretrain.py
"$PYTHON" train_taggers.py --seeds 1 2 --epochs 5 --rate 3e-3
"$PYTHON" mix_heads.py
"$PYTHON" measure_taggers.py pico-tagger --write
"$PYTHON" train_taggers.py --head facts --seeds 1 2 --epochs 12 --batch 2400 --rate 3e-3
"$PYTHON" calibrate_facts.py
"$PYTHON" measure_taggers.py trial-facts --write
"$PYTHON" rct_classifier.py
"$PYTHON" measure_rct_classifier.py --write
"$PYTHON" text_encoder.py
"$PYTHON" measure_text_encoder.py --write
"$PYTHON" plots.py
"$PYTHON" goldens.py
