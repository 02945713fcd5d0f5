"""Is this record a randomised controlled trial? Trained on labels that rules give (see `weak_label`), since no
large hand-labelled set is at hand; judged on a hand-labelled one.

    python rct_classifier.py               trains and exports models/rct-classifier/model.onnx
    python measure_rct_classifier.py       prints the figures from the exported file
"""
import argparse
import re
import time

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional

from corpora import CACHE, ROOT, fold, lines, require_data, screening_records, structured
from embeddings import load
from network import Average, Embedding, SmallEmbedding, seed_all
from pack import export
from sentence_roles import padded
from tagged_text import ebm

LONGEST = 400
HELD_OUT_REVIEWS = {"Cohen_Triptans", "Cohen_NSAIDS", "Jeyaraman_2020", "vanderValk_2021"}
OTHER_DESIGN = re.compile(r"systematic|meta.?analy|\breview|cohort|case.control|retrospective|cross.sectional|case (?:report|series)|survey|guideline|protocol|rationale and design|observational|in vitro|\brats?\b|\bmice\b|\bmouse\b|registry|prevalence|incidence|pharmacovigilance|post.?marketing|non.?randomi[sz]ed|single.arm|editorial|comment", re.I)
RANDOM_TITLE = re.compile(r"(?<!non)(?<!non-)randomi[sz]ed|placebo.controlled|double.blind", re.I)
RANDOM_TEXT = re.compile(r"(?:randomly|random) (?:assigned|allocated|divided|received|selected to receive)|randomi[sz]ed (?:to|into|controlled|clinical|trial|double|placebo|patients|\d)|(?:was|were|underwent) (?:\w+ )?randomi[sz](?:ed|ation)|double.blind,? placebo", re.I)
ANY_RANDOM = re.compile(r"random|placebo|double.(?:blind|dummy)|\bRCT|cross.?over|assigned", re.I)
ANIMALS = re.compile(r"\brats?\b|\bmice\b|\bmouse\b|\bmurine\b|\brabbits?\b|\bpigs?\b|\bsheep\b|in vitro", re.I)


def weak_label(title, abstract):
    """1 randomised trial, 0 another design, None where the rules cannot tell."""
    if len(abstract) < 300:
        return None
    if OTHER_DESIGN.search(title) or ANIMALS.search(title):
        return None if RANDOM_TITLE.search(title) else 0
    if RANDOM_TITLE.search(title) or (RANDOM_TEXT.search(abstract) and not OTHER_DESIGN.search(abstract)):
        return 1
    return None if ANY_RANDOM.search(abstract) else 0


def article_text(article):
    return " ".join(sentence[2] for sentence in article["sents"])


def collect(part):
    """[(source, key, title, abstract, label)] of the training or the held-out part."""
    found = []
    for name, rows in screening_records().items():
        if (name in HELD_OUT_REVIEWS) == (part == "held out"):
            found += [(name, row["title"].lower(), row["title"], row["abstract"], weak_label(row["title"], row["abstract"])) for row in rows]
    for article in structured("val" if part == "held out" else "train", "ccby"):
        found.append(("structured abstracts", article["title"].lower(), article["title"], article_text(article), weak_label(article["title"], article_text(article))))
    if part == "train":
        found += [("EBM-NLP", d["key"], "", d["text"], 1) for d in ebm("ebm_nlp/dev/spans_train.jsonl.gz")]
        found += [("oncology trials", d["title"].lower(), d["title"], d["abstract"], 1) for d in lines("pico_results/windisch_screening/dev/metastatic_local.jsonl.gz")]
    return [row for row in found if row[4] is not None]


class Classifier(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        self.embedding = Embedding(vectors)
        self.drop = nn.Dropout(0.4)
        self.phrase = nn.Conv1d(Embedding.size, 96, 3, padding=1)
        self.head = nn.Linear(96 + Embedding.size, 1)

    def forward(self, ids):
        """ids [N, T, 4] to logits [N, 1]."""
        there = (ids[..., 0] != 0).to(torch.float32)[..., None]
        words = self.embedding(ids) * there
        phrases = functional.relu(self.phrase(words.transpose(1, 2))) * there.transpose(1, 2)
        return self.head(self.drop(torch.cat([phrases.amax(2), words.sum(1) / there.sum(1).clamp_min(1.0)], 1)))


def hide_random(ids, telling, random):
    """Half the time the words that the rules look for are hidden, so that the rest of the text must tell."""
    if random.random() < 0.5:
        return ids
    return [(1, 1, 1, row[3]) if row[0] in telling else row for row in ids]


def scores(model, examples):
    model.eval()
    found = []
    with torch.no_grad():
        for begin in range(0, len(examples), 64):
            found += torch.sigmoid(model(padded([ids for ids, _ in examples[begin : begin + 64]]))[:, 0]).tolist()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    require_data()
    seed_all(arguments.seed)
    random = np.random.default_rng(arguments.seed)
    vocabulary, vectors, _ = load("research")
    telling = {line for line, word in enumerate(vocabulary.words) if re.match(r"random|rct|placebo|blind|allocat", word)}
    judged = {row["title"].lower() for row in lines("pico_results/windisch_screening/dev/rct_oncology.jsonl.gz")} | {row[1] for row in collect("held out")}
    rows = [row for row in collect("train") if row[1] not in judged]
    negatives = [row for row in rows if row[4] == 0]
    positives = [row for row in rows if row[4] == 1]
    random.shuffle(negatives)
    rows = positives + negatives[: len(positives)]
    encoded = [(vocabulary.encode(f"{row[2]}\n{row[3]}")[1][:LONGEST], row[4], fold(row[1], 10)) for row in rows]
    training = [(ids, label) for ids, label, part in encoded if part and ids]
    validation = [(ids, label) for ids, label, part in encoded if not part and ids]
    print(len(training), "training", sum(label for _, label in training), "positive", len(validation), "validation", flush=True)
    model = Classifier(vectors)
    size = 32
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=(len(training) // size + 2) * arguments.epochs, pct_start=0.2)
    average, started = Average(model, 0.995), time.time()
    for epoch in range(arguments.epochs):
        model.train()
        order = sorted(range(len(training)), key=lambda i: len(training[i][0]) + random.random() * 40)
        blocks = [order[begin : begin + size] for begin in range(0, len(order), size)]
        random.shuffle(blocks)
        for block in blocks:
            ids = padded([hide_random(training[i][0], telling, random) for i in block])
            target = torch.tensor([[float(training[i][1])] for i in block])
            loss = functional.binary_cross_entropy_with_logits(model(ids), target * 0.96 + 0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            average.update(model)
        auroc = roc_auc_score([label for _, label in validation], scores(model, validation))
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, own validation AUROC (rule labels) {auroc:.4f}, {time.time() - started:.0f} s", flush=True)
    model.load_state_dict(average.kept)
    torch.save(model.state_dict(), CACHE / "rct-classifier.pt")
    model.eval()
    model.embedding = SmallEmbedding(model.embedding)
    axes = {"ids": {0: "texts", 1: "tokens"}, "logits": {0: "texts"}}
    export(model, torch.ones(3, 9, 4, dtype=torch.int64), ["ids"], ["logits"], axes, ROOT / "models" / "rct-classifier" / "model.onnx")
    vocabulary.write(ROOT / "models" / "rct-classifier" / "vocab.txt")


if __name__ == "__main__":
    main()
