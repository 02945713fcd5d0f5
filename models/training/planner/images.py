"""
Pictures that the planner is trained and measured on: (modality, group, split, picture 96 x 96 uint8).
Only sources whose licence lets a pack be used freely are trained on; mri_lgg is measured on alone.
"""

import csv
import json
import random
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 96
MODALITIES = ["CXR", "CT", "MR", "other"]


def square(picture: np.ndarray) -> np.ndarray:
    """Any grey picture (rows, columns), values as they are, to 96 x 96 bytes: min-max, sides not kept, as SigLIP does."""
    low, high = np.percentile(picture, [0.5, 99.5])
    grey = np.clip((picture - low) / max(high - low, 1e-6), 0, 1) * 255
    return np.asarray(Image.fromarray(grey.astype(np.uint8)).resize((SIZE, SIZE), Image.BICUBIC))


def held_out(group: str) -> bool:
    """A fifth of the groups (patients, volumes, originals), chosen by name and so the same on every run."""
    return random.Random("planner:" + group).random() < 0.2


def films(data: Path, limit: int):
    chance = random.Random(20261125)
    rows = []
    with open(data / "cxr_kermany_224/labels.csv") as file:
        rows += [("kermany" + r["patient"], data / "cxr_kermany_224" / r["file"]) for r in csv.DictReader(file)]
    with open(data / "cxr_nih_1000/labels.csv") as file:
        rows += [("nih" + r["patient"], data / "cxr_nih_1000" / r["file"]) for r in csv.DictReader(file)]
    with open(data / "cxr_ieee8023/labels.csv") as file:
        rows += [("ieee" + r["patient"], data / "cxr_ieee8023" / r["file"]) for r in csv.DictReader(file) if r["nc"] == "no"]
    chance.shuffle(rows)
    for group, path in rows[:limit]:
        yield "CXR", group, np.asarray(Image.open(path).convert("L"), dtype=np.float32)


def teaching_cases(data: Path):
    """VQA-RAD (CC0): all abdomens are CT, all chests films; a head is what its own questions and answers call it."""
    said: dict[str, set[str]] = {}
    organ = {}
    for row in json.loads((data / "vqa_rad/qa.json").read_text()):
        organ[row["image_name"]] = row["image_organ"]
        answer = f" {row['answer']} ".lower().replace("-", " ").replace(",", " ")
        kind = row["question_type"]
        if "MODALITY" in str(kind).upper() and "not" not in row["question"].lower():
            words = set(answer.split())
            if words & {"mri", "mr", "flair", "t1", "t2", "dwi", "diffusion"}:
                said.setdefault(row["image_name"], set()).add("MR")
            if words & {"ct", "tomography"}:
                said.setdefault(row["image_name"], set()).add("CT")
    for name, place in organ.items():
        kinds = {"CHEST": {"CXR"}, "ABD": {"CT"}}.get(place, said.get(name, set()))
        if len(kinds) == 1:
            yield next(iter(kinds)), "vqa" + name, np.asarray(Image.open(data / "vqa_rad/images" / name).convert("L"), dtype=np.float32)


CT_WINDOWS = [(50, 400), (50, 400), (-600, 1500), (300, 1500), (40, 80)]


def slices_of(path: Path, modality: str, every: int):
    import nibabel

    volume = np.asarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj, dtype=np.float32)
    if volume.ndim == 4:
        volume = volume[..., 0]
    name = path.name
    for axis in range(3):
        count = volume.shape[axis]
        for at in range(int(count * 0.12), int(count * 0.88), every):
            plane = np.take(volume, at, axis).T[::-1]
            if modality == "CT":
                centre, width = CT_WINDOWS[(at // every) % len(CT_WINDOWS)]
                plane = np.clip(plane, centre - width / 2, centre + width / 2)
            if plane.std() > 1e-3:
                # Neighbouring slices are alike: a block of ten goes to one side of the split together.
                yield modality, f"{name}:{axis}:{at // 10}", plane


def volumes(data: Path):
    tree = data / "ct_totalsegmentator"
    yield from slices_of(tree / "example_ct.nii.gz", "CT", 2)
    yield from slices_of(tree / "example_ct_sm.nii.gz", "CT", 3)
    yield from slices_of(tree / "example_mr_sm.nii.gz", "MR", 2)


def dicom(data: Path):
    import pydicom

    for path in sorted((data / "dicom/pydicom").rglob("*.dcm")) + sorted((data / "dicom/pydicom-data").rglob("*.dcm")):
        try:
            read = pydicom.dcmread(path)
            if read.Modality in ("CT", "MR"):
                pixels = read.pixel_array
                plane = pixels[len(pixels) // 2] if pixels.ndim == 3 else pixels
                yield read.Modality, "dicom" + path.stem.split("_")[0], plane.astype(np.float32)
        except Exception as problem:
            print("left out", path.name, type(problem).__name__)


def others(data: Path):
    """No medical cross-section and no film: tissue under the microscope, photographs that come with libraries, noise, print."""
    from sklearn.datasets import load_sample_images

    sources = [(path.stem, Image.open(path).convert("L")) for folder in ("pathology/tiles", "pathology/nct_crc_samples") for path in sorted((data / folder).glob("*")) if path.suffix in (".jpg", ".png", ".tif")]
    sources += [(f"photo{at}", Image.fromarray(image).convert("L")) for at, image in enumerate(load_sample_images().images)]
    chance = random.Random(7)
    for name, picture in sources:
        for at in range(12):
            size = chance.uniform(0.35, 1) * min(picture.size)
            left, top = chance.uniform(0, picture.width - size), chance.uniform(0, picture.height - size)
            yield "other", f"other{name}", np.asarray(picture.crop((left, top, left + size, top + size)), dtype=np.float32)
    noise = np.random.default_rng(3)
    for at in range(150):
        coarse = noise.normal(size=(int(noise.integers(2, 24)),) * 2)
        yield "other", f"noise{at}", np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((128, 128)), dtype=np.float32)


def brain_tumours(data: Path):
    """Measured on, never trained on: the copy at hand states no licence."""
    for path in sorted((data / "mri_lgg/images").glob("*"))[::5]:
        yield "MR", "lgg" + path.stem, np.asarray(Image.open(path))[..., 1].astype(np.float32)


def load(data: Path, film_limit: int = 1200):
    """Returns {"train" | "held_out" | "outside": {modality: uint8 array (n, 96, 96)}}."""
    found: dict[str, dict[str, list[np.ndarray]]] = {split: {m: [] for m in MODALITIES} for split in ("train", "held_out", "outside")}
    for source in (films(data, film_limit), teaching_cases(data), volumes(data), dicom(data), others(data)):
        for modality, group, picture in source:
            found["held_out" if held_out(group) else "train"][modality].append(square(picture))
    for modality, _, picture in brain_tumours(data):
        found["outside"][modality].append(square(picture))
    return {split: {m: np.stack(p) for m, p in kinds.items() if p} for split, kinds in found.items()}


if __name__ == "__main__":
    import sys

    for split, kinds in load(Path(sys.argv[1])).items():
        print(split, {modality: len(pictures) for modality, pictures in kinds.items()})
