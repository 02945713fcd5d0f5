"""Held-out figures of the exported network with exactly the pack's post-processing."""

import json
from collections import defaultdict

import numpy
import onnxruntime
from PIL import Image
from scipy import ndimage


def probability_map(session, example):
    """Probability [H, W] on the original grid: sigmoid at network size, then bilinear to the image."""
    image, _ = example.original()
    (logits,) = session.run(None, {"image": example.network_input()[None]})
    probability = 1 / (1 + numpy.exp(-logits[0, 0]))
    return resize_plain(probability, image.shape)


def resize_plain(values, shape):
    """Bilinear with pixel centres aligned and no antialiasing (the network's grid is the coarse one)."""
    rows = (numpy.arange(shape[0]) + 0.5) * values.shape[0] / shape[0] - 0.5
    columns = (numpy.arange(shape[1]) + 0.5) * values.shape[1] / shape[1] - 0.5
    grid = numpy.meshgrid(rows, columns, indexing="ij")
    return ndimage.map_coordinates(values, grid, order=1, mode="nearest")


def clean(mask, smallest=0.01):
    """Two largest pieces, none smaller than `smallest` of the image; holes filled."""
    pieces, count = ndimage.label(mask, structure=numpy.ones((3, 3)))
    sizes = ndimage.sum_labels(mask, pieces, range(1, count + 1)) if count else []
    keep = [index + 1 for index in numpy.argsort(sizes)[::-1][:2] if sizes[index] >= smallest * mask.size]
    return ndimage.binary_fill_holes(numpy.isin(pieces, keep))


def surface_distance95(guess, truth):
    """95th percentile of the symmetric surface distances, in pixels of the original image."""
    edge = lambda mask: mask & ~ndimage.binary_erosion(mask)
    guess_edge, truth_edge = edge(guess), edge(truth)
    if not guess_edge.any() or not truth_edge.any():
        return float("nan")
    to_truth = ndimage.distance_transform_edt(~truth_edge)[guess_edge]
    to_guess = ndimage.distance_transform_edt(~guess_edge)[truth_edge]
    return float(numpy.percentile(numpy.concatenate([to_truth, to_guess]), 95))


def calibration(confidences, outcomes, bins=10):
    """Expected calibration error and, per bin, count, mean probability and share of lung pixels."""
    index = numpy.minimum((confidences * bins).astype(int), bins - 1)
    table, error = [], 0.0
    for number in range(bins):
        chosen = index == number
        if chosen.any():
            mean, share = float(confidences[chosen].mean()), float(outcomes[chosen].mean())
            table.append({"n": int(chosen.sum()), "probability": mean, "observed": share})
            error += chosen.mean() * abs(mean - share)
    return float(error), table


def measure(examples, folder):
    """Prints the figures per source and subgroup and stores them in figures.json."""
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    rows, confidences, outcomes = [], [], []
    for example in (item for item in examples if item.part == "test"):
        _, labels = example.original()
        valid = labels != 127
        truth = labels == 255
        probability = probability_map(session, example)
        guess = clean(probability >= 0.5)
        overlap = 2 * (guess & truth & valid).sum() / max(1, (guess & valid).sum() + truth.sum())
        distance = surface_distance95(guess, truth)
        rows.append({"name": example.name, "source": example.source, "group": example.group, "dice": float(overlap),
                     "distance95": distance, "relative": distance / labels.shape[1]})
        confidences.append(probability[valid][::37])
        outcomes.append(truth[valid][::37])
    summary = defaultdict(list)
    for row in rows:
        summary[row["source"]].append(row)
        summary[f"{row['source']} / {row['group']}"].append(row)
    figures = []
    for name, members in sorted(summary.items()):
        dice = numpy.array([row["dice"] for row in members])
        distance = numpy.array([row["distance95"] for row in members])
        relative = numpy.array([row["relative"] for row in members])
        figures.append({"cohort": name, "n": len(members), "dice": round(float(dice.mean()), 4), "worstDice": round(float(dice.min()), 4),
                        "share below 0.90": round(float((dice < 0.9).mean()), 4),
                        "distance95 px": round(float(numpy.nanmean(distance)), 2), "distance95 of width": round(float(numpy.nanmean(relative)), 4)})
        print(figures[-1])
    error, table = calibration(numpy.concatenate(confidences), numpy.concatenate(outcomes))
    print("pixel calibration error", round(error, 4))
    worst = sorted((row for row in rows if row["source"] != "adult-nc"), key=lambda row: row["dice"])[:6]
    for row in worst:
        print("worst", row)
    (folder / "figures.json").write_text(json.dumps({"figures": figures, "calibration": {"ece": round(error, 4), "bins": table}, "worst": worst}, indent=1))
    split = {part: sorted(item.name for item in examples if item.part == part and item.source != "adult-nc") for part in ("validation", "test")}
    (folder / "split.json").write_text(json.dumps(split, indent=0))
    return figures
