"""Sentence vectors for search and ranking, from CC-BY/CC0 text only.

Pairs that belong together (title and abstract, abstract and body, neighbouring passages, two halves of a
passage) are pulled together against all other pairs of the batch (InfoNCE, van den Oord et al. 2018, both
directions). A text is the weighted mean of its tokens; the weight of each word is learned, starting from
smooth inverse frequency (Arora et al. 2017).

    python text_encoder.py               trains and exports models/text-encoder/model.onnx
    python measure_text_encoder.py       prints the figures from the exported file
"""
import argparse
import re
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from corpora import CACHE, ROOT, fold, full_texts, require_data, structured
from embeddings import load
from network import Average, seed_all
from pack import export
from sentence_roles import padded
from tokenizer import HASH_BUCKETS, PAD, UNKNOWN

SIZE, LONGEST = 192, 320


class Encoder(nn.Module):
    def __init__(self, vectors, share):
        super().__init__()
        words = len(vectors)
        generator = torch.Generator().manual_seed(0)
        turned = torch.tensor(vectors) @ torch.linalg.qr(torch.randn(SIZE, vectors.shape[1], generator=generator))[0].T
        self.word = nn.Embedding.from_pretrained(turned, freeze=False)
        self.prefix = nn.Embedding(HASH_BUCKETS, SIZE)
        self.suffix = nn.Embedding(HASH_BUCKETS, SIZE)
        for table in (self.prefix, self.suffix):
            nn.init.normal_(table.weight, std=0.15 / SIZE**0.5)
        smooth = np.log(1e-4 / (1e-4 + share))
        smooth[UNKNOWN] = smooth[-1]
        smooth[:UNKNOWN] = -30.0
        self.weight = nn.Embedding.from_pretrained(torch.tensor(smooth, dtype=torch.float32)[:, None], freeze=False)
        self.unknown = nn.Parameter(torch.tensor(4.0))

    def forward(self, ids):
        """ids [N, T, 4], padded with 0, to unit vectors [N, SIZE]."""
        words = ids[..., 0]
        there = (words != PAD).to(torch.float32)[..., None]
        rare = (words == UNKNOWN).to(torch.float32)[..., None]
        pieces = (self.prefix(ids[..., 1]) + self.suffix(ids[..., 2])) * (1 + rare * self.unknown)
        weights = torch.exp(self.weight(words)) * there
        pooled = (weights * (self.word(words) + pieces)).sum(1)
        return pooled / pooled.norm(dim=1, keepdim=True).clamp_min(1e-6)


class Exported(nn.Module):
    """8-bit tables with a scale per row; the same arithmetic."""

    def __init__(self, full):
        super().__init__()
        for name in ("word", "prefix", "suffix"):
            table = getattr(full, name).weight.detach()
            scale = table.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
            self.register_buffer(name, torch.round(table / scale).to(torch.int8))
            self.register_buffer(name + "_scale", scale)
        self.register_buffer("weights", torch.exp(full.weight.weight.detach()))
        self.register_buffer("unknown", full.unknown.detach())

    def row(self, name, index):
        return getattr(self, name)[index].to(torch.float32) * getattr(self, name + "_scale")[index]

    def forward(self, ids):
        words = ids[..., 0]
        there = (words != PAD).to(torch.float32)[..., None]
        rare = (words == UNKNOWN).to(torch.float32)[..., None]
        pieces = (self.row("prefix", ids[..., 1]) + self.row("suffix", ids[..., 2])) * (1 + rare * self.unknown)
        pooled = (self.weights[words] * there * (self.row("word", words) + pieces)).sum(1)
        return pooled / pooled.norm(dim=1, keepdim=True).clamp_min(1e-6)


def articles():
    """[(key, title, abstract, [passages])] of CC-BY/CC0 articles."""
    found = []
    for article in full_texts():
        blocks = [block for block in re.split(r"\n\s*\n", article["text"]) if block.strip()]
        heads = [(block.split("\n", 1)[0], block.split("\n", 1)[-1].strip()) for block in blocks]
        title = next((body for head, body in heads if head.startswith("TITLE")), "")
        abstract = " ".join(body for head, body in heads if head.startswith("ABSTRACT"))
        passages = [body for head, body in heads if not head.startswith(("TITLE", "ABSTRACT")) and len(body) > 200]
        found.append((article["pmcid"], title, abstract, passages))
    known = {key for key, *_ in found}
    for article in structured("train", "ccby"):
        if article["pmcid"] not in known:
            found.append((article["pmcid"], article["title"], " ".join(s[2] for s in article["sents"]), []))
    return found


