"""
Proof of the BraTS converter: MONAI's own SegResNet, small and with random weights, is converted; MONAI's
own transforms and sliding window give the labels that the program's tests must agree with.

    python models/convert/proofs/brats_segresnet_proof.py electron/features/models/fixtures/segresnet-tiny
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from monai.inferers import sliding_window_inference
from monai.networks.nets import SegResNet
from monai.transforms import NormalizeIntensity

sys.path.insert(0, str(Path(__file__).parents[1]))
from brats_segresnet import convert  # noqa: E402

folder = Path(sys.argv[1])
torch.manual_seed(20261123)
network = SegResNet(blocks_down=[1, 1], blocks_up=[1], init_filters=4, in_channels=4, out_channels=3, norm=("GROUP", {"num_groups": 2})).eval()
network.conv_final[2].conv.weight.data.mul_(6)
roi, overlap = [24, 16, 16], 0.5
convert(network, folder, "segresnet-tiny", roi, overlap, "SegResNet, random weights", "none: random weights")

x, y, z = np.mgrid[0:40, 0:34, 0:20]
head = ((x - 20) / 18) ** 2 + ((y - 17) / 15) ** 2 + ((z - 10) / 9) ** 2 < 1
image = np.stack([np.floor(200 + 120 * np.sin((x + 3 * c) / 5) * np.cos((y - 2 * c) / 4) * np.sin((z + c) / 3)) * head for c in range(4)]).astype(np.float32)
scaled = NormalizeIntensity(nonzero=True, channel_wise=True)(torch.from_numpy(image))[None]
with torch.no_grad():
    logits = sliding_window_inference(scaled, roi, 1, network, overlap=overlap)[0]
on = torch.sigmoid(logits).numpy() >= 0.5
labels = np.where(on[2], 4, np.where(on[0], 1, np.where(on[1], 2, 0))).astype(np.uint8)
golden = {
    "image": {"shape": [40, 34, 20], "channel": "floor(200 + 120 sin((x+3c)/5) cos((y-2c)/4) sin((z+c)/3)) inside the ellipsoid ((x-20)/18)^2 + ((y-17)/15)^2 + ((z-10)/9)^2 < 1, else 0"},
    "counts": {str(label): int((labels == label).sum()) for label in (0, 1, 2, 4)},
    "nearHalf": int((np.abs(logits.numpy()) < 1e-4).any(axis=0).sum()),
    # run lengths [label, count, label, count, …] in x-fastest order
    "runs": [],
    "reference": f"MONAI NormalizeIntensity, sliding_window_inference, SegResNet; torch {torch.__version__}",
}
flat = labels.flatten(order="F")
edges = np.flatnonzero(np.diff(flat)) + 1
starts = np.concatenate([[0], edges])
for start, end in zip(starts, np.concatenate([edges, [flat.size]]), strict=True):
    golden["runs"] += [int(flat[start]), int(end - start)]
golden["sha256"] = hashlib.sha256(flat.tobytes()).hexdigest()
(folder / "golden.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")
print(golden["counts"], "near one half:", golden["nearHalf"])
