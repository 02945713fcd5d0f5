"""
Proof of the TorchXRayVision converter: the library's own DenseNet class, small and with random weights,
is converted, and its own outputs on one made-up film are kept for the program's tests to agree with.

    python models/convert/proofs/xray_vision_proof.py electron/features/models/fixtures/xrv-tiny
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from torchxrayvision import models, utils  # noqa: E402

from xray_vision import convert  # noqa: E402

folder = Path(sys.argv[1])
torch.manual_seed(20261123)
labels = list(models.DenseNet.targets)
model = models.DenseNet(growth_rate=2, block_config=(1, 2, 1, 1), num_init_features=4, bn_size=2, op_threshs=torch.tensor([float("nan") if index in (2, 5, 17) else 0.05 + 0.04 * index for index in range(18)]))
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d):  # as training leaves it: neither zero nor one
        module.running_mean.uniform_(-0.5, 0.5)
        module.running_var.uniform_(0.5, 2)
        module.weight.data.uniform_(0.5, 1.5)
        module.bias.data.uniform_(-0.3, 0.3)
model.classifier.weight.data.mul_(3)
model.input_resolution = 224
model.eval()
convert(model, "xrv-tiny", labels, 224, folder)

rows, columns = 300, 260
y, x = np.mgrid[0:rows, 0:columns]
film = np.uint8(np.clip(127 + 90 * np.sin(x / 17) * np.cos(y / 23) + 30 * ((x // 31 + y // 37) % 2), 0, 255))
image = utils.normalize(film, 255, reshape=True)
top, left = rows // 2 - columns // 2, 0
square = torch.from_numpy(image[:, top : top + columns, left : left + columns])[None]
with torch.no_grad():
    expected = model(square)[0].tolist()
golden = {
    "film": {"rows": rows, "columns": columns, "pixels": "uint8 clip(127 + 90 sin(x/17) cos(y/23) + 30 ((x//31 + y//37) % 2)), truncated"},
    "labels": labels, "scores": expected, "reference": f"torchxrayvision's DenseNet.forward, torch {torch.__version__}",
}
(folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
print({label: round(score, 5) for label, score in zip(labels, expected, strict=True)})
