"""Language-model pre-training of the taggers' shared network on unlabelled abstracts.

    python pretrain.py [--minutes 35]

The forward half of the first layer guesses each next word, the backward half each word before (Peters et al. 2018,
doi 10.18653/v1/N18-1202); the second layer, which sees both sides, guesses words that were hidden from the input
(Devlin et al. 2019). Guesses are scored against sampled words, corrected for how often each is drawn (Jean et al.
2015). Texts that a figure or a choice of the taggers is made on are left out.
"""
import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from corpora import CACHE, full_texts, lines, require_data, screening_records, structured
from embeddings import load
from held_out import HeldOut, judged
from network import Average, Tagger, seed_all
from start import start_from
from tagged_text import ebm, facts, intervention_masks
from tokenizer import UNKNOWN

LONGEST, HIDDEN_SHARE, GUESSED_SHARE, SAMPLED, PER_BATCH = 200, 0.12, 0.5, 1500, 4800
STORED = CACHE / "backbone.pt"


def texts(held):
    """Titles and abstracts, then passages of methods and results of full texts."""
    for rows in screening_records().values():
        yield from (row["title"] + "\n" + row["abstract"] for row in rows if len(row["abstract"]) > 200)
    for article in structured("train", "ccby"):
        yield article["title"] + "\n" + " ".join(sentence[2] for sentence in article["sents"])
    yield from (document["text"] for document in ebm("ebm_nlp/dev/spans_train.jsonl.gz") + intervention_masks() + facts()[0])
    for name in ("metastatic_local", "positive_negative"):
        yield from (row["title"] + "\n" + row["abstract"] for row in lines(f"pico_results/windisch_screening/dev/{name}.jsonl.gz"))
    for article in full_texts():
        yield from (block for block in article["text"].split("\n\n")[:2] if len(block) > 400)


def pieces(vocabulary):
    """Arrays [T, 4] of ids, T at most LONGEST, one copy of each text."""
    held, seen, left_out = HeldOut(judged()), set(), 0
    found = []
    for text in texts(held):
        if text[:200] in seen:
            continue
        seen.add(text[:200])
        if held.holds(text):
            left_out += 1
            continue
        ids = np.array(vocabulary.encode(text)[1], dtype=np.int32)
        parts = -(-len(ids) // LONGEST)
        found += [part for part in np.array_split(ids, parts) if len(part) > 12] if parts else []
    print(f"{len(seen)} texts, {left_out} left out as held out; {len(found)} pieces, {sum(map(len, found))} tokens", flush=True)
    return found


class Guesser(nn.Module):
    """The network and what turns its states into scores over words; a word's output vector is its input vector."""

    def __init__(self, tagger, share):
        super().__init__()
        hidden = tagger.first.hidden_size
        self.tagger = tagger
        self.after, self.before, self.hidden = nn.Linear(hidden, 128), nn.Linear(hidden, 128), nn.Linear(2 * hidden, 128)
        self.bias = nn.Embedding.from_pretrained(torch.log(torch.tensor(share, dtype=torch.float32) + 1e-8)[:, None], freeze=False)
        drawn = torch.tensor(share, dtype=torch.float64) ** 0.75
        drawn[: UNKNOWN + 1] = 0
        self.drawn = drawn / drawn.sum()
        self.sum = self.drawn.cumsum(0)

    def loss(self, states, words, sampled):
        """Mean of -log p(word) over states [N, 128] and words [N] among each word and the sampled ones."""
        table, bias = self.tagger.embedding.word, self.bias
        expected = torch.log(self.drawn * SAMPLED + 1e-12).float()
        right = (states * table(words)).sum(1) + bias(words)[:, 0] - expected[words]
        with torch.autocast("cpu", torch.bfloat16):
            others = states @ table(sampled).T
        others = others.float() + (bias(sampled)[:, 0] - expected[sampled])
        others = others.masked_fill(words[:, None] == sampled, -1e4)
        return (torch.logaddexp(others.logsumexp(1), right) - right).mean()

    def forward(self, ids):
        words = ids[..., 0]
        known = words > UNKNOWN
        hide = known & (torch.rand(words.shape) < HIDDEN_SHARE)
        shown = torch.where(hide[..., None], torch.tensor([UNKNOWN, 0, 0, 0]), ids)
        with torch.autocast("cpu", torch.bfloat16):
            first, second = self.tagger.layers(shown)
        half = first.shape[-1] // 2
        sampled = torch.searchsorted(self.sum, torch.rand(SAMPLED, dtype=torch.float64)).clamp_max(len(self.sum) - 1)
        chosen = torch.rand(words.shape) < GUESSED_SHARE
        next_known, last_known = known[:, 1:] & chosen[:, :-1], known[:, :-1] & chosen[:, 1:]
        after = self.loss(self.after(first[:, :-1, :half][next_known].float()), words[:, 1:][next_known], sampled)
        before = self.loss(self.before(first[:, 1:, half:][last_known].float()), words[:, :-1][last_known], sampled)
        return after, before, self.loss(self.hidden(second[hide].float()), words[hide], sampled)


def batches(found, random):
    order = sorted(range(len(found)), key=lambda i: len(found[i]) + random.random() * 20)
    made, current = [], []
    for i in order:
        if current and len(found[i]) * (len(current) + 1) > PER_BATCH:
            made.append(current)
            current = []
        current.append(i)
    made.append(current)
    random.shuffle(made)
    for batch in made:
        ids = torch.zeros(len(batch), max(len(found[i]) for i in batch), 4, dtype=torch.int64)
        for row, i in enumerate(batch):
            ids[row, : len(found[i])] = torch.from_numpy(found[i])
        yield ids


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=35, help="the rate falls to zero at the end of the one pass over the texts or of this time, whichever is first")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--start", type=Path, help="an exported pico-tagger of one network to go on from")
    arguments = parser.parse_args()
    require_data()
    seed_all(1)
    random = np.random.default_rng(1)
    vocabulary, vectors, share = load("research")
    tagger = Tagger(vectors, {}, vocabulary.index["."], dropout=0.1)
    if arguments.start:
        start_from(tagger, arguments.start, "pio")
    model = Guesser(tagger, share)
    found = pieces(vocabulary)
    total = sum(map(len, found)) / PER_BATCH * 1.02
    slow = [model.tagger.embedding.word.weight, model.bias.weight]
    optimizer = torch.optim.Adam([{"params": slow, "lr": 1e-3}, {"params": [p for p in model.parameters() if not any(p is s for s in slow)], "lr": arguments.rate}], betas=(0.9, 0.98))
    base = [group["lr"] for group in optimizer.param_groups]
    average, started, shown = Average(model.tagger, 0.99), time.time(), np.zeros(3)
    for step, ids in enumerate(batches(found, random), 1):
        done = max(step / total, (time.time() - started) / (60 * arguments.minutes))
        if done >= 1:
            break
        for group, rate in zip(optimizer.param_groups, base):
            group["lr"] = rate * min(1, step / 60) * 0.5 * (1 + np.cos(np.pi * done))
        losses = model(ids)
        optimizer.zero_grad()
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update(model.tagger)
        shown = 0.98 * shown + 0.02 * np.array([float(loss.detach()) for loss in losses])
        if step % 50 == 0:
            said = shown / (1 - 0.98**step)
            print(f"step {step} of {total:.0f} ({done:.0%}): next word {said[0]:.3f}, word before {said[1]:.3f}, hidden word {said[2]:.3f}, {time.time() - started:.0f} s", flush=True)
            torch.save(average.kept, STORED)
    torch.save(average.kept, STORED)


if __name__ == "__main__":
    main()
