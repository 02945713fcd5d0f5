"""The role of each sentence of an abstract, from CC-BY/CC0 structured abstracts only.

    python sentence_roles.py               trains and exports models/sentence-roles/model.onnx
    python measure_sentence_roles.py       prints the figures from the exported file
"""
import argparse
import time

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import nn
from torch.nn import functional

from corpora import CACHE, ROOT, fold, require_data, structured
from embeddings import load
from network import Average, Embedding, SmallEmbedding, seed_all
from pack import export

ROLES = ["BACKGROUND", "OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS", "OTHER", "BACKGROUND_OBJECTIVE"]
LONGEST = 80


class SentenceRoles(nn.Module):
    """Words to a sentence (convolution, largest value; plus the mean word), sentences in order to roles."""

    def __init__(self, vectors, hidden=96):
        super().__init__()
        self.embedding = Embedding(vectors)
        self.drop = nn.Dropout(0.35)
        self.phrase = nn.Conv1d(Embedding.size, 160, 3, padding=1)
        self.order = nn.LSTM(160 + Embedding.size, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, len(ROLES))

    def sentences(self, ids):
        there = (ids[..., 0] != 0).to(torch.float32)[..., None]
        words = self.drop(self.embedding(ids) * there)
        phrases = functional.relu(self.phrase(words.transpose(1, 2))) * there.transpose(1, 2)
        return self.drop(torch.cat([phrases.amax(2), words.sum(1) / there.sum(1).clamp_min(1.0)], 1))

    def forward(self, ids):
        """ids [S, T, 4] of one abstract's sentences in order, padded with 0, to logits [S, roles]."""
        ordered, _ = self.order(self.sentences(ids)[None])
        return self.head(self.drop(ordered))[0]

    def several(self, ids, sizes):
        """The same for several abstracts at once: their sentences one after the other, and how many each has."""
        parts = torch.split(self.sentences(ids), sizes)
        packed = nn.utils.rnn.pad_sequence(parts, batch_first=True)
        ordered, _ = self.order(packed)
        logits = self.head(self.drop(ordered))
        return torch.cat([logits[row, :size] for row, size in enumerate(sizes)])


def example(article, vocabulary):
    sentences = [(label, vocabulary.encode(text)[1][:LONGEST]) for label, _, text in article["sents"]]
    sentences = [(label, ids) for label, ids in sentences if ids]
    return {"ids": [ids for _, ids in sentences], "roles": [ROLES.index(label) if label in ROLES else -100 for label, _ in sentences]}


def padded(rows):
    longest = max(len(row) for row in rows)
    ids = np.zeros((len(rows), longest, 4), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    return torch.from_numpy(ids)


def predict(model, examples):
    model.eval()
    with torch.no_grad():
        return [model(padded(e["ids"])).argmax(1).tolist() for e in examples]


def weighted_f1(model, examples):
    pairs = [(t, p) for e, guess in zip(examples, predict(model, examples)) for t, p in zip(e["roles"], guess) if t >= 0]
    return f1_score([t for t, _ in pairs], [p for _, p in pairs], average="weighted")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    require_data()
    seed_all(arguments.seed)
    vocabulary, vectors, _ = load("ccby")
    articles = structured("train", "ccby")
    training = [example(a, vocabulary) for a in articles if fold(a["pmcid"], 10) != 0]
    validation = [example(a, vocabulary) for a in articles if fold(a["pmcid"], 10) == 0]
    training = [e for e in training if e["ids"]]
    model = SentenceRoles(vectors)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    random, size = np.random.default_rng(arguments.seed), 12
    steps = -(-len(training) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2.5e-3, total_steps=steps * arguments.epochs, pct_start=0.15)
    average, started = Average(model, 0.998), time.time()
    for epoch in range(arguments.epochs):
        model.train()
        order = random.permutation(len(training))
        for begin in range(0, len(order), size):
            batch = [training[i] for i in order[begin : begin + size]]
            logits = model.several(padded([ids for e in batch for ids in e["ids"]]), [len(e["ids"]) for e in batch])
            loss = functional.cross_entropy(logits, torch.tensor([role for e in batch for role in e["roles"]]), ignore_index=-100, label_smoothing=0.03)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            average.update(model)
        kept = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(average.kept)
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, own validation weighted F1 {weighted_f1(model, validation):.4f}, {time.time() - started:.0f} s", flush=True)
        if epoch + 1 < arguments.epochs:
            model.load_state_dict(kept)
    torch.save(model.state_dict(), CACHE / "sentence-roles.pt")
    model.eval()
    model.embedding = SmallEmbedding(model.embedding)
    axes = {"ids": {0: "sentences", 1: "tokens"}, "logits": {0: "sentences"}}
    export(model, torch.ones(5, 9, 4, dtype=torch.int64), ["ids"], ["logits"], axes, ROOT / "models" / "sentence-roles" / "model.onnx")
    vocabulary.write(ROOT / "models" / "sentence-roles" / "vocab.txt")


if __name__ == "__main__":
    main()
