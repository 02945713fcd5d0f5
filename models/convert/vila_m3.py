"""
A VILA or VILA-M3 checkpoint in its own layout (config.json, llm/, vision_tower/, mm_projector/) to a pack of three
ONNX files: SigLIP to its last layer but one with the projector, the embedding of tokens, the decoder.

    pip install torch transformers onnx
    python models/convert/vila_m3.py Llama3-VILA-M3-8B PACKS/vila-m3-8b --template llama_3 --licence CC-BY-NC-SA-4.0

VILA-M3 8B is asked by llama_3, 3B and 13B by vicuna_v1, 40B by hermes_2 (NVlabs/VILA, llava/conversation.py).
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from decoder import beginnings, export, export_decoder, write_config
from pack import write_pack
from torch import nn

OPENING = {"llama_3": "<|begin_of_text|><|start_header_id|>system", "vicuna_v1": "A chat", "hermes_2": "<|im_start|>system"}
VISION, EMBED, DECODER = "vision_encoder.onnx", "embed_tokens.onnx", "decoder_model_merged.onnx"


class Projector(nn.Module):
    """VILA's `mlp_downsample`: a grid of odd side is filled up with noughts, each 2 x 2 becomes one row, then two layers."""

    def __init__(self, vision_width: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * vision_width)
        self.first, self.second = nn.Linear(4 * vision_width, width), nn.Linear(width, width)

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        """From the checkpoint's names: `layers.1` the norm, `layers.2` and `layers.4` the two layers."""
        places = {"layers.1": self.norm, "layers.2": self.first, "layers.4": self.second}
        expected = {f"{place}.{kind}" for place in places for kind in ("weight", "bias")}
        if set(weights) != expected:
            raise SystemExit(f"The projector is no mlp_downsample: it holds {sorted(weights)}, not {sorted(expected)}.")
        for place, module in places.items():
            module.load_state_dict({kind: weights[f"{place}.{kind}"].float() for kind in ("weight", "bias")})

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        side = int(rows.shape[1] ** 0.5)
        width, odd = rows.shape[2], side % 2
        grid = nn.functional.pad(rows.view(-1, side, side, width), (0, 0, 0, odd, 0, odd))
        half = (side + odd) // 2
        # Upstream folds pairs along the second axis, then along the first; the four parts follow in this order.
        merged = grid.view(-1, half, 2, half, 2, width).permute(0, 1, 3, 2, 4, 5).reshape(-1, half * half, 4 * width)
        return self.second(nn.functional.gelu(self.first(self.norm(merged))))


class Eye(nn.Module):
    """Pixels to rows for the decoder. `hidden_states[-2]`: the last block and the norm after it are never run."""

    def __init__(self, tower: nn.Module, projector: nn.Module) -> None:
        super().__init__()
        inner = getattr(tower, "vision_model", tower)
        self.embeddings, self.blocks, self.projector = inner.embeddings, inner.encoder.layers[:-1], projector

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = self.embeddings(pixels)
        for block in self.blocks:
            x = block(x, attention_mask=None)
            x = x[0] if isinstance(x, tuple) else x
        return self.projector(x)


def export_vlm(eye: nn.Module, llm: nn.Module, folder: Path, size: int) -> list[str]:
    """The three files; the names of all that was written."""
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        export(eye, (torch.zeros(1, 3, size, size),), folder / VISION, (["pixel_values"], ["image_features"]), {"pixel_values": {0: "images"}, "image_features": {0: "images"}})
        export(llm.get_input_embeddings(), (torch.zeros(1, 2, dtype=torch.int64),), folder / EMBED, (["input_ids"], ["inputs_embeds"]), {"input_ids": {0: "batch", 1: "sequence"}, "inputs_embeds": {0: "batch", 1: "sequence"}})
    beside = [name for name in (VISION, f"{VISION}_data", EMBED, f"{EMBED}_data") if (folder / name).exists()]
    return [*beside, *export_decoder(llm, folder, DECODER, from_embeddings=True)]


def vlm_manifest(name: str, title: str, licence: str, inference: dict) -> dict:
    return {
        "id": name, "version": "1.0.0", "title": title, "task": "generation",
        "licence": {"name": licence, "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": []},
        "intendedUse": "Research: describes images and calls experts; every answer is a suggestion.",
        "inputs": [{"name": "prompt", "modality": ["text"], "channels": 1, "dtype": "string"}, {"name": "image", "modality": ["CXR", "CT", "MR"], "channels": 3, "dtype": "uint8"}],
        "preprocess": [], "inference": inference, "postprocess": [], "labels": [], "figures": [],
    }


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    found = sorted(folder.glob("*.safetensors"))
    if found:
        return {name: tensor for file in found for name, tensor in load_file(file).items()}
    return torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)


def convert(checkpoint: Path, folder: Path, name: str, template: str, context: int, licence: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer, SiglipVisionModel

    about = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    for key, expected in {"mm_vision_select_layer": -2, "mm_vision_select_feature": "cls_patch", "image_aspect_ratio": "resize"}.items():
        if about.get(key, expected) != expected:
            raise SystemExit(f"{key} is {about[key]!r}; this converter was proved for {expected!r}.")
    llm = AutoModelForCausalLM.from_pretrained(checkpoint / "llm", dtype=torch.float32, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint / "llm")
    tower = SiglipVisionModel.from_pretrained(checkpoint / "vision_tower", dtype=torch.float32, attn_implementation="eager")
    seen = tower.config
    projector = Projector(seen.hidden_size, llm.config.hidden_size)
    projector.load(weights_of(checkpoint / "mm_projector"))
    files = export_vlm(Eye(tower, projector), llm, folder, seen.image_size)
    write_config(llm.config, folder)
    shutil.copy(checkpoint / "llm" / "tokenizer.json", folder / "tokenizer.json")
    preprocessor = json.loads((checkpoint / "vision_tower" / "preprocessor_config.json").read_text(encoding="utf-8"))
    side = -(-(seen.image_size // seen.patch_size) // 2)
    manifest = vlm_manifest(name, name, licence, {
        "kind": "generate", "backend": "onnx", "file": DECODER, "contextTokens": context, "template": template,
        "bos": beginnings(tokenizer, OPENING[template], llm.config.bos_token_id),
        "vision": {
            "encoder": VISION, "embed": EMBED, "tokens": side * side, "size": [seen.image_size, seen.image_size], "fit": "stretch",
            "resample": {2: "bilinear", 3: "bicubic"}[preprocessor.get("resample", 3)],
            "mean": preprocessor["image_mean"], "std": preprocessor["image_std"],
        },
    })
    card = f"# {name}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/vila_m3.py`; nothing was measured by the conversion.\n\nLicence: {licence}.\n"
    write_pack(folder, manifest, [*files, "config.json", "tokenizer.json"], card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--template", required=True, choices=sorted(OPENING))
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--licence", default="CC-BY-NC-SA-4.0")
    arguments = parser.parse_args()
    convert(arguments.checkpoint, arguments.folder, arguments.folder.name, arguments.template, arguments.context, arguments.licence)


if __name__ == "__main__":
    main()
