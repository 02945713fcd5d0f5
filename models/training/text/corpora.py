"""The data sets, read from EVIDESK_SHARED (default ../shared, next to the repository)."""
import csv
import gzip
import hashlib
import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("EVIDESK_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data"
TEXT = DATA / "text"
CACHE = Path(os.environ.get("EVIDESK_CACHE", Path.home() / ".cache" / "evidesk-training"))
csv.field_size_limit(10**9)


def require_data():
    if not TEXT.exists():
        sys.exit(f"No data at {TEXT}: set EVIDESK_SHARED to the folder that holds data/text.")


def lines(path):
    with gzip.open(TEXT / path, "rt", encoding="utf8") as file:
        return [json.loads(line) for line in file]


def comet_blocks():
    """EBM-COMET: per sentence the rows (token, tag, part of speech)."""
    with gzip.open(TEXT / "pico_results/ebm_comet/dev/train.conll.gz", "rt", encoding="utf8") as file:
        blocks = file.read().split("\n\n")
    return [rows for rows in ([line.split(" ") for line in block.split("\n") if line.strip()] for block in blocks) if rows]


def fold(key, folds):
    """A stable fold of an article, so that no article is ever on both sides."""
    return int(hashlib.sha256(str(key).encode()).hexdigest()[:8], 16) % folds


def full_texts():
    return lines("evidence_inference/dev/fulltext_txt_annotated.jsonl.gz") + lines("evidence_inference/dev/fulltext_txt_extra_1.jsonl.gz")


def structured(part, licence):
    return lines(f"sentence_roles/dev/pmc_structured_{part}_{licence}.jsonl.gz")


def screening_records():
    """{set name: [row]} with id, title, abstract, label_included."""
    found = {}
    for path in sorted((DATA / "screening").glob("*.csv.gz")):
        with gzip.open(path, "rb") as file:
            found[path.name.removesuffix(".csv.gz")] = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf8", newline="")))
    return found
