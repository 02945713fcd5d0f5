"""A small residual network (He et al., 2016) for one grey film; it trains on a CPU core."""

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.skip = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, value):
        return torch.relu(self.body(value) + self.skip(value))


class FilmNetwork(nn.Module):
    """Maps [N, 1, H, W] in 0..1 to logits [N, labels]; each film is first centred and scaled by itself, so that exposure carries nothing."""

    def __init__(self, labels, widths=(16, 32, 64, 96, 128)):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, widths[0], 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        self.body = nn.Sequential(*[Residual(a, b, 2) for a, b in zip(widths, widths[1:])])
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(widths[-1], labels)

    def forward(self, film):
        centred = film - film.mean((2, 3), keepdim=True)
        scaled = centred / torch.sqrt((centred * centred).mean((2, 3), keepdim=True) + 1e-4)
        return self.head(self.drop(self.body(self.stem(scaled)).mean((2, 3))))
