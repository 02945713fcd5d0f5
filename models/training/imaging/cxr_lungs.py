"""Trains, exports and measures the cxr-lungs pack.

    python models/training/imaging/cxr_lungs.py --shared ../shared --out models/cxr-lungs
    python models/training/imaging/cxr_lungs.py --shared ../shared --out models/cxr-lungs --measure
"""

import argparse
import copy
import time
from pathlib import Path

import numpy
import torch

from augment import exposure, geometry
from cxr_lungs_data import SIZE, load
from cxr_lungs_measure import measure
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
    with torch.no_grad():
        for start in range(0, len(images), 16):
            guess = (model(images[start : start + 16]) > 0).float() * weights[start : start + 16]
            truth = targets[start : start + 16] * weights[start : start + 16]
            scores.append(2 * (guess * truth).sum((1, 2, 3)) / (guess.sum((1, 2, 3)) + truth.sum((1, 2, 3)) + 1e-6))
    return torch.cat(scores)


def train(examples, minutes, seed, threads):
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    generator = torch.Generator().manual_seed(seed)
    train_set = [example for example in examples if example.part == "train" and example.source != "adult-nc"]
    train_set += [example for example in train_set if example.source == "adult"] * (ADULT_REPEATS - 1)
    validation = [example for example in examples if example.part == "validation"]
    images, targets, weights = tensors(train_set)
    held = tensors(validation)
    is_adult = torch.tensor([example.source == "adult" for example in validation])
    model = UNet()
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
    best, best_state, started, epoch = 0.0, None, time.time(), 0
    while (elapsed := (time.time() - started) / 60) < minutes:
        rate = 3e-3 * max(0.02, 0.5 * (1 + numpy.cos(numpy.pi * min(1, elapsed / minutes))))
        for group in optimizer.param_groups:
            group["lr"] = rate
        model.train()
        total = 0.0
        order = torch.randperm(len(images), generator=generator)
        for start in range(0, len(order) - 15, 16):
            index = order[start : start + 16]
            image, (target, weight) = geometry(images[index], [targets[index], weights[index]], generator)
            image = exposure(image, generator, invert=0.03)
            loss = dice_and_cross_entropy(model(image), target, torch.clamp(weight, 0, 1))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            with torch.no_grad():
                for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
                    mean.lerp_(value, 0.01 if epoch else 0.1) if mean.is_floating_point() else mean.copy_(value)
        scores = dice_of(average, *held)
        child, adult = scores[~is_adult].mean().item(), scores[is_adult].mean().item()
        epoch += 1
        print(f"epoch {epoch} {elapsed:.1f} min loss {total / (len(order) // 16):.4f} child {child:.4f} adult {adult:.4f}", flush=True)
        if (child + adult) / 2 > best:
            best, best_state = (child + adult) / 2, copy.deepcopy(average.state_dict())
    average.load_state_dict(best_state)
    return average.eval()


def export(model, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model, torch.zeros(1, 1, SIZE, SIZE), str(path), input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/cxr-lungs"))
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    examples = load(arguments.shared)
    if not arguments.measure:
        export(train(examples, arguments.minutes, arguments.seed, arguments.threads), arguments.out / "model.onnx")
    measure(examples, arguments.out)


if __name__ == "__main__":
    main()
