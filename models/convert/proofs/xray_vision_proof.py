"""
Proof of the TorchXRayVision converter: the library's own DenseNet and ResNet classes, small and with random weights,
are converted alone and as an ensemble, and their own outputs on one made-up film are kept for the program's tests to
agree with.

    python models/convert/proofs/xray_vision_proof.py electron/features/models/fixtures
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from torchxrayvision import models, utils  # noqa: E402

import torchvision  # noqa: E402

from xray_vision import convert, convert_ensemble  # noqa: E402

fixtures = Path(sys.argv[1])
labels = list(models.DenseNet.targets)
rows, columns = 300, 260
y, x = np.mgrid[0:rows, 0:columns]
film = np.uint8(np.clip(127 + 90 * np.sin(x / 17) * np.cos(y / 23) + 30 * ((x // 31 + y // 37) % 2), 0, 255))
image = utils.normalize(film, 255, reshape=True)
top = rows // 2 - columns // 2
square = torch.from_numpy(image[:, top : top + columns, :])[None]


def as_trained(model: torch.nn.Module) -> torch.nn.Module:
    """Batch norms as training leaves them: neither zero nor one."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.3, 0.3)
    return model.eval()


def thresholds(untrained: tuple[int, ...], step: float) -> torch.Tensor:
    return torch.tensor([float("nan") if index in untrained else 0.05 + step * index for index in range(18)])


def dense(untrained: tuple[int, ...], step: float) -> torch.nn.Module:
    model = models.DenseNet(growth_rate=2, block_config=(1, 2, 1, 1), num_init_features=4, bn_size=2, op_threshs=thresholds(untrained, step))
    as_trained(model).classifier.weight.data.mul_(3)
    model.input_resolution = 224
    return model


class SmallResNet(torchvision.models.ResNet):
    """torchvision's ResNet with its own bottlenecks, a sixteenth as wide."""

    def _make_layer(self, block, planes, *rest, **more):
        return super()._make_layer(block, planes // 16, *rest, **more)


def residual(untrained: tuple[int, ...]) -> torch.nn.Module:
    """The library's ResNet as its constructor leaves it, which would fetch the weights: one channel in, 18 out."""
    model = models.ResNet.__new__(models.ResNet)
    torch.nn.Module.__init__(model)
    model.weights, model.apply_sigmoid, model.targets, model.pathologies = None, False, labels, labels
    model.model = SmallResNet(torchvision.models.resnet.Bottleneck, [1, 1, 1, 1], num_classes=18)
    model.model.conv1 = torch.nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    model.model.fc = torch.nn.Linear(128, 18)
    as_trained(model)
    model.input_resolution = 512
    # Logits of about two in size, where the sigmoid still tells them apart.
    with torch.no_grad():
        model.model.fc.weight.data.mul_(2 / model(square).std())
    model.register_buffer("op_threshs", thresholds(untrained, 0.03))
    return model


def scores(model: torch.nn.Module) -> list[float]:
    with torch.no_grad():
        return model(square)[0].tolist()


def golden(folder: str, **more: object) -> None:
    about = {
        "film": {"rows": rows, "columns": columns, "pixels": "uint8 clip(127 + 90 sin(x/17) cos(y/23) + 30 ((x//31 + y//37) % 2)), truncated"},
        "labels": labels, **more, "reference": f"torchxrayvision's own forward, torch {torch.__version__}",
    }
    (fixtures / folder / "golden.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


torch.manual_seed(20261123)
model = dense((2, 5, 17), 0.04)
convert(model, "xrv-tiny", labels, 224, fixtures / "xrv-tiny")
golden("xrv-tiny", scores=scores(model))
torch.manual_seed(20261125)
other, resnet = dense((2, 5, 9, 13, 17), 0.02), residual((5, 17))
convert(resnet, "xrv-resnet-tiny", labels, 512, fixtures / "xrv-resnet-tiny")
golden("xrv-resnet-tiny", scores=scores(resnet))
voters = {"Fracture": ["first", "residual"], "Pneumothorax": ["residual"], "Hernia": ["second", "residual"]}
convert_ensemble([("first", model, 224), ("second", other, 224), ("residual", resnet, 512)], labels, voters, "xrv-ensemble-tiny", fixtures / "xrv-ensemble-tiny")
by_member = {"first": scores(model), "second": scores(other), "residual": scores(resnet)}
# The demonstration's mean over a label's group, without those who were not trained on it (they answer 0.5 exactly).
asked = {label: [name for name in voters.get(label, by_member) if by_member[name][index] != 0.5] for index, label in enumerate(labels)}
means = [sum(by_member[name][index] for name in asked[label]) / len(asked[label]) if asked[label] else None for index, label in enumerate(labels)]
golden("xrv-ensemble-tiny", scores=means)
print({label: score if score is None else round(score, 5) for label, score in zip(labels, means, strict=True)})
