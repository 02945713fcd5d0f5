"""Two small tokenizers of the two families that decoders have, trained on a few lines: bytes (Llama 3) and SentencePiece with byte fallback (Llama 2, Vicuna, Mistral)."""

from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

# The pattern that Llama 3's tokenizer.json holds.
PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LINES = [
    "You are a helpful language and vision assistant. This is a CXR image. This is a CT image. These are different MRI modalities.",
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers.",
    "In a randomised trial 60 adults with hypertension were assigned to yoga or usual care; systolic pressure fell by 4.2 mmHg (95% CI 1.1 to 7.3).",
    '{"verdict": "yes", "sure": true, "quote": "adults", "evaluations": [{"criterion": 1, "passage": null}]}',
    "T1(contrast enhanced): T1: T2: FLAIR: segment the tumor, describe the lungs, is there an effusion? <VISTA3D(hepatic tumor)>",
] * 4
SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
SAMPLES = [
    "", " ", "Randomised trial of yoga in 60 adults: systolic pressure fell by 4.2 mmHg.", "two  spaces   three\n\nlines\r\n\tindented ",
    "it's they'LL we've", "1234567 mmHg, 95% CI", "Größe, naïve, œdème, Ångström ±0.5 µg/ml ≤ 3", "患者は六十人でした。", "😀👩‍⚕️ ok", "a</s>b <|eot_id|> c", "\u2581 x\u00a0y",
]


def byte_level() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(PATTERN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=480, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    begin = tokenizer.token_to_id(SPECIAL[0])
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{SPECIAL[0]} $A", special_tokens=[(SPECIAL[0], begin)])
    return tokenizer


def sentence_piece() -> Tokenizer:
    normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizer
    trained.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=240, show_progress=False, max_token_length=12))
    import json

    model = json.loads(trained.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *sorted(model["vocab"], key=model["vocab"].get)]
    merges = [tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={piece: at for at, piece in enumerate(pieces)}, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in ("<unk>", "<s>", "</s>")])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def samples(tokenizer: Tokenizer) -> list[dict]:
    """Texts with the ids and the text that Hugging Face's own tokenizers make of them."""
    made = []
    for text in SAMPLES:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        made.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    return made


def save(tokenizer: Tokenizer, folder: Path, bos: str, eos: str) -> None:
    from transformers import PreTrainedTokenizerFast

    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=bos, eos_token=eos).save_pretrained(folder)
