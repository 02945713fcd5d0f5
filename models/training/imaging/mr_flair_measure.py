"""Figures of the exported network with exactly the pack's post-processing; the threshold comes from validation patients."""

import json
from collections import defaultdict

import numpy
import onnxruntime
from scipy import ndimage

from cxr_lungs_measure import calibration, resize_plain, surface_distance95

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
SMALLEST = 0.0005


def probability_of(session, item):
    (logits,) = session.run(None, {"image": item.network_input()[None]})
    return resize_plain(1 / (1 + numpy.exp(-logits[0, 0])), item.mask.shape)


def clean(mask):
    """Pieces under SMALLEST of the slice go (8-connected); holes are filled."""
    pieces, count = ndimage.label(mask, structure=numpy.ones((3, 3)))
    sizes = ndimage.sum_labels(mask, pieces, range(1, count + 1)) if count else []
    keep = [index + 1 for index, size in enumerate(sizes) if size >= SMALLEST * mask.size]
    return ndimage.binary_fill_holes(numpy.isin(pieces, keep))


def dice_of(pairs):
    """Dice over all pixels of the given (guess, truth) masks together; nan when both are empty throughout."""
    overlap = sum(int((guess & truth).sum()) for guess, truth in pairs)
    total = sum(int(guess.sum() + truth.sum()) for guess, truth in pairs)
    return 2 * overlap / total if total else float("nan")


def per_patient(slices, guesses):
    """Patient to Dice over all of that patient's slices (the way Buda et al., 2019, report it)."""
    pairs = defaultdict(list)
    for item, guess in zip(slices, guesses):
        pairs[item.patient].append((guess, item.mask))
    return {patient: dice_of(members) for patient, members in pairs.items()}


def chosen_threshold(slices, probabilities):
    scores = {}
    for value in THRESHOLDS:
        scores[value] = float(numpy.nanmean(list(per_patient(slices, [clean(p >= value) for p in probabilities]).values())))
    print("validation Dice by threshold", {value: round(score, 4) for value, score in scores.items()})
    return max(scores, key=lambda value: scores[value])


def interval(values, seed=1, draws=2000):
    """95 % bootstrap interval of the mean."""
    random = numpy.random.default_rng(seed)
    means = random.choice(values, (draws, len(values))).mean(1)
    return [round(float(bound), 4) for bound in numpy.percentile(means, [2.5, 97.5])]


def measure(slices, folder):
    """Prints the held-out figures and stores them in figures.json, the split in split.json."""
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    held = [item for item in slices if item.part == "validation"]
    threshold = chosen_threshold(held, [probability_of(session, item) for item in held])
    test = [item for item in slices if item.part == "test"]
    probabilities = [probability_of(session, item) for item in test]
    guesses = [clean(probability >= threshold) for probability in probabilities]
    patients = per_patient(test, guesses)
    scores = numpy.array(list(patients.values()))
    figures = [{"metric": "mean per-patient Dice", "value": round(float(scores.mean()), 4), "n": len(scores), "interval": interval(scores)}]
    for site in sorted({item.site for item in test}):
        members = [score for patient, score in patients.items() if patient.split("_")[1] == site]
        figures.append({"metric": "mean per-patient Dice", "value": round(float(numpy.mean(members)), 4), "n": len(members), "subgroup": f"site {site}"})
    figures += slice_figures(test, guesses)
    inside = numpy.concatenate([p[::2, ::2].ravel() for p in probabilities])
    error, bins = calibration(inside, numpy.concatenate([item.mask[::2, ::2].ravel() for item in test]))
    for figure in figures:
        print(figure)
    print("threshold", threshold, "pixel calibration error", round(error, 4))
    worst = [{"patient": patient, "dice": round(score, 4)} for patient, score in sorted(patients.items(), key=lambda pair: pair[1])[:5]]
    print("worst", worst)
    data = {"threshold": threshold, "figures": figures, "calibration": {"ece": round(error, 4), "bins": bins}, "worst": worst}
    (folder / "figures.json").write_text(json.dumps(data, indent=1) + "\n")
    split = {part: sorted({item.patient for item in slices if item.part == part}) for part in ("train", "validation", "test")}
    (folder / "split.json").write_text(json.dumps(split, indent=0) + "\n")
    return data | {"patients": {part: len(members) for part, members in split.items()}}


def slice_figures(test, guesses):
    """Single slices: Dice by lesion size, surface distance, and false alarms on slices without abnormality."""
    figures = []
    pairs = [(item, guess) for item, guess in zip(test, guesses) if item.mask.any()]
    for name, low, high in (("all", 0, 1e9), ("under 500 px", 0, 500), ("500 to 2000 px", 500, 2000), ("over 2000 px", 2000, 1e9)):
        members = [dice_of([(guess, item.mask)]) for item, guess in pairs if low <= item.mask.sum() < high]
        if members:
            figures.append({"metric": "mean slice Dice", "value": round(float(numpy.mean(members)), 4), "n": len(members), "subgroup": f"abnormal slices, {name}"})
    distances = [surface_distance95(guess, item.mask) for item, guess in pairs if guess.any()]
    figures.append({"metric": "95th-percentile surface distance (px)", "value": round(float(numpy.mean(distances)), 2), "n": len(distances), "subgroup": "abnormal slices with an outline"})
    figures.append({"metric": "missed abnormal slices", "value": round(float(numpy.mean([not guess.any() for _, guess in pairs])), 4), "n": len(pairs)})
    empty = [guess.any() for item, guess in zip(test, guesses) if not item.mask.any()]
    figures.append({"metric": "false alarm on empty slices", "value": round(float(numpy.mean(empty)), 4), "n": len(empty)})
    return figures
