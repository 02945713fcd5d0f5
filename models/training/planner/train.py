"""
Trains the planner: first the picture encoder to tell modalities apart, then both on templated conversations.

    python models/training/planner/train.py ../shared/data/imaging OUT [--steps 2400 | --minutes 44] [--start PACK]

Reproducible by its seeds up to the arithmetic of the machine. Then `measure.py` and `planner_pack.py` (see README.md).
"""

import argparse
import copy
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional

import images
from conversations import ANSWER, asked_with, conversation, some_cards
from from_pack import from_pack
from network import IMAGE_TOKENS, PictureEncoder, decoder, pixels_of

SPECIAL = ["<unk>", "<s>", "</s>", "<image>"]
# Requests about one picture and one list of experts in a row of a batch.
ASKED = 5


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


def batches(tokenizer: Tokenizer, size: int, chance: random.Random, part: str = "train"):
    """
    Without end: batches of `size` rows as `stacked` gives them. A row is one picture and one list of experts about
    which ASKED requests are made, so that what they share is read once. Eight batches are made at once and cut by
    length, so that little of a batch is padding.
    """
    loose = loosened(tokenizer, 0.15)
    while True:
        rows = []
        for _ in range(8 * size):
            kind = chance.choices(images.MODALITIES, [28, 28, 27, 17])[0]
            cards = some_cards(chance, False, part)
            shared, requests = [], []
            for _ in range(ASKED):
                asked, said, _ = asked_with(cards, kind, part, chance)
                ids = asked_ids(loose if part == "train" and chance.random() < 0.3 else tokenizer, asked)
                start = ids.index(3) + IMAGE_TOKENS
                shared = shared or ids[:start]
                requests.append((ids[start:], ids_of(tokenizer, " " + said) + [2]))
            rows.append((shared, requests, kind))
        rows.sort(key=lambda row: len(row[0]) + sum(len(asked) + len(said) for asked, said in row[1]))
        cut = [rows[at : at + size] for at in range(0, len(rows), size)]
        chance.shuffle(cut)
        yield from (stacked(rows) for rows in cut)


def stacked(rows):
    """
    (token ids, targets: -100 but for the answers, places, who sees whom, modalities). A request sees the cards, the
    picture and itself, at the places that it would have if it were alone.
    """
    width = max(len(shared) + sum(len(asked) + len(said) for asked, said in requests) for shared, requests, _ in rows)
    ids = torch.full((len(rows), width), 2)
    targets = torch.full((len(rows), width), -100)
    places = torch.zeros(len(rows), width, dtype=torch.long)
    # 0 is what all share, -1 padding, which sees itself alone.
    owner = torch.full((len(rows), width), -1)
    for row, (shared, requests, _) in enumerate(rows):
        at = len(shared)
        ids[row, :at], places[row, :at], owner[row, :at] = torch.tensor(shared), torch.arange(at), 0
        for number, (asked, said) in enumerate(requests, 1):
            end = at + len(asked) + len(said)
            ids[row, at:end] = torch.tensor(asked + said)
            targets[row, at + len(asked) : end] = torch.tensor(said)
            places[row, at:end] = torch.arange(len(shared), len(shared) + end - at)
            owner[row, at:end] = number
            at = end
    same = owner[:, :, None] == owner[:, None, :]
    sees = (same | ((owner[:, None, :] == 0) & (owner[:, :, None] > 0))) & torch.ones(width, width, dtype=torch.bool).tril()
    sees |= torch.eye(width, dtype=torch.bool)
    return ids, targets, places, sees[:, None], [kind for _, _, kind in rows]


