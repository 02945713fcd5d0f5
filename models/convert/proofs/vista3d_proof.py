"""
Proof of the VISTA3D converter: MONAI's own VISTA3D, small and with random weights, is saved as its bundle lies, read
from there and converted; MONAI's own transforms, windows, class head and point head give the numbers that the
program's tests must agree with. All classes at once here, a few at a time there.

    python models/convert/proofs/vista3d_proof.py electron/features/models/fixtures/vista3d-tiny
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from monai.apps.vista3d.inferer import point_based_window_inferer
from monai.data import MetaTensor
from monai.inferers import sliding_window_inference
from monai.networks.nets import SegResNetDS2
from monai.networks.nets.vista3d import VISTA3D, ClassMappingClassify, PointMappingSAM
from monai.transforms import Compose, CropForegroundd, EnsureChannelFirstd, Invertd, Orientationd, ScaleIntensityRanged, Spacingd
from monai.apps.vista3d.transforms import VistaPostTransformd
from monai.transforms.utils import keep_components_with_positive_points

sys.path.insert(0, str(Path(__file__).parents[1]))
from vista3d import convert  # noqa: E402

folder = Path(sys.argv[1])
torch.manual_seed(20261125)
width = 8
network = VISTA3D(
    image_encoder=SegResNetDS2(in_channels=1, blocks_down=(1, 1), norm="instance", out_channels=width, init_filters=width, dsdepth=1),
    class_head=ClassMappingClassify(n_classes=24, feature_size=width, use_mlp=True),
    point_head=PointMappingSAM(feature_size=width, n_classes=24, last_supported=20),
).eval()
classes = [1, 3, 4, 5, 7, 10, 12, 13, 14, 17, 19]
roi = [16, 16, 16]
convert(
    network, folder, {"id": "vista3d-tiny", "title": "VISTA3D, random weights", "accuracy": "none: random weights", "everything": classes[:-1], "groups": {"pair": [3, 14, 3], "tumour": [19]}},
    {number: f"class {number}" for number in classes}, roi, 2,
)
manifest = json.loads((folder / "manifest.json").read_text())
manifest["inference"]["chunk"] = 4
manifest["inference"]["points"]["special"] = [19]
manifest["preprocess"][1]["marginVox"] = 2
(folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")

shape = [30, 26, 22]
x, y, z = np.mgrid[0 : shape[0], 0 : shape[1], 0 : shape[2]]
body = ((x - 15) / 11) ** 2 + ((y - 12) / 9) ** 2 + ((z - 10) / 9) ** 2 < 1
image = np.where(body, 40 + np.floor(400 * np.sin(x / 3) * np.cos(y / 4) * np.sin((z + 2) / 3)), -1000).astype(np.float32)
affine = np.diag([-2.1, -1.9, 1.7, 1.0])
affine[:3, 3] = [30, 20, -12]
keys = ["image"]
before = Compose([
    EnsureChannelFirstd(keys, channel_dim="no_channel"), Spacingd(keys, pixdim=(1.5, 1.5, 1.5), mode="bilinear"), CropForegroundd(keys, source_key="image", margin=2, allow_smaller=True),
    ScaleIntensityRanged(keys, a_min=-963.8247715525971, a_max=1053.678477684517, b_min=0, b_max=1, clip=True), Orientationd(keys, axcodes="RAS", labels=(("L", "R"), ("P", "A"), ("I", "S"))),
])
data = before({"image": MetaTensor(torch.from_numpy(image), affine=torch.from_numpy(affine))})
inverse = Compose([Invertd(["pred"], transform=before, orig_keys="image", nearest_interp=True, to_tensor=True)])


def back(pred: torch.Tensor) -> np.ndarray:
    """A label map on the network's grid to the image's own, as the bundle does it."""
    one = dict(data)
    one["pred"] = MetaTensor(pred, affine=data["image"].affine)
    one["pred"].applied_operations = data["image"].applied_operations
    return np.nan_to_num(inverse(one)["pred"].numpy()[0]).astype(np.uint8)


def runs(labels: np.ndarray) -> list[int]:
    """[label, count, …] in x-fastest order."""
    flat = labels.flatten(order="F")
    edges = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1, [flat.size]])
    return [int(value) for start, end in zip(edges[:-1], edges[1:], strict=True) for value in (flat[start], end - start)]


asked = torch.tensor(classes[:-1])
ready = data["image"].as_tensor()[None]
with torch.no_grad():
    logits = sliding_window_inference(ready, roi, 1, network, overlap=0.25, class_vector=asked[:, None], transpose=True)[0]
ranked = logits.sort(dim=0, descending=True).values
close = (ranked[0] - ranked[1] < 1e-4) | (ranked[0].abs() < 1e-4)
best = VistaPostTransformd(["pred"])({"pred": logits.clone(), "label_prompt": asked})["pred"]
labels = back(best)
# A tie on the network's grid may cover several voxels of the image.
near = int(back(close[None].to(torch.uint8)).sum())

# Clicks: one object, three of them (two inside, one outside), in voxels of the image; MONAI takes them on the network's grid.
clicks = [[15, 12, 10], [18, 14, 9], [8, 9, 12]]
kinds = [1, 1, 0]
to_network = np.linalg.inv(data["image"].affine.numpy()) @ affine
moved = [[float(round(v)) for v in (to_network @ [*click, 1])[:3]] for click in clicks]
with torch.no_grad():
    scores = point_based_window_inferer(ready, roi, network, torch.tensor([moved]), torch.tensor([kinds]), transpose=True)[0]
    kept = keep_components_with_positive_points(scores.as_tensor()[None].clone(), point_coords=torch.tensor([moved]), point_labels=torch.tensor([kinds]))[0]
on = torch.nan_to_num(kept, nan=-1) > 0
# One window, number by number: MONAI's own heads, clicks of all four kinds.
i, j, k = np.mgrid[0:8, 0:8, 0:8]
window = torch.from_numpy((0.5 + 0.4 * np.sin(i / 2) * np.cos(j / 3) * np.sin(k / 2 + 1)).astype(np.float32))[None, None]
four = torch.tensor([[[2.0, 3, 4], [5, 1, 6], [7, 0, 3], [1, 6, 2]]])
with torch.no_grad():
    by_class = network(window, class_vector=torch.tensor(classes[:3])[:, None])
    by_click = network(window, point_coords=four.clone(), point_labels=torch.tensor([[1, 0, 3, 2]]))
golden = {
    "image": {"shape": shape, "affine": affine.flatten().tolist(), "voxels": "40 + floor(400 sin(x/3) cos(y/4) sin((z+2)/3)) inside ((x-15)/11)^2 + ((y-12)/9)^2 + ((z-10)/9)^2 < 1, else -1000"},
    "runs": runs(labels), "close": near,
    "points": {"clicks": clicks, "kinds": kinds, "runs": runs(back(on.to(torch.uint8))), "close": int((scores.abs() < 1e-4).sum())},
    "window": {
        "size": 8, "voxels": "0.5 + 0.4 sin(i/2) cos(j/3) sin(k/2 + 1)", "classes": classes[:3], "logits": [round(v, 6) for v in by_class.flatten().tolist()],
        "points": four.flatten().tolist(), "kinds": [1, 0, 3, 2], "pointLogits": [round(v, 6) for v in by_click.flatten().tolist()],
    },
    "reference": f"MONAI VISTA3D, sliding_window_inference, point_based_window_inferer; torch {torch.__version__}",
}
(folder / "golden.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")
print(list(ready.shape[2:]), np.unique(labels, return_counts=True), "close", near, "clicked", int(on.sum()), golden["points"]["close"], moved)
