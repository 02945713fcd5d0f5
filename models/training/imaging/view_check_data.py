"""
Pictures for telling what an image is: films of adults and children, CT, MR by sequence, and what is none of these.

Each picture is grey, 64 x 64, stretched between its 0.5 % and 99.5 % values as the program shows a slice to a
network, sides not kept. A group (patient, volume, original) lies in one part only, by a hash of its name.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image, ImageDraw

from cxr_lungs_data import part_of

SIZE = 64
KINDS = ("cxr-adult", "cxr-child", "ct", "mr-flair", "mr-t1", "mr-other", "outside")
CT_WINDOWS = ((50, 400), (50, 400), (-600, 1500), (300, 1500), (40, 80))


@dataclass
class Picture:
    kind: str
    group: str
    part: str
    source: str
    pixels: numpy.ndarray


def grey(values):
    """uint8 [SIZE, SIZE] of a plane of any values (rows, columns)."""
    values = numpy.asarray(values, dtype=numpy.float32)
    low, high = numpy.quantile(values, (0.005, 0.995))
    shown = numpy.round(numpy.clip((values - low) / (high - low or 1), 0, 1) * 255).astype(numpy.uint8)
    return numpy.asarray(Image.fromarray(shown).resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def rows_of(path):
    return list(csv.DictReader(open(path, encoding="utf-8")))


def picture(kind, group, source, values, part=None):
    return Picture(kind, group, part or part_of(group, "view check", 0.12, 0.25), source, grey(values))


def green(path):
    """The second of three channels, as the program takes it, or the only one."""
    opened = Image.open(path)
    return numpy.asarray(opened.convert("RGB"))[..., 1] if opened.mode in ("RGB", "RGBA", "P", "CMYK") else numpy.asarray(opened.convert("L"))


def films(imaging):
    for folder, table, name in (("cxr_kermany_224", "labels.csv", "file"), ("lungseg_kermany_v7", "pairs.csv", "image")):
        for row in rows_of(imaging / folder / table):
            yield picture("cxr-child", "kermany " + row["patient"], folder, green(imaging / folder / row[name]))
    for row in rows_of(imaging / "cxr_nih_1000/labels.csv"):
        age = int(row["age"])
        # From 12 to 17 a film is neither clearly a child's nor an adult's: measured on, not trained on.
        kind, part = ("cxr-child", None) if age < 12 else ("cxr-adult", None if age >= 18 else "between")
        yield picture(kind, "nih " + row["patient"], "cxr_nih_1000" + (" (children)" if age < 12 else ""), green(imaging / "cxr_nih_1000" / row["file"]), part)
    for row in rows_of(imaging / "cxr_ieee8023/labels.csv"):
        # Non-commercial films are measured on only.
        part = "test" if row["nc"] == "yes" else None
        yield picture("cxr-adult", "ieee " + row["patient"], "cxr_ieee8023" + (" (never trained on)" if part else ""), green(imaging / "cxr_ieee8023" / row["file"]), part)


def teaching_cases(imaging):
    """VQA-RAD (CC0): all abdomens are CT; a head is what its own questions and answers call it. Its chests are measured on only."""
    said, organ = {}, {}
    for row in json.loads((imaging / "vqa_rad/qa.json").read_text()):
        organ[row["image_name"]] = row["image_organ"]
        words = set(f" {row['answer']} ".lower().replace("-", " ").replace(",", " ").split())
        if "MODALITY" in str(row["question_type"]).upper() and "not" not in row["question"].lower():
            found = said.setdefault(row["image_name"], set())
            found |= {"mr-flair"} if "flair" in words else {"mr-other"} if words & {"mri", "mr", "t2", "dwi", "diffusion"} else {"mr-t1"} if "t1" in words else set()
            found |= {"ct"} if words & {"ct", "tomography"} else set()
    for name, place in organ.items():
        kinds = {"ABD": {"ct"}, "HEAD": said.get(name, set())}.get(place, set())
        # "MRI" alone does not say which sequence.
        if kinds == {"ct"}:
            yield picture("ct", "vqa " + name, "vqa_rad", green(imaging / "vqa_rad/images" / name))


def gliomas(imaging):
    """Pre-contrast T1, FLAIR and post-contrast T1 as the channels of a slice; a sequence that was missing repeats FLAIR and is left out."""
    for row in rows_of(imaging / "mri_lgg/pairs.csv"):
        channels = numpy.asarray(Image.open(imaging / "mri_lgg" / row["image"]).convert("RGB")).astype(numpy.float32)
        yield picture("mr-flair", "lgg " + row["patient"], "mri_lgg", channels[..., 1])
        for channel in (0, 2):
            if numpy.abs(channels[..., channel] - channels[..., 1]).mean() > 6:
                yield picture("mr-t1", "lgg " + row["patient"], "mri_lgg", channels[..., channel])


def slices_of(path, kind, every, part=None, axes=(0, 1, 2)):
    """Held-out volumes give axial slices only (axis 2): the program shows no others."""
    import nibabel

    volume = numpy.asarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj)
    volume = (volume[..., 0] if volume.ndim == 4 else volume).astype(numpy.float32)
    for axis in axes:
        count = volume.shape[axis]
        for at in range(int(count * 0.15), int(count * 0.85), every):
            plane = numpy.take(volume, at, axis).T[::-1]
            for centre, width in CT_WINDOWS[(at // every) % 2 :: 2] if kind == "ct" else ((None, None),):
                shown = plane if centre is None else numpy.clip(plane, centre - width / 2, centre + width / 2)
                if shown.std() > 1e-3:
                    # Neighbouring slices are alike: a block of ten goes to one part together.
                    yield picture(kind, f"{path.name} {axis} {at // 10}", path.parent.name, shown, part)


def volumes(imaging):
    tree, samples = imaging / "ct_totalsegmentator", imaging / "nifti_samples"
    yield from slices_of(tree / "example_ct.nii.gz", "ct", 2)
    yield from slices_of(tree / "example_mr_sm.nii.gz", "mr-other", 1)
    yield from slices_of(samples / "pcasl.nii.gz", "mr-other", 2)
    yield from slices_of(samples / "FLAIR.nii.gz", "mr-flair", 3)
    yield from slices_of(samples / "avg152T1_RL_nifti.nii.gz", "mr-t1", 2)
    # Other scanners, never trained on.
    yield from slices_of(tree / "example_ct_sm.nii.gz", "ct", 1, "test", (2,))


def dicom(imaging):
    """Single slices of many scanners; half of the files by name are trained on."""
    import pydicom

    for path in sorted((imaging / "dicom").rglob("*.dcm")):
        try:
            read = pydicom.dcmread(path)
            if read.Modality not in ("CT", "MR"):
                continue
            pixels = read.pixel_array
        except Exception:
            continue
        plane = pixels[len(pixels) // 2] if pixels.ndim == 3 else pixels
        if plane.ndim == 2 and min(plane.shape) >= 64 and plane.std() > 1:
            kind = "ct" if read.Modality == "CT" else "mr-other"
            values = plane.astype(numpy.float32)
            if kind == "ct":
                values = numpy.clip(values * float(getattr(read, "RescaleSlope", 1)) + float(getattr(read, "RescaleIntercept", 0)), -150, 250)
            if values.std() > 1e-3:
                yield picture(kind, "dicom " + path.stem.split("_")[0], "dicom", values)


def crops(image, count, chance):
    values = numpy.asarray(image)
    for _ in range(count):
        side = int(chance.uniform(0.4, 1) * min(values.shape))
        top, left = chance.integers(values.shape[0] - side + 1), chance.integers(values.shape[1] - side + 1)
        yield values[top : top + side, left : left + side]


def drawn(chance):
    """A made-up scene: clouds of noise, shapes, lines of print."""
    scale = int(chance.integers(2, 40))
    ground = Image.fromarray((chance.uniform(0, 255, (scale, scale)) * chance.uniform(0.2, 1)).astype(numpy.uint8)).resize((160, 160), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(ground)
    for _ in range(int(chance.integers(0, 14))):
        box = sorted(chance.integers(0, 160, 2)) + sorted(chance.integers(0, 160, 2))
        shape = [box[0], box[2], box[1] + 1, box[3] + 1]
        fill = int(chance.integers(0, 256))
        [draw.ellipse, draw.rectangle, draw.line][int(chance.integers(3))](shape, fill=fill)
    if chance.random() < 0.4:
        for line in range(int(chance.integers(2, 14))):
            draw.text((int(chance.integers(0, 40)), line * 12), "".join(chr(int(code)) for code in chance.integers(65, 122, 24)), fill=int(chance.integers(0, 256)))
    grain = chance.normal(0, chance.uniform(0, 25), (160, 160))
    return numpy.asarray(ground, dtype=numpy.float32) + grain


def spoiled(values, way, chance):
    """A medical picture that no expert was made for: turned, upside down, white on black, cut into squares, or a corner of it."""
    if way < 3:
        return numpy.rot90(values, way + 1)
    if way == 3:
        return 255 - values
    if way == 4:
        side = SIZE // 4
        tiles = [values[y : y + side, x : x + side] for y in range(0, SIZE, side) for x in range(0, SIZE, side)]
        order = chance.permutation(len(tiles))
        return numpy.block([[tiles[order[4 * y + x]] for x in range(4)] for y in range(4)])
    side = SIZE // 3
    top, left = chance.integers(SIZE - side, size=2)
    return values[top : top + side, left : left + side]


def outside(imaging, medical):
    """Trained on: two photographs that come with scikit-learn, tissue, drawings, spoiled pictures. Other photographs and pages are only measured."""
    from sklearn.datasets import load_sample_images

    chance = numpy.random.default_rng(11)
    for at, photo in enumerate(load_sample_images().images):
        for values in crops(photo[..., 1], 150, chance):
            yield picture("outside", f"sklearn {at}", "photographs (scikit-learn)", values, "train")
    for path in sorted(imaging.glob("pathology/tiles/*.jpg")) + sorted(imaging.glob("pathology/nct_crc_samples/*.png")):
        for values in crops(green(path), 8, chance):
            yield picture("outside", "tissue " + path.stem, "tissue under the microscope", values)
    for at in range(900):
        yield picture("outside", f"drawn {at}", "drawings and noise", drawn(chance))
    for at in chance.permutation(len(medical))[:1200]:
        origin = medical[at]
        way = int(chance.integers(6))
        # A CT slice may lie in any direction.
        if way < 3 and not origin.kind.startswith("cxr"):
            way = 4
        yield Picture("outside", origin.group, origin.part, "spoiled: " + ("turned", "upside down", "turned", "inverted", "cut up", "a corner")[way], grey(spoiled(origin.pixels.astype(numpy.float32), way, chance)))


def load(shared):
    imaging = Path(shared) / "data" / "imaging"
    medical = [one for source in (films, teaching_cases, gliomas, volumes, dicom) for one in source(imaging)]
    return medical + list(outside(imaging, medical))
