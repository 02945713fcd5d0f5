"""
Trains the pack that says what an image is, and exports it.

    nice -n 19 python view_check.py --shared ../shared --out models/view-check [--minutes 12] [--threads 1]

Then `view_check_pack.py` measures the exported file and writes card and manifest.
"""

import argparse
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from film_network import FilmNetwork
from fitting import CACHE, Members, export, fit, member_path, stored_members
from view_check_data import KINDS, SIZE, load

WIDTHS = (16, 32, 48, 64)


def network():
    return FilmNetwork(len(KINDS), WIDTHS)


def varied(films, generator):
    """Mirrored, moved, a little turned, nearer or further, brighter or darker, with grain."""
    n = len(films)
    draw = lambda *shape: torch.rand(*shape, generator=generator)
    angle, scale = (draw(n) - 0.5) * 0.35, 0.75 + 0.45 * draw(n)
    flip = (draw(n) < 0.5).float() * 2 - 1
    shift = (draw(n, 2) - 0.5) * 0.25
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    grid = torch.stack([torch.stack([cos * flip, -sin, shift[:, 0]], 1), torch.stack([sin * flip, cos, shift[:, 1]], 1)], 1)
    moved = functional.grid_sample(films, functional.affine_grid(grid, films.shape, align_corners=False), align_corners=False)
    gamma, grain = 0.6 + draw(n, 1, 1, 1), 0.03 * draw(n, 1, 1, 1)
    return (moved.clamp(1e-4, 1) ** gamma + grain * torch.randn(moved.shape, generator=generator)).clamp(0, 1)


def tensors(pictures):
    films = torch.from_numpy(numpy.stack([one.pixels for one in pictures])).float().unsqueeze(1) / 255
    return films, torch.tensor([KINDS.index(one.kind) for one in pictures])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--shared", required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, default=12)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--epochs", type=int, default=24)
    arguments.add_argument("--go-on", action="store_true", help="from the network that an earlier run left in --members")
    arguments.add_argument("--members", type=Path, default=CACHE)
    chosen = arguments.parse_args()
    pictures = load(chosen.shared)
    for part in ("train", "validation", "test", "between"):
        print(part, {kind: sum(one.kind == kind and one.part == part for one in pictures) for kind in KINDS}, flush=True)
    # Children are many and alike: fewer of them leave more of an epoch to the rest.
    children = [one for one in pictures if one.part == "train" and one.kind == "cxr-child"]
    films, kinds = tensors([one for one in pictures if one.part == "train" and one.kind != "cxr-child"] + children[::2])
    checked, truth = tensors([one for one in pictures if one.part == "validation"])
    weight = len(kinds) / torch.bincount(kinds, minlength=len(KINDS)).clamp(min=1).float()
    # Each kind counts alike, but what is outside shows many looks and counts double.
    weight = weight / weight.mean()
    weight[KINDS.index("outside")] *= 2

    def loss_of(model, index, generator):
        return functional.cross_entropy(model(varied(films[index], generator)), kinds[index], weight=weight, label_smoothing=0.02)

    def score_of(model):
        with torch.no_grad():
            guess = model(checked).argmax(1)
        right = [float((guess[truth == at] == at).float().mean()) for at in range(len(KINDS)) if (truth == at).any()]
        return float(numpy.mean(right)), " ".join(f"{value:.3f}" for value in right)

    path = member_path(chosen.members, "view-check", 1)
    model = network()
    if chosen.go_on:
        model.load_state_dict(torch.load(path, weights_only=True))
    fit(model, len(kinds), loss_of, score_of, path, batch=64, epochs=chosen.epochs, minutes=chosen.minutes, rate=3e-3, decay=0.02, seed=1, threads=chosen.threads)
    export(Members(stored_members(network, chosen.members, "view-check", (1,)), False), 1, SIZE, chosen.out / "model.onnx")


if __name__ == "__main__":
    main()
