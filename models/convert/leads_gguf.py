"""
LEADS-Mistral-7B (or any Mistral or Llama of the same layout) from its Hugging Face folder to one GGUF file, which the
program adds as a pack: `npx evidesk models add leads.gguf`.

    pip install torch safetensors gguf
    huggingface-cli download zifeng-ai/leads-mistral-7b-v1 --local-dir LEADS
    python models/convert/leads_gguf.py LEADS leads.gguf --type q8_0

Weights are read and written one at a time. The tokenizer is taken from `tokenizer.json`, the chat template from
`tokenizer_config.json` or `chat_template.jinja`. f16 keeps matrices in half precision, q8_0 in eight bits with a scale
for each 32 values (a quarter of float32's size); norms stay float32.

Mistral's first version attends to a window of the last tokens. llama.cpp attends to all of them, which is the same up
to the window's length, so the file names that as its context.
"""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf.quants import quant_shape_to_byte_shape, quantize
from safetensors import safe_open

TYPES = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0}
FILE_TYPES = {"f16": gguf.LlamaFileType.MOSTLY_F16, "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}
ONCE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
IN_BLOCK = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}


def gguf_name(theirs: str) -> str:
    if theirs in ONCE:
        return ONCE[theirs]
    _, _, layer, rest = theirs.split(".", 3)
    return f"blk.{layer}.{IN_BLOCK[rest.removesuffix('.weight')]}.weight"


def neighbours(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp rotates neighbouring pairs, transformers the two halves: rows are reordered head by head."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def tensor_places(folder: Path) -> dict[str, Path]:
    """Which file holds each tensor; position tables that old exports carry are worked out by the runtime."""
    places = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            places |= {name: path for name in file.keys() if "rotary_emb" not in name}
    if not places:
        raise SystemExit(f"{folder} holds no .safetensors file.")
    return places


def add_tokenizer(writer: gguf.GGUFWriter, folder: Path, size: int) -> None:
    """Byte-pair merges as SentencePiece scores: the piece that an earlier merge makes is joined first."""
    about = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    model = about["model"]
    if model["type"] != "BPE" or not model.get("byte_fallback"):
        raise SystemExit(f"{folder / 'tokenizer.json'} is no byte-pair tokenizer with byte fallback.")
    pieces: list[str | None] = [None] * size
    for piece, index in model["vocab"].items():
        pieces[index] = piece
    added = {one["id"]: one for one in about.get("added_tokens", [])}
    for index, one in added.items():
        pieces[index] = one["content"]
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(model["merges"]):
        ranks.setdefault("".join(merge if isinstance(merge, list) else merge.split(" ", 1)), rank)
    tokens, scores, types = [], [], []
    for index, piece in enumerate(pieces):
        tokens.append(f"[PAD{index}]" if piece is None else piece)
        scores.append(-float(ranks.get(piece or "", len(ranks))))
        types.append(type_of(piece, added.get(index), model.get("unk_token")))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_add_space_prefix(begins_with_space(about))
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    index_of = {piece: index for index, piece in enumerate(pieces)}
    for name, add in (("bos_token", writer.add_bos_token_id), ("eos_token", writer.add_eos_token_id), ("unk_token", writer.add_unk_token_id)):
        value = config.get(name)
        text = value["content"] if isinstance(value, dict) else value
        if text in index_of:
            add(index_of[text])
    writer.add_add_bos_token(config.get("add_bos_token", True))
    writer.add_add_eos_token(config.get("add_eos_token", False))
    beside = folder / "chat_template.jinja"
    template = beside.read_text(encoding="utf-8") if beside.exists() else config.get("chat_template")
    if isinstance(template, list):  # several, by name
        template = next(one["template"] for one in template if one["name"] == "default")
    if template:
        writer.add_chat_template(template)


def type_of(piece: str | None, added: dict | None, unknown: str | None) -> gguf.TokenType:
    if piece is None:
        return gguf.TokenType.UNUSED
    if piece == unknown:
        return gguf.TokenType.UNKNOWN
    if added:
        return gguf.TokenType.CONTROL if added.get("special") else gguf.TokenType.USER_DEFINED
    is_byte = len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">")
    return gguf.TokenType.BYTE if is_byte else gguf.TokenType.NORMAL


