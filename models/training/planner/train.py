"""
Trains the planner: first the picture encoder to tell modalities apart, then both on templated conversations.

    python models/training/planner/train.py ../shared/data/imaging OUT [--steps 4000]

Reproducible by its seeds up to the arithmetic of the machine. Then `measure.py` and `planner_pack.py`.
"""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional

import images
from conversations import ANSWER, conversation
from network import IMAGE_TOKENS, PictureEncoder, decoder, pixels_of

SPECIAL = ["<unk>", "<s>", "</s>", "<image>"]


def train_tokenizer(words: int) -> Tokenizer:
    """Byte-level pairs learnt from the training conversations, so that any text can be written in it."""
    chance = random.Random(1)
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = (" ".join(conversation(chance.choice(images.MODALITIES), "train", chance)[:2]) for _ in range(6000))
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=words, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def varied(pictures: np.ndarray, chance: np.random.Generator) -> torch.Tensor:
    """Mirrored, cropped, turned a little, brighter or darker, with grain."""
    batch = torch.from_numpy(pictures).float().unsqueeze(1) / 255
    n = len(batch)
    angle = torch.from_numpy(chance.normal(0, 0.12, n)).float()
    scale = torch.from_numpy(chance.uniform(0.7, 1.25, n)).float()
    flip = torch.from_numpy(chance.choice([-1.0, 1.0], n)).float()
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift = torch.from_numpy(chance.uniform(-0.15, 0.15, (n, 2))).float()
    grid = torch.stack([torch.stack([cos * flip, -sin, shift[:, 0]], 1), torch.stack([sin * flip, cos, shift[:, 1]], 1)], 1)
    batch = functional.grid_sample(batch, functional.affine_grid(grid, batch.shape, align_corners=False), align_corners=False)
    gamma = torch.from_numpy(chance.uniform(0.6, 1.6, (n, 1, 1, 1))).float()
    gain = torch.from_numpy(chance.uniform(0.75, 1.2, (n, 1, 1, 1))).float()
    batch = batch.clamp(1e-4, 1) ** gamma * gain + torch.from_numpy(chance.normal(0, 0.02, batch.shape)).float()
    return (batch.clamp(0, 1) * 255).squeeze(1)


class Pictures:
    def __init__(self, kinds: dict[str, np.ndarray], seed: int):
        self.kinds, self.chance = kinds, np.random.default_rng(seed)

    def some(self, modalities: list[str]) -> torch.Tensor:
        chosen = np.stack([self.kinds[m][self.chance.integers(len(self.kinds[m]))] for m in modalities])
        return varied(chosen, self.chance)


