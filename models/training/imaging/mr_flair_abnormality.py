"""Trains, exports and measures the mr-flair-abnormality pack, and writes its card and manifest.

    python models/training/imaging/mr_flair_abnormality.py --shared ../shared --out models/mr-flair-abnormality --date YYYY-MM-DD
    (the same with --measure: figures of the exported network only)
"""

import argparse
import copy
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from augment import exposure, geometry
from mr_flair_data import SIZE, load
from mr_flair_measure import measure
from mr_flair_pack import write_pack
from unet import UNet

BATCH = 8
RATE = 3e-3


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
    with torch.no_grad():
        for start in range(0, len(images), BATCH):
            guess = (model(images[start : start + BATCH]) > 0).float()
            truth = (targets[start : start + BATCH] >= 0.5).float()
            overlap += (guess * truth).sum().item()
            total += (guess.sum() + truth.sum()).item()
    return 2 * overlap / max(1, total)


def train(slices, minutes, seed, threads, path):
    """Cosine schedule over wall time; the averaged network of the best validation epoch is exported as it appears."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    generator = torch.Generator().manual_seed(seed)
    images, targets = tensors([item for item in slices if item.part == "train"])
    held = tensors([item for item in slices if item.part == "validation"])
    model = SliceUNet()
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-4)
    best, started, epoch, steps = -1.0, time.time(), 0, 0
    while (elapsed := (time.time() - started) / 60) < minutes:
        model.train()
        total, order = 0.0, torch.randperm(len(images), generator=generator)
        for start in range(0, len(order) - BATCH + 1, BATCH):
            progress = min(1, (time.time() - started) / 60 / minutes)
            optimizer.param_groups[0]["lr"] = RATE * max(0.02, 0.5 * (1 + numpy.cos(numpy.pi * progress)))
            index = order[start : start + BATCH]
            image, (target,) = geometry(images[index], [targets[index]], generator, rotate=15, scale=0.15, shift=0.06)
            loss = loss_of(model(exposure(image, generator, gamma=0.3, contrast=0.2, noise=0.02)), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            steps += 1
            with torch.no_grad():
                for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
                    mean.lerp_(value, max(0.01, 1 / steps)) if mean.is_floating_point() else mean.copy_(value)
        epoch += 1
        score = pooled_dice(average, *held)
        print(f"epoch {epoch} {elapsed:.1f} min loss {total / (len(order) // BATCH):.4f} validation {score:.4f}", flush=True)
        if score > best:
            best = score
            export(average.eval(), path)


def export(model, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model, torch.zeros(1, 3, SIZE, SIZE), str(path), input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/mr-flair-abnormality"))
    parser.add_argument("--date", help="day of the figures, for the manifest; without it only figures are printed")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    slices = load(arguments.shared)
    if not arguments.measure:
        train(slices, arguments.minutes, arguments.seed, arguments.threads, arguments.out / "model.onnx")
    data = measure(slices, arguments.out)
    if arguments.date:
        write_pack(arguments.out, data, arguments.date, arguments.minutes)


if __name__ == "__main__":
    main()
