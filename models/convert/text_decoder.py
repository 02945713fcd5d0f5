"""
A Llama or Mistral checkpoint in Hugging Face's layout (config.json, *.safetensors, tokenizer.json) to a pack that writes.

    pip install torch transformers onnx
    python models/convert/text_decoder.py CHECKPOINT PACKS/leads --template mistral.json --context 8192 --licence MIT

`--template` is llama_3, vicuna_v1, hermes_2, or a JSON file as models/README.md describes it.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from decoder import beginnings, export_decoder, write_config
from pack import write_pack


def convert(checkpoint: Path, folder: Path, name: str, template: str | dict, context: int, licence: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    files = export_decoder(model, folder, "decoder_model_merged.onnx", from_embeddings=False)
    write_config(model.config, folder)
    shutil.copy(checkpoint / "tokenizer.json", folder / "tokenizer.json")
    begin = "<|begin_of_text|>" if template == "llama_3" else ""
    manifest = {
        "id": name, "version": "1.0.0", "title": name, "task": "generation",
        "licence": {"name": licence, "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": []},
        "intendedUse": "Research: suggestions by the bundled prompts, each checked against the text it was given.",
        "inputs": [{"name": "prompt", "modality": ["text"], "channels": 1, "dtype": "string"}],
        "preprocess": [],
        "inference": {
            "kind": "generate", "backend": "onnx", "file": "decoder_model_merged.onnx", "contextTokens": context,
            "template": template, "bos": beginnings(tokenizer, begin + "text", model.config.bos_token_id),
        },
        "postprocess": [], "labels": [], "figures": [],
    }
    card = f"# {name}\n\n**Research use only - not for diagnosis.**\n\nConverted by `models/convert/text_decoder.py`; nothing was measured by the conversion.\n\nLicence: {licence}.\n"
    write_pack(folder, manifest, [*files, "config.json", "tokenizer.json"], card)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--template", required=True)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--licence", default="Unknown: ask where the checkpoint came from")
    arguments = parser.parse_args()
    given = arguments.template
    template = json.loads(Path(given).read_text(encoding="utf-8")) if given.endswith(".json") else given
    convert(arguments.checkpoint, arguments.folder, arguments.folder.name, template, arguments.context, arguments.licence)


if __name__ == "__main__":
    main()
