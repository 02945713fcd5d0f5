"""The two sources of the lung pack, split by patient with a hash, so that the split never depends on order."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image

SIZE = 256
# Share-alike, non-commercial and unclear licences are never trained on; NC adults are only measured.
TRAINABLE = {"CC BY 3.0", "CC BY 4.0"}


@dataclass
class Example:
    name: str
    source: str
    group: str
    part: str
    image_path: Path
    mask_path: Path

    def original(self):
        """Grey image [H, W] uint8 and mask [H, W] uint8 (255 lung, 127 ignore, 0 background)."""
        return (
            numpy.asarray(Image.open(self.image_path).convert("L")),
            numpy.asarray(Image.open(self.mask_path).convert("L")),
        )

    def network_input(self):
        """float32 [1, SIZE, SIZE] in 0..1, squashed with PIL's antialiased bilinear filter."""
        resized = Image.open(self.image_path).convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        return numpy.asarray(resized, dtype=numpy.float32)[None] / 255

    def target(self):
        mask = Image.open(self.mask_path).convert("L").resize((SIZE, SIZE), Image.Resampling.NEAREST)
        values = numpy.asarray(mask)
        return (values == 255).astype(numpy.float32)[None], (values != 127).astype(numpy.float32)[None]


def part_of(patient, salt, validation, test):
    fraction = int(hashlib.sha256(f"{salt}:{patient}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return "test" if fraction < test else "validation" if fraction < test + validation else "train"


def load(shared):
    """All examples; `group` is the diagnosis of a child, the view of an adult."""
    imaging = Path(shared) / "data" / "imaging"
    examples = []
    children = imaging / "lungseg_kermany_v7"
    for row in csv.DictReader(open(children / "pairs.csv", encoding="utf-8")):
        part = part_of(row["patient"], "child", 0.1, 0.2)
        examples.append(Example(Path(row["image"]).stem, "child", row["label"], part, children / row["image"], children / row["mask"]))
    adults = imaging / "cxr_ieee8023"
    rows = [row for row in csv.DictReader(open(adults / "labels.csv", encoding="utf-8")) if row["lung_mask"]]
    for row in rows:
        patient = row["patient"] or row["file"]
        part = part_of(patient, "adult", 0.15, 0.35)
        if row["license"].strip() in TRAINABLE:
            source = "adult"
        else:
            # A patient seen in training may not be measured under another licence.
            source = "adult-nc"
            if any(other["license"].strip() in TRAINABLE and (other["patient"] or other["file"]) == patient for other in rows):
                continue
            part = "test"
        examples.append(Example(Path(row["file"]).stem, source, row["view"], part, adults / row["file"], adults / row["lung_mask"]))
    return examples
