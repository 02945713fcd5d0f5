"""Films of three sources for the findings pack, split by patient with a hash.

Children (Kermany) and adults (NIH) are trained on; adults of the ieee8023 collection are only measured,
because nearly all of them are COVID-19 cases: trained on, their source alone would mean "pneumonia".
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image

from cxr_lungs_data import TRAINABLE, part_of

SIZE = 128
# Pneumonia first; the others are text-mined NIH labels with over 70 films each.
LABELS = ("pneumonia", "infiltration", "atelectasis", "edema", "effusion")
UNKNOWN = -1.0


@dataclass
class Film:
    name: str
    stratum: str
    group: str
    part: str
    pixels: numpy.ndarray
    labels: numpy.ndarray

    @property
    def pneumonia(self):
        return self.labels[0] == 1


def read(path):
    """float32 [1, SIZE, SIZE] in 0..1, squashed with PIL's antialiased bilinear filter."""
    resized = Image.open(path).convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return numpy.asarray(resized, dtype=numpy.float32)[None] / 255


def rows_of(path):
    return csv.DictReader(open(path, encoding="utf-8"))


def only_pneumonia(positive):
    return numpy.array([float(positive)] + [UNKNOWN] * (len(LABELS) - 1), dtype=numpy.float32)


def further_children(folder, known):
    """Children of the lung set, from the same hospital, that the findings set lacks: never measured, so those of held-out patients are left out."""
    found = []
    for row in rows_of(folder / "pairs.csv"):
        part = part_of(row["patient"], "child findings", 0.12, 0.25)
        if Path(row["image"]).stem not in known and part == "train":
            found.append(Film(Path(row["image"]).stem, "child", row["label"], part, read(folder / row["image"]), only_pneumonia(row["label"] != "normal")))
    return found


def load(shared):
    """`stratum` is child, adult AP, adult PA, external or external-nc: films are balanced and judged within it."""
    imaging = Path(shared) / "data" / "imaging"
    films = []
    children = imaging / "cxr_kermany_224"
    for row in rows_of(children / "labels.csv"):
        part = part_of(row["patient"], "child findings", 0.12, 0.25)
        films.append(Film(Path(row["file"]).stem, "child", row["label"], part, read(children / row["file"]), only_pneumonia(row["binary"] != "normal")))
    films += further_children(imaging / "lungseg_kermany_v7", {film.name for film in films})
    adults = imaging / "cxr_nih_1000"
    for row in rows_of(adults / "labels.csv"):
        found = {name.lower() for name in row["nih_findings"].split("|")}
        part = part_of(row["patient"], "adult findings", 0.15, 0.25)
        labels = numpy.array([float(label in found) for label in LABELS], dtype=numpy.float32)
        films.append(Film(Path(row["file"]).stem, f"adult {row['view']}", f"{row['sex']} {'over' if int(row['age']) >= 60 else 'under'} 60", part, read(adults / row["file"]), labels))
    outside = imaging / "cxr_ieee8023"
    for row in rows_of(outside / "labels.csv"):
        if row["label"] not in ("covid19", "pneumonia_other", "normal"):
            continue
        stratum = "external" if row["license"].strip() in TRAINABLE else "external-nc"
        films.append(Film(Path(row["file"]).stem, stratum, row["label"], "test", read(outside / row["file"]), only_pneumonia(row["label"] != "normal")))
    return films
