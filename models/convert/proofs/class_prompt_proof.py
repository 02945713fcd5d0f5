"""
Proof of the class-prompt path (VISTA3D's way of being asked): a tiny promptable network made here. All its
classes at once, in PyTorch, give the labels that the program must reach a few classes at a time.

    python models/convert/proofs/class_prompt_proof.py electron/features/models/fixtures/prompt-tiny
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from pack import write_pack  # noqa: E402

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(20261123)


class Promptable(torch.nn.Module):
    """Features of the image against one embedding per asked class: logits [classes, 1, x, y, z]."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.Conv3d(1, 6, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv3d(6, 6, 3, padding=1))
        self.classes = torch.nn.Embedding(12, 6)

    def forward(self, image: torch.Tensor, class_ids: torch.Tensor) -> torch.Tensor:
        features = self.features(image)
        asked = self.classes(class_ids[:, 0])
        return torch.einsum("nc,bcxyz->nbxyz", asked, features)


network = Promptable().eval()
classes = [1, 2, 3, 5, 7, 8, 11]
shape = [24, 20, 16]
axes = {0: "classes", 2: "x", 3: "y", 4: "z"}
torch.onnx.export(
    network, (torch.zeros(1, 1, 8, 8, 8), torch.tensor([[1], [2]])), str(folder / "model.onnx"), input_names=["image", "class_ids"], output_names=["logits"],
    opset_version=17, dynamo=False, dynamic_axes={"image": {2: "x", 3: "y", 4: "z"}, "class_ids": {0: "classes"}, "logits": axes},
)
x, y, z = np.mgrid[0 : shape[0], 0 : shape[1], 0 : shape[2]]
image = np.floor(100 * np.sin(x / 4) * np.cos(y / 3) * np.sin((z + 2) / 3)).astype(np.float32)
with torch.no_grad():
    logits = network(torch.from_numpy(image / 100)[None, None], torch.tensor(classes)[:, None])[:, 0].numpy()
labels = np.where(logits.max(axis=0) > 0, np.array(classes)[logits.argmax(axis=0)], 0).astype(np.uint8)
top = np.sort(logits, axis=0)
golden = {
    "shape": shape, "image": "floor(100 sin(x/4) cos(y/3) sin((z+2)/3))", "labels": labels.flatten(order="F").tolist(),
    "close": int(((top[-1] - top[-2] < 1e-4) | (np.abs(top[-1]) < 1e-4)).sum()), "reference": f"torch {torch.__version__}",
}
(folder / "golden.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")
write_pack(
    folder,
    {
        "id": "prompt-tiny", "version": "1.0.0", "title": "Promptable network, random weights", "task": "segmentation",
        "licence": {"name": "Apache-2.0", "commercialUse": True, "clinicalUse": False, "researchOnly": True, "attribution": []},
        "intendedUse": "Tests of the class-prompt path.",
        "inputs": [{"name": "image", "modality": ["CT"], "channels": 1, "dtype": "float32"}],
        "preprocess": [{"step": "orient", "axes": "RAS"}, {"step": "intensityRange", "aMin": 0, "aMax": 100, "bMin": 0, "bMax": 1, "clip": False}],
        "inference": {"kind": "classPrompt", "file": "model.onnx", "input": "image", "prompt": "class_ids", "output": "logits", "roi": [0, 0, 0], "overlap": 0.25, "mode": "constant", "classes": classes, "chunk": 3},
        "postprocess": [{"step": "argmaxOrBackground"}, {"step": "invert", "mode": "nearest"}],
        "labels": [{"id": number, "name": f"class {number}"} for number in classes],
        "groups": {"pair": [2, 5, 2]},
        "figures": [],
    },
    ["model.onnx"],
    "# Promptable network, random weights\n\nFor tests only.\n",
)
print(np.unique(labels, return_counts=True), golden["close"])
