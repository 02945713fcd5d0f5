"""
TorchXRayVision classifiers to packs.

    pip install torchxrayvision onnx
    python models/convert/xray_vision.py densenet121-res224-all PACKS/xrv-all
    python models/convert/xray_vision.py ensemble PACKS/xrv

The pack keeps the library's semantics: pixels to -1024 ... 1024, centre crop, antialiased resize, sigmoid,
operating-point rescale; labels a model was not trained on (no threshold, or no name) are left out.

`ensemble` is VILA-M3's CXR expert: seven DenseNets and a ResNet, the mean of their scores, eight findings judged by a
few of them only. Unlike its demonstration, members that were not trained on a finding have no vote on it: their
constant 0.5 would pull the mean to the threshold.
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


def thresholds_of(model: torch.nn.Module, labels: list[str]) -> list[float | None]:
    return [None if math.isnan(value) or not label else value for value, label in zip(model.op_threshs.tolist(), labels, strict=True)]


def steps(resolution: int) -> list[dict]:
    return [{"step": "xrv", "scale": 1024, "centerCrop": True, "resize": resolution, "antialias": True}]


def common(name: str, title: str, labels: list[str], trained: list[str]) -> dict:
    """What a manifest says of one network and of several alike."""
    return {
        "id": name.lower().replace("_", "-"), "version": "1.0.0", "title": title, "task": "classification",
        "licence": {"name": "Apache-2.0 (code); weights under the terms of their training data", "url": "https://github.com/mlmed/torchxrayvision", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["Cohen JP et al.: TorchXRayVision, MIDL 2022"]},
        "intendedUse": "Research: findings on frontal chest radiographs above or below each label's own operating point.",
        "inputs": [{"name": "image", "modality": ["CXR"], "channels": 1, "dtype": "float32"}],
        "labels": [{"id": index + 1, "name": shown(label, index), "color": COLORS[index % len(COLORS)]} for index, label in enumerate(labels)],
        "expertCall": {"name": "CXR", "modality": "CXR", "task": "classification", "overview": f"{len(trained)} chest radiograph findings", "accuracy": "see the library's papers", "args": []},
        "figures": [],
    }


def shown(label: str, index: int) -> str:
    return label.replace("_", " ") or f"unused {index + 1}"


def card_of(title: str, trained: list[str]) -> str:
    return (
        f"# {title}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/xray_vision.py`. "
        f"Trained labels: {', '.join(trained)}.\n\nA score of 0.5 is the label's own operating point; scores are not calibrated probabilities. "
        "Held-out performance was not measured by this conversion: see the library's papers.\n"
    )


def convert(model: torch.nn.Module, name: str, labels: list[str], resolution: int, folder: Path) -> None:
    """`model` is the library's DenseNet or ResNet with `op_threshs` set (NaN where untrained)."""
    folder.mkdir(parents=True, exist_ok=True)
    export_onnx(Logits(model), torch.zeros(1, 1, resolution, resolution), folder, "image", "logits", {})
    thresholds = thresholds_of(model, labels)
    trained = [label for label, value in zip(labels, thresholds, strict=True) if value is not None]
    title = f"TorchXRayVision {name}"
    manifest = {
        **common(name, title, labels, trained), "preprocess": steps(resolution),
        "inference": {"kind": "full", "file": "model.onnx", "input": "image", "output": "logits"},
        "postprocess": [{"step": "opNorm", "thresholds": thresholds, "untrained": "drop"}],
    }
    write_pack(folder, manifest, ["model.onnx"], card_of(title, trained))


RESNET = "resnet50-res512-all"
FEW = ["densenet121-res224-all", "densenet121-res224-chex", "densenet121-res224-pc", RESNET]
VOTERS = {
    "Fracture": ["densenet121-res224-all", "densenet121-res224-nih", "densenet121-res224-chex", RESNET],
    "Pneumothorax": [RESNET],
    **dict.fromkeys(["Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion"], FEW),
}
"""Findings that VILA-M3 has judged by some members only; all members vote on the others."""
MEMBERS = [*(f"densenet121-res224-{name}" for name in ("all", "chex", "mimic_ch", "mimic_nb", "nih", "pc", "rsna")), RESNET]


def convert_ensemble(members: list[tuple[str, torch.nn.Module, int]], labels: list[str], voters: dict[str, list[str]], name: str, folder: Path) -> None:
    """`members` are (name, the library's network, resolution), all with outputs in the order of `labels`."""
    folder.mkdir(parents=True, exist_ok=True)
    listed, files = [], []
    for member, model, resolution in members:
        export_onnx(Logits(model), torch.zeros(1, 1, resolution, resolution), folder, "image", "logits", {})
        (folder / "model.onnx").rename(folder / f"{member}.onnx")
        files.append(f"{member}.onnx")
        own = model.pathologies if getattr(model, "pathologies", None) else labels
        listed.append({"name": member, "file": files[-1], "input": "image", "output": "logits", "preprocess": steps(resolution), "thresholds": thresholds_of(model, list(own))})
    trained = [label for index, label in enumerate(labels) if any(one["thresholds"][index] is not None for one in listed)]
    title = f"TorchXRayVision ensemble of {len(members)}"
    names = {label: shown(label, index) for index, label in enumerate(labels)}
    manifest = {
        **common(name, title, labels, trained), "preprocess": [],
        "inference": {"kind": "ensemble", "members": listed, "voters": {names[label]: who for label, who in voters.items()}}, "postprocess": [],
    }
    write_pack(folder, manifest, files, card_of(title, trained))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", help="a name the library knows, for example densenet121-res224-all or resnet50-res512-all, or ensemble")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    from torchxrayvision import models

    def load(name: str) -> tuple[str, torch.nn.Module, int]:
        about = models.model_urls[name]
        return name, models.get_model(name), about.get("input_resolution", 512 if "512" in name else 224)

    if arguments.weights == "ensemble":
        convert_ensemble([load(name) for name in MEMBERS], list(models.DenseNet.targets), VOTERS, "xrv-ensemble", arguments.folder)
        return
    name, model, resolution = load(arguments.weights)
    convert(model, name, list(models.model_urls[name]["labels"]), resolution, arguments.folder)


if __name__ == "__main__":
    main()
