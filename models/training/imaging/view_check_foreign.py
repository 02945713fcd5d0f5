"""
Writes pictures that are not medical and were never trained on, for measuring what is asked about:

    python view_check_foreign.py --shared ../shared --out FOLDER

Photographs and textures of scikit-image as it is installed (in colour and in grey), its faces, the first pages of the
trial PDFs (poppler's pdftoppm draws them) and the project's own screenshots.
"""

import argparse
import shutil
import subprocess
from pathlib import Path

import numpy
import skimage
from PIL import Image

# Medical pictures among those of scikit-image.
MEDICAL = ("phantom", "microaneurysms")


def write(shared, out):
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(skimage.__file__).parent / "data"
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".png", ".jpg") or path.stem in MEDICAL:
            continue
        opened = Image.open(path)
        if min(opened.size) >= 64:
            opened.convert(opened.mode if opened.mode in ("L", "RGB") else "RGB").save(out / f"photograph {path.stem}.png")
            opened.convert("L").save(out / f"photograph {path.stem} grey.png")
    for at, face in enumerate(numpy.load(folder / "lfw_subset.npy")[:60]):
        Image.fromarray((face * 255).clip(0, 255).astype(numpy.uint8)).resize((100, 100)).save(out / f"face {at}.png")
    for paper in sorted((Path(shared) / "data/text/pdfs").rglob("*.pdf"))[:15]:
        subprocess.run(["pdftoppm", "-r", "60", "-l", "4", "-png", str(paper), str(out / f"page {paper.stem}")], check=False, capture_output=True)
    for shot in sorted((Path(__file__).parents[3] / "docs/screenshots").glob("*.png")):
        shutil.copy(shot, out / f"screenshot {shot.name}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--shared", required=True)
    arguments.add_argument("--out", type=Path, required=True)
    chosen = arguments.parse_args()
    write(chosen.shared, chosen.out)
