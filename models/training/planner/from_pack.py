"""The weights of an exported planner back in its network, so that training goes on from a pack of the repository's history."""

import sys
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

sys.path.insert(0, str(Path(__file__).parents[1] / "imaging"))
from start import start_from  # noqa: E402


def stored(path: Path) -> tuple[dict[str, torch.Tensor], list[torch.Tensor]]:
    """By name, and those of the matrix products in the order of the graph, turned back to PyTorch's (out, in)."""
    graph = onnx.load(str(path)).graph
    named = {item.name: torch.tensor(numpy_helper.to_array(item)) for item in graph.initializer}
    return named, [named[node.input[1]].T for node in graph.node if node.op_type == "MatMul" and node.input[1] in named]


def from_pack(folder: Path, encoder, writer, pixels: torch.Tensor) -> None:
    """
    Fills both networks. `pixels` (n, 3, 96, 96): training pictures, from which the normalisations that the export
    folded into the convolutions take their mean and variance. The head that names the kind of picture is not in a
    pack: it starts anew.
    """
    start_from(encoder.body, folder / "vision_encoder.onnx", pixels)
    named, (first, second) = stored(folder / "vision_encoder.onnx")
    encoder.project.load_state_dict({"0.weight": first, "0.bias": named["project.0.bias"], "2.weight": second, "2.bias": named["project.2.bias"]})
    words = stored(folder / "embed_tokens.onnx")[0]["weight"]
    named, products = stored(folder / "decoder_model_merged.onnx")
    taken = {"model.embed_tokens.weight": words, "lm_head.weight": words, "model.norm.weight": named["norm.weight"]}
    parts = [f"self_attn.{part}_proj" for part in "qkvo"] + [f"mlp.{part}_proj" for part in ("gate", "up", "down")]
    for layer in range(len(products) // len(parts)):
        taken |= {f"model.layers.{layer}.{part}.weight": products[layer * len(parts) + at] for at, part in enumerate(parts)}
        taken[f"model.layers.{layer}.input_layernorm.weight"] = named[f"before.{layer}.weight"]
        taken[f"model.layers.{layer}.post_attention_layernorm.weight"] = named[f"between.{layer}.weight"]
    writer.load_state_dict(taken)
