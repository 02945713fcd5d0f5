"""
Measures an exported view-check network on held-out pictures, sets its operating points on validation pictures, and
writes card and manifest.

    python view_check_pack.py --shared ../shared --out models/view-check --date YYYY-MM-DD

Pictures that are not medical (view_check_foreign.py) are only measured on.
"""

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import numpy
import onnxruntime
from sklearn.metrics import f1_score, roc_auc_score

from view_check_data import KINDS, SIZE, grey, green, load
from view_check_foreign import write

VERSION = "1.0.0"
COLORS = ["#2f6fb3", "#2a8a57", "#b3632f", "#8a4f9e", "#3f7fb0", "#a13d63", "#5b6f8f"]
MEDICAL = KINDS[:-1]
# Shares of validation pictures that may be asked about: for looking foreign, and for being no kind clearly.
ASKED_FOREIGN, ASKED_UNCLEAR = 0.02, 0.02
TITLES = {"cxr-adult": "frontal chest film, adult", "cxr-child": "frontal chest film, child", "ct": "CT slice", "mr-flair": "MR slice, FLAIR", "mr-t1": "MR slice, T1 with or without contrast", "mr-other": "MR slice, another sequence", "outside": "none of these"}


def shares_of(session, pixels):
    films = numpy.stack(pixels).astype(numpy.float32)[:, None] / 255
    logits = numpy.concatenate([session.run(None, {"image": films[at : at + 1]})[0] for at in range(len(films))])
    raised = numpy.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def foreign(shared):
    """Kind of picture and grey picture of everything that is not medical and was never trained on."""
    with tempfile.TemporaryDirectory() as folder:
        write(shared, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            yield path.stem.split(" ")[0] + "s", grey(green(path))


def points_on(shares, truth):
    """Operating points: the share of "outside" from which a picture counts as foreign, and the least share of each kind."""
    inside = truth < len(MEDICAL)
    outside = float(numpy.quantile(shares[inside, -1], 1 - ASKED_FOREIGN))
    least = {}
    for at, kind in enumerate(MEDICAL):
        own = shares[(truth == at), at]
        least[kind] = float(numpy.clip(numpy.quantile(own, ASKED_UNCLEAR) if len(own) else 0.7, 0.5, 0.9))
    return {**least, "outside": float(numpy.clip(outside, 0.05, 0.5))}


def asked(shares, points):
    """Whether each picture leads to a question: foreign, or its likeliest kind is not clear."""
    best = shares[:, :-1].argmax(1)
    least = numpy.array([points[kind] for kind in MEDICAL])[best]
    return (shares[:, -1] >= points["outside"]) | (shares[numpy.arange(len(best)), best] < least)


def figure(metric, value, n, cohort, date, **more):
    return {"metric": metric, "value": round(float(value), 4), "n": int(n), "cohort": cohort, **more, "date": date}


def measured(session, shared, date):
    pictures = load(shared)
    of = lambda part: [one for one in pictures if one.part == part]
    truth_of = lambda some: numpy.array([KINDS.index(one.kind) for one in some])
    validation, test, between = of("validation"), of("test"), of("between")
    points = points_on(shares_of(session, [one.pixels for one in validation]), truth_of(validation))
    shares, truth = shares_of(session, [one.pixels for one in test]), truth_of(test)
    inside = truth < len(MEDICAL)
    questions = asked(shares, points)
    guess = shares[:, :-1].argmax(1)
    figures = [
        figure("macro F1 of the kind, pixels only", f1_score(truth[inside], guess[inside], average="macro"), inside.sum(), "held-out patients and volumes", date),
        figure("share asked about", questions[inside].mean(), inside.sum(), "held-out medical pictures", date),
    ]
    for at, kind in enumerate(MEDICAL):
        chosen = truth == at
        figures.append(figure("recall", (guess[chosen] == at).mean(), chosen.sum(), f"held-out, {TITLES[kind]}", date))
    for source in sorted({one.source for one in test if one.kind != "outside"}):
        chosen = numpy.array([one.source == source and one.kind != "outside" for one in test])
        figures.append(figure("right kind, not asked", ((guess == truth) & ~questions)[chosen].mean(), chosen.sum(), f"held-out, {source}", date))
        figures.append(figure("wrong kind, not asked", ((guess != truth) & ~questions)[chosen].mean(), chosen.sum(), f"held-out, {source}", date))
    known = shares[inside][:, :-1].max(1)
    rows = list(foreign(shared))
    strange = shares_of(session, [pixels for _, pixels in rows])
    score = lambda some: roc_auc_score([1] * len(known) + [0] * len(some), numpy.concatenate([known, some[:, :-1].max(1)]))
    figures.append(figure("AUROC, medical against not medical", score(strange), len(strange), "pictures never trained on, all", date))
    figures.append(figure("asked about", asked(strange, points).mean(), len(strange), "pictures never trained on, all", date))
    for name in sorted({name for name, _ in rows}):
        chosen = numpy.array([row[0] == name for row in rows])
        figures.append(figure("AUROC, medical against not medical", score(strange[chosen]), chosen.sum(), name, date))
        figures.append(figure("asked about", asked(strange, points)[chosen].mean(), chosen.sum(), name, date))
    for source in sorted({one.source for one in test if one.kind == "outside"}):
        chosen = numpy.array([one.source == source and one.kind == "outside" for one in test])
        figures.append(figure("asked about", questions[chosen].mean(), chosen.sum(), f"held-out, {source}", date))
    young = [one for one in between if one.kind == "cxr-adult"]
    if young:
        found = shares_of(session, [one.pixels for one in young])
        figures.append(figure("taken for an adult, not asked", ((found[:, :-1].argmax(1) == 0) & ~asked(found, points)).mean(), len(young), "12 to 17 years, NIH", date))
    return points, figures, {part: {kind: sum(one.kind == kind for one in of(part)) for kind in KINDS} for part in ("train", "validation", "test")}


def card(points, figures, counts):
    rows = "\n".join(f"| {f['metric']} | {f['cohort']} | {f['n']} | {f['value']} |" for f in figures)
    films = "\n".join(f"| {TITLES[kind]} | " + " | ".join(str(counts[part][kind]) for part in counts) + f" | {points[kind]:.2f} |" for kind in KINDS)
    value = lambda metric, cohort=None: next(f["value"] for f in figures if f["metric"] == metric and (cohort is None or f["cohort"] == cohort))
    verdict = lambda met: "**met**" if met else "**missed**"
    macro, share, auroc = value("macro F1 of the kind, pixels only"), value("share asked about"), value("AUROC, medical against not medical")
    return f"""# What an image is (view-check {VERSION})

Tells frontal chest films of adults and of children, CT slices and MR slices by sequence from each other and from pictures that are none of these, so that the right expert is asked, or the reader is. It says nothing about health.

**Research use only - not for diagnosis.** Where a header says what an image is, the header counts and this pack only guards against a picture that is no film at all.

## Trained on
Chest films: Kermany et al. (children of 1 to 5 years, CC BY 4.0), NIH ChestX-ray14 (adults; its 40 films of children under 12 count as children; 12 to 17 years are measured only), the ieee8023 collection where its licence allows. CT: VQA-RAD (CC0), TotalSegmentator's example (Apache-2.0), DICOM test files (MIT). MR: gliomas of TCGA-LGG (CC BY 3.0 at TCIA; the copy at hand states no licence, therefore non-commercial research only), volumes of NiiVue's demos. "None of these": two photographs of scikit-learn, tissue under the microscope, drawings and noise made by the script, and medical pictures turned upside down, inverted, cut up or cropped to a corner.

A patient, volume or original lies in one part only, by a hash of its name; a volume that is held out gives axial slices, as the program shows no others. Pictures, and the least share from which a kind is taken without asking (for the last row: the share from which a picture counts as foreign):

| kind | train | validation | held out | operating point |
| --- | --- | --- | --- | --- |
{films}

## Network
A residual network on {SIZE} x {SIZE} grey pictures, asked about the picture and its mirror image; {sum(1 for _ in KINDS)} outputs. `models/training/imaging/view_check.py`, one CPU thread, 12 minutes of a busy machine on 96 x 96 pictures and 16 more on these; training stops by the clock, so another machine gives other weights.

## Goals
- macro F1 from pixels only, at least 0.90: {macro}, {verdict(macro >= 0.9)}
- AUROC of medical against not medical, at least 0.95: {auroc}, {verdict(auroc >= 0.95)}
- at most 5 % of medical pictures asked about: {share * 100:.1f} %, {verdict(share <= 0.05)}

## Held-out figures
Operating points were set on validation pictures. "Asked about" means that the reader has to say what it is.

| metric | pictures | n | value |
| --- | --- | --- | --- |
{rows}

## Where it fails
Adults and children come from different hospitals and other scanners, so part of telling them apart is telling hospitals apart; NIH's own children are the fairer test, and few. T1 and FLAIR of one slice alone are told apart poorly; of a picture that holds three sequences the program compares the channels instead. Lateral films, mammography, ultrasound, hands and feet were never seen: without a header they land where their looks lead, mostly in a question. Slices of one MR collection stand for most of MR. Few photographs were at hand to measure on.
"""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--shared", required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--date", required=True)
    chosen = arguments.parse_args()
    weights = (chosen.out / "model.onnx").read_bytes()
    session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
    points, figures, counts = measured(session, chosen.shared, chosen.date)
    (chosen.out / "card.md").write_text(card(points, figures, counts))
    manifest = {
        "format": "evidesk-pack/1",
        "id": "view-check",
        "version": VERSION,
        "title": "Kind of image",
        "task": "classification",
        "licence": {
            "name": "Non-commercial research only: some of the MR slices it was trained on come from a copy that states no licence",
            "commercialUse": False,
            "clinicalUse": False,
            "researchOnly": True,
            "attribution": [
                "Kermany D, Zhang K, Goldbaum M: Labeled OCT and Chest X-Ray Images, Mendeley Data 2018 (CC BY 4.0)",
                "Wang X et al.: ChestX-ray8, CVPR 2017; data provided by the NIH Clinical Center",
                "Pedano N et al.: The Cancer Genome Atlas Low Grade Glioma Collection (TCGA-LGG), The Cancer Imaging Archive 2016 (CC BY 3.0)",
                "Wasserthal J et al.: TotalSegmentator, example images (Apache-2.0)",
                "Lau JJ et al.: VQA-RAD, 2018 (CC0)",
            ],
        },
        "intendedUse": "Research: chooses which expert is asked about an image, or that the reader is asked what it is.",
        "notForDiagnosis": True,
        "files": [{"path": "model.onnx", "bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}],
        "inputs": [{"name": "image", "modality": ["CXR", "CT", "MR"], "channels": 1, "dtype": "float32"}],
        "preprocess": [
            {"step": "grayscale"},
            {"step": "resize", "size": [SIZE, SIZE], "mode": "bilinear", "antialias": True},
            {"step": "intensityRange", "aMin": 0, "aMax": 255, "bMin": 0, "bMax": 1, "clip": True},
        ],
        "inference": {"kind": "full", "file": "model.onnx", "input": "image", "output": "logits"},
        "postprocess": [{"step": "softmax"}],
        "labels": [{"id": at, "name": kind, "color": COLORS[at]} for at, kind in enumerate(KINDS)],
        "operatingPoints": [{"label": kind, "threshold": round(points[kind], 4), "cohort": "validation pictures"} for kind in KINDS],
        "card": "card.md",
        "figures": figures,
    }
    (chosen.out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    for one in figures:
        print(one["metric"], "|", one["cohort"], "|", one["n"], "|", one["value"])


if __name__ == "__main__":
    main()