def draw_pair(article, random):
    """Two token lists of one article that mean the same study."""
    title, abstract, passages = article
    kinds = ["title"] * 3 * bool(title and abstract) + ["halves"] * 2 * (len(abstract) > 60) + ["passages"] * 2 * (len(passages) > 1) + ["body"] * bool(passages and abstract)
    kind = kinds[random.integers(len(kinds))]
    if kind == "title":
        return title, piece(abstract, random)
    if kind == "halves":
        chosen = random.random(1 + len(abstract) // 25) < 0.5
        left = [token for place, token in enumerate(abstract) if chosen[place // 25]]
        right = [token for place, token in enumerate(abstract) if not chosen[place // 25]]
        return piece(left or abstract, random), piece(right or abstract, random)
    if kind == "passages":
        at = random.integers(len(passages) - 1)
        return piece(passages[at], random), piece(passages[at + 1], random)
    return piece(abstract, random), piece(passages[random.integers(len(passages))], random)


def piece(tokens, random):
    size = int(random.integers(20, 140))
    begin = int(random.integers(0, max(1, len(tokens) - size)))
    return tokens[begin : begin + size]


def retrieval(model, held_out):
    """Share of held-out titles whose own abstract is nearest, and among the ten nearest."""
    with torch.no_grad():
        titles = torch.cat([model(padded([a[0]])) for a in held_out])
        abstracts = torch.cat([model(padded([a[1][:LONGEST]])) for a in held_out])
    order = (titles @ abstracts.T).argsort(1, descending=True).numpy()
    place = np.array([list(row).index(number) for number, row in enumerate(order)])
    return (place == 0).mean(), (place < 10).mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    require_data()
    seed_all(arguments.seed)
    random = np.random.default_rng(arguments.seed)
    vocabulary, vectors, share = load("ccby")

    def ids(text):
        return vocabulary.encode(text)[1]

    everything = [(key, (ids(title), ids(abstract), [ids(p) for p in passages[:8]])) for key, title, abstract, passages in articles()]
    usable = [(key, a) for key, a in everything if (a[0] and len(a[1]) > 60) or len(a[2]) > 1]
    training = [a for key, a in usable if fold(key, 8) != 0]
    held_out = [a for key, a in usable if fold(key, 8) == 0 and a[0] and a[1]]
    model = Encoder(vectors, share)
    print(f"{len(training)} training articles, {len(held_out)} own validation; before training: title finds abstract {retrieval(model, held_out)}", flush=True)
    optimizer = torch.optim.Adam([
        {"params": [model.word.weight, model.prefix.weight, model.suffix.weight], "lr": 1e-3},
        {"params": [model.weight.weight, model.unknown], "lr": 1e-2},
    ])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, arguments.steps)
    average, started, size = Average(model, 0.99), time.time(), 128
    for step in range(1, arguments.steps + 1):
        chosen = random.choice(len(training), size, replace=False)
        pairs = [draw_pair(training[i], random) for i in chosen]
        left, right = model(padded([p[0] for p in pairs])), model(padded([p[1] for p in pairs]))
        scores = left @ right.T / 0.06
        target = torch.arange(size)
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update(model)
        if step % 50 == 0 or step == arguments.steps:
            print(f"step {step}: loss {loss.item():.3f}, title finds abstract {retrieval(model, held_out)}, {time.time() - started:.0f} s", flush=True)
    model.load_state_dict(average.kept)
    torch.save(model.state_dict(), CACHE / "text-encoder.pt")
    exported = Exported(model).eval()
    print("exported:", retrieval(exported, held_out))
    axes = {"ids": {0: "texts", 1: "tokens"}, "vectors": {0: "texts"}}
    export(exported, torch.ones(3, 9, 4, dtype=torch.int64), ["ids"], ["vectors"], axes, ROOT / "models" / "text-encoder" / "model.onnx")
    vocabulary.write(ROOT / "models" / "text-encoder" / "vocab.txt")


if __name__ == "__main__":
    main()
