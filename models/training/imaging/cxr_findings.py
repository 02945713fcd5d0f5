"""Trains, exports and measures the cxr-findings pack, and writes its card and manifest.

    python models/training/imaging/cxr_findings.py --shared ../shared --out models/cxr-findings --date YYYY-MM-DD
    (the same with --measure: figures of the exported network only)
"""

import argparse
import copy
import json
import time
from collections import Counter
from pathlib import Path

import numpy
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional

from augment import exposure, geometry
from cxr_findings_data import LABELS, SIZE, UNKNOWN, load
from cxr_findings_measure import measure
from cxr_findings_pack import write_pack
from film_network import FilmNetwork

BATCH = 32
RATE = 3e-3
SMOOTHING = 0.05
TRAINED = ("child", "adult AP", "adult PA")
# A label whose ranking on validation is below this is not shipped.
LEAST_VALIDATION_AUROC = 0.65


def tensors(films):
    return torch.from_numpy(numpy.stack([film.pixels for film in films])), torch.from_numpy(numpy.stack([film.labels for film in films]))


def balance(films):
    """Weights that make half of each stratum positive and each stratum equally heavy, so that neither age, source nor view tells the label."""
    counts = Counter((film.stratum, bool(film.pneumonia)) for film in films)
    return torch.tensor([len(films) / (2 * len(TRAINED) * counts[film.stratum, bool(film.pneumonia)]) for film in films])


def loss_of(logits, labels, weights):
    known = (labels != UNKNOWN).float()
    target = labels.clamp(0, 1) * (1 - 2 * SMOOTHING) + SMOOTHING
    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    importance = torch.tensor([1.0] + [0.3] * (len(LABELS) - 1))
    return (entropy * known * importance * weights[:, None]).sum() / (known * importance).sum()


def logits_of(model, images):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(images[start : start + 64]) for start in range(0, len(images), 64)]).numpy()


def ranking(films, logits):
    """Pneumonia AUROC within each trained stratum."""
    scores = {}
    for stratum in TRAINED:
        chosen = [index for index, film in enumerate(films) if film.stratum == stratum]
        scores[stratum] = roc_auc_score([films[i].pneumonia for i in chosen], logits[chosen, 0])
    return scores


def train(films, minutes, seed, threads):
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    generator = torch.Generator().manual_seed(seed)
    chosen = [film for film in films if film.part == "train"]
    held = [film for film in films if film.part == "validation"]
    images, labels = tensors(chosen)
    weights, (held_images, _) = balance(chosen), tensors(held)
    model = FilmNetwork(len(LABELS))
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02)
    best, state, started, epoch, steps = -1.0, None, time.time(), 0, 0
    while (elapsed := (time.time() - started) / 60) < minutes:
        model.train()
        order = torch.randperm(len(images), generator=generator)
        for start in range(0, len(order) - BATCH + 1, BATCH):
            progress = min(1, (time.time() - started) / 60 / minutes)
            optimizer.param_groups[0]["lr"] = RATE * max(0.02, 0.5 * (1 + numpy.cos(numpy.pi * progress)))
            index = order[start : start + BATCH]
            image, _ = geometry(images[index], [], generator, rotate=10, scale=0.12, shift=0.06, flip=False)
            loss = loss_of(model(exposure(image, generator, gamma=0.4)), labels[index], weights[index])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            steps += 1
            with torch.no_grad():
                for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
                    mean.lerp_(value, max(0.01, 1 / steps)) if mean.is_floating_point() else mean.copy_(value)
        epoch += 1
        scores = ranking(held, logits_of(average, held_images))
        print(f"epoch {epoch} {elapsed:.1f} min loss {loss.item():.3f} " + " ".join(f"{name} {value:.3f}" for name, value in scores.items()), flush=True)
        if sum(scores.values()) > best:
            best, state = sum(scores.values()), copy.deepcopy(average.state_dict())
    average.load_state_dict(state)
    return average.eval(), held, logits_of(average, held_images)


def shipped_labels(held, logits):
    """Indices of the labels that rank validation films well enough; pneumonia always."""
    kept = [0]
    for index in range(1, len(LABELS)):
        known = [row for row, film in enumerate(held) if film.labels[index] != UNKNOWN]
        score = roc_auc_score([held[row].labels[index] for row in known], logits[known, index])
        print(f"validation AUROC {LABELS[index]} {score:.3f}")
        kept += [index] if score >= LEAST_VALIDATION_AUROC else []
    return kept


def export(model, kept, folder):
    folder.mkdir(parents=True, exist_ok=True)
    head = nn.Linear(model.head.in_features, len(kept))
    head.weight.data, head.bias.data = model.head.weight.data[kept], model.head.bias.data[kept]
    model.head = head
    torch.onnx.export(
        model.eval(), torch.zeros(1, 1, SIZE, SIZE), str(folder / "model.onnx"), input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
    )
    (folder / "labels.json").write_text(json.dumps([LABELS[index] for index in kept]) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/cxr-findings"))
    parser.add_argument("--date", help="day of the figures, for the manifest; without it only figures are printed")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    films = load(arguments.shared)
    if not arguments.measure:
        model, held, logits = train(films, arguments.minutes, arguments.seed, arguments.threads)
        export(model, shipped_labels(held, logits), arguments.out)
    data = measure(films, arguments.out)
    if arguments.date:
        write_pack(arguments.out, data, arguments.date, arguments.minutes)


if __name__ == "__main__":
    main()