def train_pictures(encoder: PictureEncoder, pictures: Pictures, steps: int):
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    chance = random.Random(2)
    for step in range(steps):
        kinds = chance.choices(images.MODALITIES, k=32)
        guess = encoder.kind(encoder.features(pixels_of(pictures.some(kinds))).mean(1))
        loss = functional.cross_entropy(guess, torch.tensor([images.MODALITIES.index(k) for k in kinds]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            print(f"pictures {step} {loss.item():.4f}", flush=True)


def ids_of(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def asked_ids(tokenizer: Tokenizer, asked: str) -> list[int]:
    """Start, text, the image's places, text, the template's end: encoded piece by piece, as the program does it."""
    before, after = asked.split("<image>")
    return [1, *ids_of(tokenizer, before), *[3] * IMAGE_TOKENS, *ids_of(tokenizer, after), *ids_of(tokenizer, ANSWER)]


def loosened(tokenizer: Tokenizer, share: float) -> Tokenizer:
    """The same tokens, but words fall apart at random, as slips of a letter make them (BPE dropout, Provilkov 2020)."""
    loose = Tokenizer.from_str(tokenizer.to_str())
    loose.model.dropout = share
    return loose


def batches(tokenizer: Tokenizer, size: int, chance: random.Random):
    """
    Without end: token ids, targets (-100 but for the answer), mask and modalities of a batch; the longest sets the
    width. Eight batches are made at once and cut by length, so that little of a batch is padding.
    """
    loose = loosened(tokenizer, 0.15)
    while True:
        rows = []
        for _ in range(8 * size):
            kind = chance.choices(images.MODALITIES, [28, 28, 27, 17])[0]
            asked, said, _ = conversation(kind, "train", chance)
            before = asked_ids(loose if chance.random() < 0.3 else tokenizer, asked)
            rows.append((before, ids_of(tokenizer, " " + said) + [2], kind))
        rows.sort(key=lambda row: len(row[0]) + len(row[1]))
        cut = [rows[at : at + size] for at in range(0, len(rows), size)]
        chance.shuffle(cut)
        yield from (stacked(rows) for rows in cut)


def stacked(rows: list[tuple[list[int], list[int], str]]):
    width = max(len(before) + len(after) for before, after, _ in rows)
    ids = torch.full((len(rows), width), 2)
    targets = torch.full((len(rows), width), -100)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for at, (before, after, _) in enumerate(rows):
        ids[at, : len(before) + len(after)] = torch.tensor(before + after)
        targets[at, len(before) : len(before) + len(after)] = torch.tensor(after)
        mask[at, : len(before) + len(after)] = 1
    return ids, targets, mask, [kind for _, _, kind in rows]


def embedded(encoder, writer, ids, pixels):
    words = writer.get_input_embeddings()(ids).clone()
    words[ids == 3] = encoder(pixels).reshape(-1, words.shape[-1]).to(words.dtype)
    return words


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--steps", type=int, default=2400)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--words", type=int, default=1400)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--minutes", type=float, help="by the clock instead of --steps: the rate falls to nothing when they are over")
    arguments.add_argument("--seed", type=int, default=4, help="of the conversations; another one for every --goOn")
    arguments.add_argument("--goOn", action="store_true", help="from the network in OUT, with a falling rate only")
    arguments.add_argument("--bf16", action="store_true", help="half precision where the processor has it")
    chosen = arguments.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20261125)
    if chosen.goOn:
        tokenizer = Tokenizer.from_file(str(chosen.out / "tokenizer.json"))
    else:
        tokenizer = train_tokenizer(chosen.words)
        tokenizer.save(str(chosen.out / "tokenizer.json"))
    pictures = Pictures(images.load(chosen.data)["train"], 3)
    encoder, writer = PictureEncoder(), decoder(tokenizer.get_vocab_size(), 1, 2)
    print(sum(p.numel() for p in encoder.parameters()), sum(p.numel() for p in writer.parameters()), flush=True)
    kept, before = chosen.out / "encoder.pt", chosen.out / "planner.pt"
    if kept.exists():
        encoder.load_state_dict(torch.load(kept))
    else:
        train_pictures(encoder, pictures, 500)
        torch.save(encoder.state_dict(), kept)
    if chosen.goOn:
        earlier = torch.load(before)
        encoder.load_state_dict(earlier["encoder"])
        writer.load_state_dict(earlier["writer"])
    rates = [chosen.rate, chosen.rate / 3]
    optimiser = torch.optim.AdamW([{"params": writer.parameters(), "lr": rates[0]}, {"params": encoder.parameters(), "lr": rates[1]}], weight_decay=0.01, betas=(0.9, 0.98))
    chance, started, running = random.Random(chosen.seed), time.time(), 0.0
    made = batches(tokenizer, chosen.batch, chance)
    step, done = 0, 0.0
    while done < 1:
        # Warm for a twentieth of the way, then along a cosine.
        share = min(done / 0.05 + 0.02, 1) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * share
        ids, targets, mask, kinds = next(made)
        pixels = pixels_of(pictures.some(kinds))
        with torch.autocast("cpu", torch.bfloat16, enabled=chosen.bf16):
            hidden = writer.model(inputs_embeds=embedded(encoder, writer, ids, pixels), attention_mask=mask).last_hidden_state
        spoken = targets[:, 1:] != -100
        loss = functional.cross_entropy(writer.lm_head(hidden[:, :-1][spoken].float()), targets[:, 1:][spoken])
        guess = encoder.kind(encoder.features(pixels).mean(1))
        total = loss + 0.2 * functional.cross_entropy(guess, torch.tensor([images.MODALITIES.index(k) for k in kinds]))
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(writer.parameters(), 1.0)
        optimiser.step()
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 50 == 0:
            print(f"{step} {running:.4f} {tuple(ids.shape)} {time.time() - started:.0f}s", flush=True)
        step += 1
        done = (time.time() - started) / 60 / chosen.minutes if chosen.minutes else step / chosen.steps
        if step % 250 == 0 or done >= 1:
            torch.save({"encoder": encoder.state_dict(), "writer": writer.state_dict(), "words": tokenizer.get_vocab_size()}, before)


if __name__ == "__main__":
    main()
