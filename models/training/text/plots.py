"""Draws reliability.svg of a text pack from the calibration table of its card.

    python plots.py            every text pack whose card has such a table
"""
import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "imaging"))
from reliability import reliability_svg  # noqa: E402

MODELS = Path(__file__).resolve().parents[2]
PACKS = ("pico-tagger", "trial-facts", "sentence-roles", "rct-classifier")
ROW = re.compile(r"^\| (0\.\d) \| ([01]\.\d) \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)
ERROR = re.compile(r"Expected calibration error[^:]*: ([\d.]*\d)")


def draw(name):
    text = (MODELS / name / "card.md").read_text(encoding="utf8")
    calibration = text[text.index("## Calibration"):].split("\n## ")[0]
    bins = [{"n": int(n), "probability": float(mean), "observed": float(share)} for _, _, n, mean, share in ROW.findall(calibration)]
    error = ERROR.search(calibration)
    if not bins or error is None:
        raise ValueError(f"{name}/card.md has no calibration table or no calibration error.")
    total = sum(row["n"] for row in bins)
    (MODELS / name / "reliability.svg").write_text(reliability_svg(bins, f"{name}, n {total}; calibration error {error[1]}"))
    print(name, len(bins), "bins, n", total)


if __name__ == "__main__":
    for pack in PACKS:
        draw(pack)
