"""What every converter shares: the files of a pack, hashed, and its manifest."""

import hashlib
import json
from pathlib import Path


def write_pack(folder: Path, manifest: dict, files: list[str], card: str) -> None:
    """Writes manifest.json and card.md beside the weights that already lie in `folder`."""
    (folder / "card.md").write_text(card, encoding="utf-8")
    entries = []
    for name in [*files, "card.md"]:
        content = (folder / name).read_bytes()
        entries.append({"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    whole = {"format": "evidesk-pack/1", **manifest, "notForDiagnosis": True, "files": entries, "card": "card.md"}
    (folder / "manifest.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def export_onnx(network, example, folder: Path, input_name: str, output_name: str, free_axes: dict[int, str]) -> None:
    """One self-contained file, opset 17; `free_axes` are the sizes of the input and output that may change."""
    import torch

    torch.onnx.export(
        network.eval(), (example,), str(folder / "model.onnx"), input_names=[input_name], output_names=[output_name],
        opset_version=17, dynamo=False, dynamic_axes={input_name: free_axes, output_name: free_axes} if free_axes else None,
    )
