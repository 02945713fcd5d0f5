"""
Tiny models that write, with random weights: a plain decoder, one of VILA's shape, one of LLaVA's. Each is
saved in its upstream layout and converted; the numbers beside come from PyTorch with the same weights.

    PYTHONPATH=VILA python models/convert/proofs/generators_proof.py VILA electron/features/models/fixtures

VILA is a checkout of NVlabs/VILA: its own projector and conversation templates are the reference, with
transformers' SigLIP, Llama and LLaVA in float32 and Pillow's pictures.
"""

import importlib.util
import json
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tiny_tokenizers import SPECIAL, byte_level, samples, save, sentence_piece
from transformers import LlamaConfig, LlamaForCausalLM, LlavaConfig, LlavaForConditionalGeneration, PreTrainedTokenizerFast, SiglipVisionConfig, SiglipVisionModel

sys.path.insert(0, str(Path(__file__).parents[1]))
import text_decoder  # noqa: E402
import vila_m3  # noqa: E402
from decoder import write_config  # noqa: E402
from pack import write_pack  # noqa: E402

VILA, FIXTURES = Path(sys.argv[1]), Path(sys.argv[2])
CARD = "Random weights: a fixture of the tests.\n"


def upstream(path: str, name: str) -> types.ModuleType:
    """One file of VILA's, without the package around it (which wants a GPU's libraries)."""
    sys.modules.setdefault("llava.utils.logging", types.SimpleNamespace(logger=None))
    sys.modules.setdefault("timm.models.layers", types.SimpleNamespace(Mlp=None))
    spec = importlib.util.spec_from_file_location(name, VILA / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


templates = upstream("llava/conversation.py", "vila_conversation").conv_templates
projectors = upstream("llava/model/multimodal_projector/base_projector.py", "vila_projector")


def loud(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    """Larger weights than a usual start, so that the greedy choice is never a near tie."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.35 if "lm_head" in name or "embed_tokens" in name else 0.2 if parameter.dim() == 2 else 0.05)
            elif "norm" not in name:
                parameter.normal_(0, 0.05)
    return model.eval()


def llama(tokens: int, bos: int, eos: int, seed: int) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=tokens, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=4096, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, rms_norm_eps=1e-5,
        bos_token_id=bos, eos_token_id=eos, tie_word_embeddings=False, attn_implementation="eager",
    )
    return loud(LlamaForCausalLM(config), seed)


def picture(width: int, height: int, seed: int) -> Image.Image:
    """The picture that the tests draw again: (7x² + 13y² + 3xy + 50 channel + 31 seed) mod 251."""
    y, x, channel = np.mgrid[0:height, 0:width, 0:3]
    return Image.fromarray(((7 * x * x + 13 * y * y + 3 * x * y + 50 * channel + 31 * seed) % 251).astype(np.uint8))


def pixels(image: Image.Image, size: int) -> torch.Tensor:
    """VILA's `resize`: squashed by Pillow's cubic filter, then SigLIP's mean and spread of one half."""
    small = np.asarray(image.resize((size, size), Image.BICUBIC), dtype=np.float32)
    return torch.from_numpy((small / 255 - 0.5) / 0.5).permute(2, 0, 1)[None]


def asked(template: str, turns: list[tuple[str, str | None]]) -> str:
    conversation = templates[template].copy()
    conversation.messages = []
    for user, assistant in turns:
        conversation.append_message(conversation.roles[0], user)
        conversation.append_message(conversation.roles[1], assistant)
    return conversation.get_prompt()


def chunks(prompt: str, tokenizer: PreTrainedTokenizerFast) -> list[list[int]]:
    """VILA at 355fda9 (`tokenizer_image_token`): the text between images is tokenised by itself; only the first part keeps its beginning token."""
    parts = [tokenizer(part).input_ids for part in prompt.split("<image>")]
    return [parts[0], *(part[1:] if part[:1] == [tokenizer.bos_token_id] else part for part in parts[1:])]


def greedy(forward, embed, start: torch.Tensor, hidden: list[int], stops: set[int]) -> dict:
    """64 tokens, special ones but the ends left out as the program does. `forward` takes rows, gives logits."""
    rows, tokens, margins, first = start, [], [], None
    with torch.no_grad():
        for _ in range(64):
            logits = forward(rows)[0, -1].clone()
            first = logits.clone() if first is None else first
            logits[hidden] = -torch.inf
            best = logits.topk(2)
            margins.append(float(best.values[0] - best.values[1]))
            tokens.append(int(best.indices[0]))
            if tokens[-1] in stops:
                raise SystemExit("an answer ended early; choose another seed")
            rows = torch.cat([rows, embed(best.indices[:1])[None]], dim=1)
    return {"logits": [round(float(value), 5) for value in first], "greedy": tokens, "smallestMargin": min(margins)}


def case(name: str, template: str, turns: list, images: list, model: dict) -> dict:
    """One conversation with its reference. `turns` are (user, assistant or None); <image> stands for the next of `images`."""
    prompt = asked(template, turns)
    parts = chunks(prompt, model["tokenizer"])
    seen = [model["see"](pixels(picture(*image), model["size"]))[0] for image in images]
    rows = [model["embed"](torch.tensor(parts[0]))]
    for part, features in zip(parts[1:], seen, strict=True):
        rows += [features, model["embed"](torch.tensor(part))]
    made = greedy(model["forward"], model["embed"], torch.cat(rows)[None], model["hidden"], model["stops"])
    print(f"{name}: {sum(map(len, parts))} tokens, {len(images)} images, smallest margin {made['smallestMargin']:.4f}")
    return {"name": name, "turns": turns, "images": images, "parts": parts, "text": model["tokenizer"].decode(made["greedy"]), **made}


def write_reference(folder: Path, **content) -> None:
    (folder / "reference.json").write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def text_proof(work: Path) -> None:
    tokens = sentence_piece()
    model = llama(tokens.get_vocab_size(), 1, 2, 11)
    model.save_pretrained(work)
    save(tokens, work, "<s>", "</s>")
    folder = FIXTURES / "decoder-tiny"
    text_decoder.convert(work, folder, "decoder-tiny", "vicuna_v1", 2048, "Apache-2.0")
    tokenizer = PreTrainedTokenizerFast.from_pretrained(work)
    plain = {"tokenizer": tokenizer, "embed": model.model.embed_tokens, "forward": lambda rows: model(inputs_embeds=rows).logits, "stops": {2}, "hidden": [0, 1], "see": None, "size": 0}
    with torch.no_grad():
        cases = [
            case("one turn", "vicuna_v1", [("Randomised trial of yoga in 60 adults: systolic pressure fell by 4.2 mmHg.", None)], [], plain),
            case("second turn", "vicuna_v1", [("Is it a trial?", "yes"), ("How many adults?\n60", None)], [], plain),
        ]
    write_reference(folder, template="vicuna_v1", samples=samples(tokens), cases=cases)


def vila_proof(work: Path) -> None:
    tokens = byte_level()
    begin, end = tokens.token_to_id("<|begin_of_text|>"), tokens.token_to_id("<|end_of_text|>")
    llm = llama(tokens.get_vocab_size(), begin, end, 22)
    llm.save_pretrained(work / "llm")
    save(tokens, work / "llm", "<|begin_of_text|>", "<|end_of_text|>")
    seen = SiglipVisionConfig(hidden_size=24, intermediate_size=48, num_hidden_layers=3, num_attention_heads=2, image_size=384, patch_size=14, attn_implementation="eager")
    tower = loud(SiglipVisionModel(seen), 13)
    tower.save_pretrained(work / "vision_tower")
    (work / "vision_tower" / "preprocessor_config.json").write_text(json.dumps({"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "resample": 3}))
    config = types.SimpleNamespace(mm_hidden_size=24, hidden_size=48)
    projector = projectors.MultimodalProjector(projectors.MultimodalProjectorConfig("mlp_downsample"), config)
    loud(projector, 14)
    projector.save_pretrained(work / "mm_projector")
    (work / "config.json").write_text(json.dumps({"mm_vision_select_layer": -2, "mm_vision_select_feature": "cls_patch", "image_aspect_ratio": "resize"}))
    folder = FIXTURES / "vila-tiny"
    vila_m3.convert(work, folder, "vila-tiny", "llama_3", 4096, "Apache-2.0")
    tokenizer = PreTrainedTokenizerFast.from_pretrained(work / "llm")

    def see(image: torch.Tensor) -> torch.Tensor:
        return projector(tower(image, output_hidden_states=True).hidden_states[-2])

    model = {"tokenizer": tokenizer, "embed": llm.model.embed_tokens, "forward": lambda rows: llm(inputs_embeds=rows).logits, "stops": {end, tokens.token_to_id("<|eot_id|>")}, "hidden": [tokens.token_to_id(SPECIAL[at]) for at in (0, 2, 3)], "see": see, "size": 384}
    sequences = "T1(contrast enhanced): <image>, T1: <image>, T2: <image>, FLAIR: <image> These are different MRI modalities.\nIs there a tumor?"
    four = [[240, 240, 1], [240, 240, 2], [240, 240, 3], [200, 240, 4]]
    with torch.no_grad():
        cases = [
            case("no image", "llama_3", [("Which modalities are there?", None)], [], model),
            case("one image", "llama_3", [("<image>This is a CXR image.\nIs there an effusion?", None)], [[500, 420, 5]], model),
            case("four images", "llama_3", [(sequences, None)], four, model),
            case("an expert's overlay", "llama_3", [(sequences, "This looks like an MRI image sequence. Let me first trigger <BRATS()>."), ("The results are <image>. Use this result.", None)], [*four, [240, 240, 6]], model),
        ]
    image = picture(500, 420, 5)
    with torch.no_grad():
        features = see(pixels(image, 384))[0]
    write_reference(folder, template="llama_3", samples=samples(tokens), cases=cases, features={"image": [500, 420, 5], "shape": list(features.shape), "first": [round(float(v), 5) for v in features[0]], "last": [round(float(v), 5) for v in features[-1]]})


def llava_proof() -> None:
    """transformers' LlavaForConditionalGeneration: the image token is repeated once for each row and replaced."""
    tokens = sentence_piece()
    image_token = tokens.get_vocab_size()
    tokens.add_special_tokens(["<image>"])
    seen = SiglipVisionConfig(hidden_size=24, intermediate_size=48, num_hidden_layers=3, num_attention_heads=2, image_size=56, patch_size=14)
    words = llama(tokens.get_vocab_size(), 1, 2, 15).config
    config = LlavaConfig(vision_config=seen, text_config=words, image_token_index=image_token, image_token_id=image_token, vision_feature_layer=-2, vision_feature_select_strategy="full", projector_hidden_act="gelu", attn_implementation="eager")
    model = loud(LlavaForConditionalGeneration(config), 16)
    inner, llm = model.model, LlamaForCausalLM(words).eval()
    llm.model.load_state_dict(inner.language_model.state_dict())
    llm.lm_head.load_state_dict(model.lm_head.state_dict())
    folder = FIXTURES / "llava-tiny"
    files = vila_m3.export_vlm(vila_m3.Eye(inner.vision_tower, inner.multi_modal_projector), llm, folder, 56)
    write_config(words, folder)
    save(tokens, folder, "<s>", "</s>")
    (folder / "tokenizer_config.json").unlink()
    vision = {"encoder": vila_m3.VISION, "embed": vila_m3.EMBED, "tokens": 16, "size": [56, 56]}
    inference = {"kind": "generate", "backend": "onnx", "file": vila_m3.DECODER, "contextTokens": 2048, "template": "vicuna_v1", "bos": 1, "vision": vision}
    write_pack(folder, vila_m3.vlm_manifest("llava-tiny", "llava-tiny", "Apache-2.0", inference), [*files, "config.json", "tokenizer.json"], CARD)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokens, bos_token="<s>", eos_token="</s>")
    cases = []
    for name, turns, images in [
        ("one image", [("<image>\nIs there an effusion?", None)], [[60, 90, 7]]),
        ("two images", [("T1: <image>, T2: <image> segment the tumor", None)], [[56, 56, 8], [300, 200, 9]]),
    ]:
        parts = chunks(asked("vicuna_v1", turns), tokenizer)
        ids = parts[0] + [token for part in parts[1:] for token in [image_token] * 16 + part]
        values = torch.cat([pixels(picture(*image), 56) for image in images])
        with torch.no_grad():
            whole, fed, margins, chosen = ids, torch.tensor([ids]), [], []
            for _ in range(64):
                logits = model(input_ids=fed, pixel_values=values, attention_mask=torch.ones_like(fed)).logits[0, -1].clone()
                first = logits.clone() if not chosen else first
                logits[[0, 1, image_token]] = -torch.inf
                best = logits.topk(2)
                margins.append(float(best.values[0] - best.values[1]))
                chosen.append(int(best.indices[0]))
                if chosen[-1] == 2:
                    raise SystemExit("an answer ended early; choose another seed")
                fed = torch.tensor([[*whole, *chosen]])
        print(f"llava, {name}: {len(ids)} tokens, smallest margin {min(margins):.4f}")
        cases.append({"name": name, "turns": turns, "images": images, "parts": parts, "text": tokenizer.decode(chosen), "logits": [round(float(v), 5) for v in first], "greedy": chosen, "smallestMargin": min(margins)})
    write_reference(folder, template="vicuna_v1", samples=samples(tokens), cases=cases)


with tempfile.TemporaryDirectory() as scratch:
    for name in ("text", "vila"):
        (Path(scratch) / name).mkdir()
    text_proof(Path(scratch) / "text")
    vila_proof(Path(scratch) / "vila")
llava_proof()