def begins_with_space(about: dict) -> bool:
    """
    Whether every stretch between special tokens is read as if a space stood before it. A tokenizer that does so at
    the very beginning only ("first") never does in a chat, which begins with special tokens; llama.cpp knows but all or none.
    """
    parts = [about.get("normalizer") or {}, about.get("pre_tokenizer") or {}]
    parts += [one for part in parts for one in part.get("normalizers", []) + part.get("pretokenizers", [])]
    return any(part.get("type") == "Prepend" or (part.get("type") == "Metaspace" and part.get("prepend_scheme", "always") == "always") for part in parts)


def add_settings(writer: gguf.GGUFWriter, config: dict, name: str, kind: str, licence: str) -> None:
    heads = config["num_attention_heads"]
    width = config.get("head_dim") or config["hidden_size"] // heads
    window = config.get("sliding_window") or config["max_position_embeddings"]
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise SystemExit(f"Position scaling of the kind {rope} is not converted.")
    writer.add_name(name)
    writer.add_license(licence)
    writer.add_context_length(min(window, config["max_position_embeddings"]))
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(rope.get("rope_theta") or config.get("rope_theta") or 10000.0)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(FILE_TYPES[kind])


def convert(folder: Path, target: Path, kind: str, name: str, licence: str) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] not in ("mistral", "llama"):
        raise SystemExit(f"{folder} holds a model of the kind {config['model_type']}; mistral and llama are converted.")
    writer = gguf.GGUFWriter(target, "llama")
    add_settings(writer, config, name, kind, licence)
    add_tokenizer(writer, folder, config["vocab_size"])
    places = tensor_places(folder)
    kinds = {}
    for theirs, path in places.items():
        with safe_open(path, framework="pt") as file:
            shape = file.get_slice(theirs).get_shape()
        # Norms stay exact; a matrix whose rows are no multiple of 32 has no blocks of eight bits.
        half = kind == "f16" or shape[-1] % 32 != 0
        kinds[theirs] = gguf.GGMLQuantizationType.F32 if len(shape) == 1 else TYPES["f16" if half else kind]
        laid = quant_shape_to_byte_shape(shape, kinds[theirs]) if kinds[theirs] == gguf.GGMLQuantizationType.Q8_0 else shape
        dtype = {gguf.GGMLQuantizationType.F32: np.float32, gguf.GGMLQuantizationType.F16: np.float16}.get(kinds[theirs], np.uint8)
        bytes_in_all = int(np.prod(laid)) * np.dtype(dtype).itemsize
        writer.add_tensor_info(gguf_name(theirs), laid, np.dtype(dtype), bytes_in_all, raw_dtype=kinds[theirs] if dtype is np.uint8 else None)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    heads = config["num_attention_heads"]
    for done, (theirs, path) in enumerate(places.items(), 1):
        with safe_open(path, framework="pt") as file:
            tensor = file.get_tensor(theirs).float()
        if "q_proj" in theirs:
            tensor = neighbours(tensor, heads)
        if "k_proj" in theirs:
            tensor = neighbours(tensor, config.get("num_key_value_heads") or heads)
        writer.write_tensor_data(quantize(np.ascontiguousarray(tensor.numpy()), kinds[theirs]))
        print(f"\r{done} of {len(places)} weights", end="", flush=True)
    writer.close()
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="config.json, *.safetensors, tokenizer.json, tokenizer_config.json")
    parser.add_argument("target", type=Path, help="the .gguf file to write")
    parser.add_argument("--type", choices=TYPES, default="q8_0")
    parser.add_argument("--name", default="LEADS-Mistral-7B")
    parser.add_argument("--licence", default="MIT", help="what the model's page names")
    arguments = parser.parse_args()
    convert(arguments.folder, arguments.target, arguments.type, arguments.name, arguments.licence)


if __name__ == "__main__":
    main()