def embedded(encoder, writer, ids, pixels):
    words = writer.get_input_embeddings()(ids).clone()
    words[ids == 3] = encoder(pixels).reshape(-1, words.shape[-1]).to(words.dtype)
    return words


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--steps", type=int, default=2400)
    arguments.add_argument("--batch", type=int, default=8, help="pictures; each is asked about five times")
    arguments.add_argument("--words", type=int, default=1400)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--minutes", type=float, help="by the clock instead of --steps: the rate falls to nothing when they are over")
    arguments.add_argument("--seed", type=int, default=4, help="of the conversations; another one for every --start")
    arguments.add_argument("--start", type=Path, help="a pack to go on from, with its tokens")
    arguments.add_argument("--mean", type=float, default=0.999, help="how slowly the kept mean of the weights moves")
    arguments.add_argument("--bf16", action="store_true", help="half precision where the processor has it")
    chosen = arguments.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20261125)
    tokenizer = Tokenizer.from_file(str(chosen.start / "tokenizer.json")) if chosen.start else train_tokenizer(chosen.words)
    tokenizer.save(str(chosen.out / "tokenizer.json"))
    pictures = Pictures(images.load(chosen.data)["train"], 3)
    encoder, writer = PictureEncoder(), decoder(tokenizer.get_vocab_size(), 1, 2)
    print(sum(p.numel() for p in encoder.parameters()), sum(p.numel() for p in writer.parameters()), flush=True)
    if chosen.start:
        from_pack(chosen.start, encoder, writer, pixels_of(torch.from_numpy(np.concatenate([stack[::8] for stack in pictures.kinds.values()]))))
    else:
        train_pictures(encoder, pictures, 500)
    rates = [chosen.rate, chosen.rate / 3]
    optimiser = torch.optim.AdamW([{"params": writer.parameters(), "lr": rates[0]}, {"params": encoder.parameters(), "lr": rates[1]}], weight_decay=0.01, betas=(0.9, 0.98))
    started, running = time.time(), 0.0
    made = batches(tokenizer, chosen.batch, random.Random(chosen.seed))
    both = torch.nn.ModuleDict({"encoder": encoder, "writer": writer})
    mean = Mean(both, chosen.mean)
    held, shown = validation(tokenizer, pictures, 6, 77)
    first = copy.deepcopy(both.state_dict())
    best = right_answers(both, held, shown)
    print(f"before {best:.4f}", flush=True)
    step, done, told, kept = 0, 0.0, 0.0, None
    while done < 1:
        # Warm for a twentieth of the way, then along a cosine.
        share = min(done / 0.05 + 0.02, 1) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * share
        ids, targets, places, sees, kinds = next(made)
        pixels = pixels_of(pictures.some(kinds))
        with torch.autocast("cpu", torch.bfloat16, enabled=chosen.bf16):
            loss = answer_loss(both, ids, targets, places, sees, pixels)
        guess = encoder.kind(encoder.features(pixels).mean(1))
        total = loss + 0.2 * functional.cross_entropy(guess, torch.tensor([images.MODALITIES.index(k) for k in kinds]))
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(writer.parameters(), 1.0)
        optimiser.step()
        mean.take(step)
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 50 == 0:
            print(f"{step} {running:.4f} {tuple(ids.shape)} {time.time() - started:.0f}s", flush=True)
        step += 1
        done = (time.time() - started) / 60 / chosen.minutes if chosen.minutes else step / chosen.steps
        if done - told >= 0.1 or done >= 1:
            told = done
            found = right_answers(mean.of, held, shown)
            print(f"{step} validation {found:.4f}", flush=True)
            if found >= best or kept is None:
                best, kept = found, copy.deepcopy(mean.of.state_dict())
    both.load_state_dict(mixed(both, first, kept, tokenizer, pictures) if chosen.start else kept)
    torch.save({"encoder": encoder.state_dict(), "writer": writer.state_dict(), "words": tokenizer.get_vocab_size()}, chosen.out / "planner.pt")


def validation(tokenizer: Tokenizer, pictures: Pictures, count: int, seed: int):
    """Rows of requests in sentences of the validation part, `count` batches of 16, and a picture for each, which may have been trained on."""
    made = batches(tokenizer, 16, random.Random(seed), "validation")
    held = [next(made) for _ in range(count)]
    return held, [varied(np.stack([pictures.kinds[k][7 * at % len(pictures.kinds[k])] for at, k in enumerate(kinds)]), np.random.default_rng(9)) for *_, kinds in held]


def mixed(both, first, last, tokenizer: Tokenizer, pictures: Pictures):
    """Between the weights that training began and ended with, the mix that is right most often on another draw of the validation part (Wortsman 2022)."""
    held, shown = validation(tokenizer, pictures, 10, 78)
    found = {}
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        weights = {name: first[name].lerp(value, share) if value.is_floating_point() else value for name, value in last.items()}
        both.load_state_dict(weights)
        found[share] = (right_answers(both, held, shown), weights)
        print(f"{share} of the way: validation {found[share][0]:.4f}", flush=True)
    return max(found.values(), key=lambda pair: pair[0])[1]


class Mean:
    """A moving mean of a network's weights, which is what is kept: steadier than its last step."""

    def __init__(self, network: torch.nn.Module, decay: float):
        self.network, self.of, self.decay = network, copy.deepcopy(network).eval(), decay

    @torch.no_grad()
    def take(self, step: int):
        for mean, value in zip(self.of.state_dict().values(), self.network.state_dict().values()):
            mean.lerp_(value, max(1 - self.decay, 1 / (step + 10))) if mean.is_floating_point() else mean.copy_(value)


def spoken(both, ids, targets, places, sees, pixels):
    """Logits where an answer's tokens are to be said, and those tokens."""
    hidden = both["writer"].model(inputs_embeds=embedded(both["encoder"], both["writer"], ids, pixels), attention_mask=sees, position_ids=places, use_cache=False).last_hidden_state
    said = targets[:, 1:] != -100
    return both["writer"].lm_head(hidden[:, :-1][said]), targets[:, 1:][said], said


def answer_loss(both, *batch):
    logits, wanted, _ = spoken(both, *batch)
    return functional.cross_entropy(logits.float(), wanted)


@torch.no_grad()
def right_answers(both, held, shown) -> float:
    """The share of requests of the validation part whose every token is the likeliest one; pictures may have been trained on."""
    both.eval()
    right = total = 0
    for (ids, targets, places, sees, _), seen in zip(held, shown):
        logits, wanted, said = spoken(both, ids, targets, places, sees, pixels_of(seen))
        hit = torch.zeros(said.shape, dtype=torch.long)
        hit[said] = (logits.argmax(-1) == wanted).long()
        # The end of an answer closes it; it is right when no token before was wrong.
        for row in range(len(ids)):
            good = True
            for at in said[row].nonzero()[:, 0].tolist():
                good = good and bool(hit[row, at])
                if targets[row, at + 1] == 2:
                    right, total, good = right + good, total + 1, True
    both.train()
    return right / total


if __name__ == "__main__":
    main()
