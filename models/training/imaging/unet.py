"""A narrow U-Net (Ronneberger et al., 2015) whose first step halves the grid, so that it trains on two CPU cores."""

import torch
from torch import nn
from torch.nn import functional


def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """Maps [N, channels, H, W] to logits [N, classes, H, W]; H and W are multiples of 32."""

    def __init__(self, channels=1, classes=1, widths=(16, 32, 48, 64, 96)):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, widths[0], 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(inplace=True),
        )
        self.down = nn.ModuleList(
            [block(widths[0], widths[0])] + [block(a, b) for a, b in zip(widths, widths[1:])]
        )
        self.up = nn.ModuleList([block(a + b, a) for a, b in zip(widths, widths[1:])])
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, image):
        value = self.stem(image)
        skips = []
        for index, layer in enumerate(self.down):
            value = layer(value if index == 0 else functional.max_pool2d(value, 2))
            skips.append(value)
        for index in reversed(range(len(self.up))):
            value = functional.interpolate(value, scale_factor=2.0, mode="bilinear", align_corners=False)
            value = self.up[index](torch.cat([value, skips[index]], dim=1))
        return functional.interpolate(self.head(value), scale_factor=2.0, mode="bilinear", align_corners=False)


def dice_and_cross_entropy(logits, target, weight):
    """Soft Dice plus binary cross-entropy, both only where `weight` is 1. All [N, 1, H, W]."""
    probability = torch.sigmoid(logits) * weight
    overlap = (probability * target).sum((1, 2, 3))
    total = probability.sum((1, 2, 3)) + (target * weight).sum((1, 2, 3))
    dice = 1 - (2 * overlap + 1) / (total + 1)
    entropy = functional.binary_cross_entropy_with_logits(logits, target, weight, reduction="none")
    return dice.mean() + entropy.sum() / weight.sum()
