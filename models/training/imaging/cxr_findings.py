"""Trains, exports and measures the cxr-findings pack, and writes its card and manifest.

    python models/training/imaging/cxr_findings.py --shared ../shared --out models/cxr-findings --date YYYY-MM-DD
    (the same with --measure: figures of the exported network only)
"""

import argparse
import json
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
from fitting import CACHE, LAST, Members, export, fit, member_path, stored_members
from start import start_from

BATCH = 32
RATE = 2e-3
DECAY = 0.05
WIDTHS = (32, 64, 96, 160, 224)
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
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        return torch.cat([model(images[start : start + 64].contiguous(memory_format=LAST)) for start in range(0, len(images), 64)]).float().numpy()


def ranking(films, logits):
    """Pneumonia AUROC within each trained stratum."""
    scores = {}
    for stratum in TRAINED:
        chosen = [index for index, film in enumerate(films) if film.stratum == stratum]
        scores[stratum] = roc_auc_score([films[i].pneumonia for i in chosen], logits[chosen, 0])
    return scores


def train(films, arguments, seed, path):
    chosen = [film for film in films if film.part == "train"]
    held = [film for film in films if film.part == "validation"]
    images, labels = tensors(chosen)
    weights, (held_images, _) = balance(chosen), tensors(held)

    def batch_loss(model, index, generator):
        image, _ = geometry(images[index], [], generator, rotate=10, scale=0.12, shift=0.06)
        image = exposure(image, generator, gamma=0.4).contiguous(memory_format=LAST)
        return loss_of(model(image).float(), labels[index], weights[index])

    def score(model):
        scores = ranking(held, logits_of(model, held_images))
        return sum(scores.values()), " ".join(f"{name} {value:.3f}" for name, value in scores.items())

    torch.manual_seed(seed)
    fit(network(), len(images), batch_loss, score, path, batch=BATCH, epochs=arguments.epochs, minutes=arguments.minutes, rate=RATE, decay=DECAY, seed=seed, threads=arguments.threads)


def network():
    return FilmNetwork(len(LABELS), WIDTHS)


def shipped_labels(held, logits):
    """Indices of the labels that rank validation films well enough; pneumonia always."""
    kept = [0]
    for index in range(1, len(LABELS)):
        known = [row for row, film in enumerate(held) if film.labels[index] != UNKNOWN]
        score = roc_auc_score([held[row].labels[index] for row in known], logits[known, index])
        print(f"validation AUROC {LABELS[index]} {score:.3f}")
        kept += [index] if score >= LEAST_VALIDATION_AUROC else []
    return kept


def with_labels(member, kept):
    """The network with only the kept labels' rows in its head."""
    head = nn.Linear(member.head.in_features, len(kept))
    head.weight.data, head.bias.data = member.head.weight.data[kept], member.head.bias.data[kept]
    member.head = head
    return member


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/cxr-findings"))
    parser.add_argument("--date", help="day of the figures, for the manifest; without it only figures are printed")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="one network each; the pack averages them")
    parser.add_argument("--members", type=Path, default=CACHE, help="where the networks of the seeds are kept; one that lies there is not trained again")
    parser.add_argument("--beside", type=Path, help="an exported network of one member and all labels (version 1.0.0), averaged in")
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    films = load(arguments.shared)
    if not arguments.measure:
        for seed in arguments.seeds:
            if not member_path(arguments.members, "cxr-findings", seed).exists():
                train(films, arguments, seed, member_path(arguments.members, "cxr-findings", seed))
        held = [film for film in films if film.part == "validation"]
        members = stored_members(network, arguments.members, "cxr-findings", arguments.seeds)
        if arguments.beside:
            members.append(start_from(FilmNetwork(len(LABELS)), arguments.beside, tensors(held)[0]))
        kept = shipped_labels(held, logits_of(Members(members, False), tensors(held)[0]))
        export(Members([with_labels(member, kept) for member in members], False), 1, SIZE, arguments.out / "model.onnx")
        (arguments.out / "labels.json").write_text(json.dumps([LABELS[index] for index in kept]) + "\n")
    data = measure(films, arguments.out)
    if arguments.date:
        write_pack(arguments.out, data, arguments.date, arguments.minutes)


if __name__ == "__main__":
    main()
