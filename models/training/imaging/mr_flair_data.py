"""Slices of the lower-grade glioma set, split by patient with a hash, so that the split never depends on order."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image

from cxr_lungs_data import part_of

SIZE = 192


@dataclass
class Slice:
    patient: str
    number: int
    part: str
    image: numpy.ndarray
    mask: numpy.ndarray

    @property
    def site(self):
        """Two letters of the contributing hospital in the TCGA id."""
        return self.patient.split("_")[1]

    def network_input(self):
        """float32 [3, SIZE, SIZE] in 0..1 (pre-contrast, FLAIR, post-contrast), PIL's antialiased bilinear filter."""
        resized = Image.fromarray(self.image).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        return numpy.ascontiguousarray(numpy.asarray(resized, dtype=numpy.float32).transpose(2, 0, 1)) / 255

    def target(self):
        """float32 [1, SIZE, SIZE]: the share of each coarse pixel that is abnormal."""
        resized = Image.fromarray(self.mask.astype(numpy.uint8) * 255).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        return numpy.asarray(resized, dtype=numpy.float32)[None] / 255


def load(shared):
    """Every slice, decoded once: image [H, W, 3] uint8, mask [H, W] bool."""
    folder = Path(shared) / "data" / "imaging" / "mri_lgg"
    slices = []
    for row in csv.DictReader(open(folder / "pairs.csv", encoding="utf-8")):
        image = numpy.asarray(Image.open(folder / row["image"]).convert("RGB"))
        mask = numpy.asarray(Image.open(folder / row["mask"]).convert("L")) > 127
        slices.append(Slice(row["patient"], int(row["slice"]), part_of(row["patient"], "glioma", 0.12, 0.25), image, mask))
    return slices
