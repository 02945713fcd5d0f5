"""Trains, exports and measures the cxr-lungs pack.

    python models/training/imaging/cxr_lungs.py --shared ../shared --out models/cxr-lungs
    python models/training/imaging/cxr_lungs.py --shared ../shared --out models/cxr-lungs --measure
"""

import argparse
from pathlib import Path

import numpy
import torch

from augment import exposure, geometry
from cxr_lungs_data import SIZE, load
from cxr_lungs_measure import measure
from fitting import CACHE, LAST, Members, export, fit, member_path, stored_members
from start import start_from
from unet import UNet, dice_and_cross_entropy

ADULT_REPEATS = 6


def tensors(examples):
    images = torch.from_numpy(numpy.stack([example.network_input() for example in examples]))
    pairs = [example.target() for example in examples]
    targets = torch.from_numpy(numpy.stack([target for target, _ in pairs]))
    weights = torch.from_numpy(numpy.stack([weight for _, weight in pairs]))
    return images, targets, weights


def dice_of(model, images, targets, weights):
    model.eval()
    scores = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(images), 16):
            guess = (model(images[start : start + 16].contiguous(memory_format=LAST)) > 0).float() * weights[start : start + 16]
            truth = targets[start : start + 16] * weights[start : start + 16]
            scores.append(2 * (guess * truth).sum((1, 2, 3)) / (guess.sum((1, 2, 3)) + truth.sum((1, 2, 3)) + 1e-6))
    return torch.cat(scores)


def train(examples, arguments, seed, path):
    train_set = [example for example in examples if example.part == "train" and example.source != "adult-nc"]
    train_set += [example for example in train_set if example.source == "adult"] * (ADULT_REPEATS - 1)
    validation = [example for example in examples if example.part == "validation"]
    images, targets, weights = tensors(train_set)
    held = tensors(validation)
    is_adult = torch.tensor([example.source == "adult" for example in validation])

    def batch_loss(model, index, generator):
        image, (target, weight) = geometry(images[index], [targets[index], weights[index]], generator)
        image = exposure(image, generator, invert=0.03).contiguous(memory_format=LAST)
        return dice_and_cross_entropy(model(image).float(), target, torch.clamp(weight, 0, 1))

    def score(model):
        scores = dice_of(model, *held)
        child, adult = scores[~is_adult].mean().item(), scores[is_adult].mean().item()
        return (child + adult) / 2, f"child {child:.4f} adult {adult:.4f}"

    torch.manual_seed(seed)
    model = start_from(UNet(), arguments.start, images[::16]) if arguments.start else UNet()
    fit(model, len(images), batch_loss, score, path, batch=16, epochs=arguments.epochs, minutes=arguments.minutes, rate=arguments.rate, decay=1e-4, seed=seed, threads=arguments.threads, every=2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/cxr-lungs"))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path, help="an exported network of one member (version 1.0.0) to go on from")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one network each; the pack averages them")
    parser.add_argument("--members", type=Path, default=CACHE, help="where the networks of the seeds are kept; one that lies there is not trained again")
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    examples = load(arguments.shared)
    if not arguments.measure:
        for seed in arguments.seeds:
            if not member_path(arguments.members, "cxr-lungs", seed).exists():
                train(examples, arguments, seed, member_path(arguments.members, "cxr-lungs", seed))
        export(Members(stored_members(UNet, arguments.members, "cxr-lungs", arguments.seeds), True), 1, SIZE, arguments.out / "model.onnx")
    measure(examples, arguments.out)


if __name__ == "__main__":
    main()
