"""
A Llama-family decoder with its cache, as one ONNX file in Hugging Face Optimum's names.

inputs_embeds [n, s, width] or input_ids [n, s], attention_mask [n, past + s], position_ids [n, s] and
past_key_values.L.key|value [n, heads, past, size]  ->  logits [n, s, vocabulary], present.L.key|value.

The layers are written out here, so that the graph does not depend on a library's tracing; proofs/ hold
them against transformers' LlamaForCausalLM value by value.
"""

import json
from pathlib import Path

import torch
from torch import nn

BIG = 1 << 30


class Norm(nn.Module):
    def __init__(self, weight: torch.Tensor, epsilon: float) -> None:
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(weight), epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def turned(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary positions on halves, as transformers' Llama has them."""
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-right, left], dim=-1) * sin


class Decoder(nn.Module):
    """Takes the weights of a transformers LlamaForCausalLM or MistralForCausalLM; one more kind of layer is refused."""

    def __init__(self, model: nn.Module, from_embeddings: bool) -> None:
        super().__init__()
        config = model.config
        rope = getattr(config, "rope_parameters", None) or {}
        if config.model_type not in ("llama", "mistral") or rope.get("rope_type", "default") != "default":
            raise SystemExit(f"{config.model_type} with {rope.get('rope_type')} positions is not converted; Llama and Mistral with plain rotary positions are.")
        if getattr(config, "sliding_window", None):
            raise SystemExit("A sliding attention window is not converted.")
        self.heads, self.shared = config.num_attention_heads, config.num_key_value_heads
        self.size = getattr(config, "head_dim", None) or config.hidden_size // self.heads
        theta = rope.get("rope_theta") or config.rope_theta
        self.register_buffer("frequency", theta ** (-torch.arange(0, self.size, 2).float() / self.size))
        self.embed = None if from_embeddings else model.model.embed_tokens
        self.layers = model.model.layers
        epsilon = config.rms_norm_eps
        self.before = nn.ModuleList(Norm(layer.input_layernorm.weight.detach(), epsilon) for layer in self.layers)
        self.between = nn.ModuleList(Norm(layer.post_attention_layernorm.weight.detach(), epsilon) for layer in self.layers)
        self.norm = Norm(model.model.norm.weight.detach(), epsilon)
        self.head = model.lm_head

    def attend(self, layer: nn.Module, x: torch.Tensor, angles: tuple, hidden: torch.Tensor, past: tuple) -> tuple:
        attention = layer.self_attn
        batch, count = x.shape[0], x.shape[1]
        query = attention.q_proj(x).view(batch, count, self.heads, self.size).transpose(1, 2)
        key = attention.k_proj(x).view(batch, count, self.shared, self.size).transpose(1, 2)
        value = attention.v_proj(x).view(batch, count, self.shared, self.size).transpose(1, 2)
        query, key = turned(query, *angles), turned(key, *angles)
        key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        times = self.heads // self.shared
        wide_key, wide_value = key.repeat_interleave(times, dim=1), value.repeat_interleave(times, dim=1)
        scores = query @ wide_key.transpose(2, 3) * self.size**-0.5
        shares = torch.softmax(scores.masked_fill(hidden, torch.finfo(scores.dtype).min).float(), dim=-1).to(x.dtype)
        mixed = (shares @ wide_value).transpose(1, 2).reshape(batch, count, self.heads * self.size)
        return attention.o_proj(mixed), key, value

    def forward(self, start: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, *past: torch.Tensor) -> tuple:
        x = start if self.embed is None else self.embed(start)
        count, total = x.shape[1], mask.shape[1]
        angle = positions[:, None, :, None].float() * self.frequency
        angle = torch.cat([angle, angle], dim=-1)
        angles = (torch.cos(angle).to(x.dtype), torch.sin(angle).to(x.dtype))
        place = torch.arange(total)
        later = place[None, :] > place[total - count :][:, None]
        hidden = later[None, None] | (mask[:, None, None, :] == 0)
        present = []
        for at, layer in enumerate(self.layers):
            mixed, key, value = self.attend(layer, self.before[at](x), angles, hidden, past[2 * at : 2 * at + 2])
            x = x + mixed
            x = x + layer.mlp(self.between[at](x))
            present += [key, value]
        return (self.head(self.norm(x)).float(), *present)


def export(network: nn.Module, example: tuple, path: Path, names: tuple[list[str], list[str]], axes: dict) -> None:
    """Opset 17; weights over a gigabyte go to one file beside, as ONNX wants it."""
    torch.onnx.export(network.eval(), example, str(path), input_names=names[0], output_names=names[1], opset_version=17, dynamo=False, dynamic_axes=axes)
    beside = [file for file in path.parent.iterdir() if file.suffix != ".onnx" and (file.name.startswith(("onnx__", "layers.", "head.", "embed."))) or "weight" in file.name]
    if beside or path.stat().st_size > BIG:
        import onnx

        whole = onnx.load(str(path))
        for file in beside:
            file.unlink()
        path.unlink()
        onnx.save(whole, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=f"{path.name}_data")


def export_decoder(model: nn.Module, folder: Path, file: str, from_embeddings: bool) -> list[str]:
    """Writes the decoder; the names of the files it made."""
    network = Decoder(model, from_embeddings)
    layers, dtype = len(network.layers), network.head.weight.dtype
    caches = [f"past_key_values.{at}.{kind}" for at in range(layers) for kind in ("key", "value")]
    presents = [name.replace("past_key_values", "present") for name in caches]
    start = "inputs_embeds" if from_embeddings else "input_ids"
    past = [torch.zeros(1, network.shared, 3, network.size, dtype=dtype) for _ in caches]
    first = torch.zeros(1, 2, model.config.hidden_size, dtype=dtype) if from_embeddings else torch.zeros(1, 2, dtype=torch.int64)
    example = (first, torch.ones(1, 5, dtype=torch.int64), torch.tensor([[3, 4]]), *past)
    axes = {start: {0: "batch", 1: "sequence"}, "attention_mask": {0: "batch", 1: "total"}, "position_ids": {0: "batch", 1: "sequence"}, "logits": {0: "batch", 1: "sequence"}}
    axes |= {name: {0: "batch", 2: "past"} for name in caches} | {name: {0: "batch", 2: "total"} for name in presents}
    with torch.no_grad():
        export(network, example, folder / file, ([start, "attention_mask", "position_ids", *caches], ["logits", *presents]), axes)
    return [name for name in (file, f"{file}_data") if (folder / name).exists()]


def ends_of(config) -> dict:
    """What the program reads of config.json: where a text begins and ends."""
    return {name: getattr(config, name, None) for name in ("bos_token_id", "eos_token_id", "vocab_size", "model_type")}


def write_config(config, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(ends_of(config)) + "\n", encoding="utf-8")


def beginnings(tokenizer, text: str, bos: int | None) -> int:
    """How many beginning tokens the checkpoint's own tokenizer puts before `text`: what it was trained with."""
    count = 0
    for token in tokenizer(text).input_ids:
        if token != bos:
            break
        count += 1
    return count
