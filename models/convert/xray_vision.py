"""
TorchXRayVision classifiers to packs.

    pip install torchxrayvision onnx
    python models/convert/xray_vision.py densenet121-res224-all PACKS/xrv-all

The pack keeps the library's semantics: pixels to -1024 ... 1024, centre crop, antialiased resize, sigmoid,
operating-point rescale; labels a model was not trained on (no threshold, or no name) are left out.
"""

import argparse
import math
from pathlib import Path

import torch
from pack import export_onnx, write_pack

COLORS = ["#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#14b8a6"]


class Logits(torch.nn.Module):
    """The network up to its logits: sigmoid and rescale are the pack's own steps."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.inner = model.model if hasattr(model, "model") else None
        self.features = None if self.inner is not None else model.features
        self.classifier = None if self.inner is not None else model.classifier

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        if self.inner is not None:  # ResNet: the library wraps torchvision's
            return self.inner(image)
        pooled = torch.nn.functional.adaptive_avg_pool2d(torch.relu(self.features(image)), (1, 1))
        return self.classifier(pooled.flatten(1))


def convert(model: torch.nn.Module, name: str, labels: list[str], resolution: int, folder: Path) -> None:
    """`model` is the library's DenseNet or ResNet with `op_threshs` set (NaN where untrained)."""
    folder.mkdir(parents=True, exist_ok=True)
    export_onnx(Logits(model), torch.zeros(1, 1, resolution, resolution), folder, "image", "logits", {})
    thresholds = [None if math.isnan(value) or not label else value for value, label in zip(model.op_threshs.tolist(), labels, strict=True)]
    trained = [label for label, value in zip(labels, thresholds, strict=True) if value is not None]
    manifest = {
        "id": name.lower().replace("_", "-"), "version": "1.0.0", "title": f"TorchXRayVision {name}", "task": "classification",
        "licence": {"name": "Apache-2.0 (code); weights under the terms of their training data", "url": "https://github.com/mlmed/torchxrayvision", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["Cohen JP et al.: TorchXRayVision, MIDL 2022"]},
        "intendedUse": "Research: findings on frontal chest radiographs above or below each label's own operating point.",
        "inputs": [{"name": "image", "modality": ["CXR"], "channels": 1, "dtype": "float32"}],
        "preprocess": [{"step": "xrv", "scale": 1024, "centerCrop": True, "resize": resolution, "antialias": True}],
        "inference": {"kind": "full", "file": "model.onnx", "input": "image", "output": "logits"},
        "postprocess": [{"step": "opNorm", "thresholds": thresholds, "untrained": "drop"}],
        "labels": [{"id": index + 1, "name": label.replace("_", " ") or f"unused {index + 1}", "color": COLORS[index % len(COLORS)]} for index, label in enumerate(labels)],
        "expertCall": {"name": "CXR", "modality": "CXR", "task": "classification", "overview": f"{len(trained)} chest radiograph findings", "accuracy": "see the library's papers", "args": []},
        "figures": [],
    }
    card = (
        f"# TorchXRayVision {name}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/xray_vision.py`. "
        f"Trained labels: {', '.join(trained)}.\n\nA score of 0.5 is the label's own operating point; scores are not calibrated probabilities. "
        "Held-out performance was not measured by this conversion: see the library's papers.\n"
    )
    write_pack(folder, manifest, ["model.onnx"], card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", help="a name the library knows, for example densenet121-res224-all or resnet50-res512-all")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    from torchxrayvision import models

    model = models.get_model(arguments.weights)
    about = models.model_urls[arguments.weights]
    convert(model, arguments.weights, list(about["labels"]), about.get("input_resolution", 512 if "512" in arguments.weights else 224), arguments.folder)


if __name__ == "__main__":
    main()
