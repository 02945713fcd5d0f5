"""Random geometry and exposure for a batch on the CPU; masks follow the same geometry."""

import math

import torch
from torch.nn import functional


def geometry(image, labels, generator, rotate=12.0, scale=0.18, shift=0.08, flip=True):
    """`image` and each of `labels` are [N, C, H, W]; labels are moved with nearest neighbour."""
    count = image.shape[0]

    def uniform(limit):
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    angle = uniform(math.radians(rotate))
    size_x = 1 + uniform(scale)
    size_y = size_x * (1 + uniform(scale / 2))
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0) if flip else torch.ones(count)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = torch.cos(angle) * size_x * mirror
    theta[:, 0, 1] = -torch.sin(angle) * size_y
    theta[:, 1, 0] = torch.sin(angle) * size_x * mirror
    theta[:, 1, 1] = torch.cos(angle) * size_y
    theta[:, 0, 2] = uniform(shift)
    theta[:, 1, 2] = uniform(shift)
    grid = functional.affine_grid(theta, image.shape, align_corners=False)
    moved = functional.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return moved, [functional.grid_sample(label, grid, mode="nearest", padding_mode="zeros", align_corners=False) for label in labels]


def exposure(image, generator, gamma=0.5, contrast=0.25, noise=0.03, invert=0.0):
    """Gamma, contrast, brightness, noise and now and then a blur; `image` in 0..1."""
    shape = (image.shape[0], 1, 1, 1)

    def uniform(limit):
        return (torch.rand(shape, generator=generator) * 2 - 1) * limit

    image = image.clamp(0, 1) ** torch.exp(uniform(gamma))
    image = (image - 0.5) * (1 + uniform(contrast)) + 0.5 + uniform(contrast / 2)
    soft = functional.avg_pool2d(image, 3, stride=1, padding=1)
    image = torch.where(torch.rand(shape, generator=generator) < 0.25, soft, image)
    if invert > 0:
        image = torch.where(torch.rand(shape, generator=generator) < invert, 1 - image, image)
    image = image + torch.randn(image.shape, generator=generator) * noise * torch.rand(shape, generator=generator)
    return image.clamp(0, 1)
