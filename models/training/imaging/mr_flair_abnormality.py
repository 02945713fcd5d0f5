"""Trains, exports and measures the mr-flair-abnormality pack, and writes its card and manifest.

    python models/training/imaging/mr_flair_abnormality.py --shared ../shared --out models/mr-flair-abnormality --date YYYY-MM-DD
    (the same with --measure: figures of the exported network only)
"""

import argparse
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from augment import exposure, geometry
from fitting import CACHE, LAST, Members, export, fit, member_path, stored_members
from mr_flair_data import SIZE, load
from mr_flair_measure import measure
from mr_flair_pack import write_pack
from start import start_from
from unet import UNet

BATCH = 8
MISSING = 0.1


class SliceUNet(UNet):
    """Each channel of a slice is first centred and scaled by itself: hospitals differ in brightness."""

    def __init__(self):
        super().__init__(channels=3, widths=(16, 24, 32, 48, 64))

    def forward(self, image):
        centred = image - image.mean((2, 3), keepdim=True)
        return super().forward(centred / torch.sqrt((centred * centred).mean((2, 3), keepdim=True) + 1e-4))


def loss_of(logits, target):
    """Soft Dice over the whole batch (so that empty slices count) plus binary cross-entropy."""
    probability = torch.sigmoid(logits)
    dice = 1 - (2 * (probability * target).sum() + 1) / (probability.sum() + target.sum() + 1)
    return dice + functional.binary_cross_entropy_with_logits(logits, target)


def tensors(slices):
    return (
        torch.from_numpy(numpy.stack([item.network_input() for item in slices])),
        torch.from_numpy(numpy.stack([item.target() for item in slices])),
    )


def pooled_dice(model, images, targets):
    model.eval()
    overlap = total = 0.0
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(images), BATCH):
            guess = (model(images[start : start + BATCH].contiguous(memory_format=LAST)) > 0).float()
            truth = (targets[start : start + BATCH] >= 0.5).float()
            overlap += (guess * truth).sum().item()
            total += (guess.sum() + truth.sum()).item()
    return 2 * overlap / max(1, total)


def missing_sequences(image, generator):
    """Now and then a channel beside FLAIR is replaced by FLAIR, as the source does where a sequence was not taken."""
    flair = image[:, 1:2].expand(-1, 3, -1, -1)
    gone = torch.rand(len(image), 3, 1, 1, generator=generator) < MISSING
    return torch.where(gone, flair, image)


def train(slices, arguments, seed, path):
    images, targets = tensors([item for item in slices if item.part == "train"])
    held = tensors([item for item in slices if item.part == "validation"])

    def batch_loss(model, index, generator):
        image, (target,) = geometry(images[index], [targets[index]], generator, rotate=15, scale=0.15, shift=0.06)
        image = exposure(missing_sequences(image, generator), generator, gamma=0.3, contrast=0.2, noise=0.02)
        return loss_of(model(image.contiguous(memory_format=LAST)).float(), target)

    def score(model):
        found = pooled_dice(model, *held)
        return found, f"validation {found:.4f}"

    torch.manual_seed(seed)
    model = start_from(SliceUNet(), arguments.start, images[::8]) if arguments.start else SliceUNet()
    print("before", score(model.to(memory_format=LAST).eval())[1], flush=True)
    fit(model, len(images), batch_loss, score, path, batch=BATCH, epochs=arguments.epochs, minutes=arguments.minutes, rate=arguments.rate, decay=1e-4, seed=seed, threads=arguments.threads, every=2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/mr-flair-abnormality"))
    parser.add_argument("--date", help="day of the figures, for the manifest; without it only figures are printed")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="one network each; the pack averages them")
    parser.add_argument("--start", type=Path, help="an exported network of one member (versions 1.0.0 and 1.1.0) to go on from")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--members", type=Path, default=CACHE, help="where the networks of the seeds are kept; one that lies there is not trained again")
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    slices = load(arguments.shared)
    if not arguments.measure:
        for seed in arguments.seeds:
            if not member_path(arguments.members, "mr-flair-abnormality", seed).exists():
                train(slices, arguments, seed, member_path(arguments.members, "mr-flair-abnormality", seed))
        members = stored_members(SliceUNet, arguments.members, "mr-flair-abnormality", arguments.seeds)
        export(Members(members, True), 3, SIZE, arguments.out / "model.onnx")
    data = measure(slices, arguments.out)
    if arguments.date:
        write_pack(arguments.out, data, arguments.date, arguments.minutes)


if __name__ == "__main__":
    main()
