"""Trains the two research-only taggers and exports each as a pack.

    python train_taggers.py                                          pico-tagger, with the facts as a second task
    python train_taggers.py --head facts --epochs 12 --batch 2400 --rate 3e-3    trial-facts, from the network of the first (or --start: from an exported one)
    python measure_taggers.py pico-tagger|trial-facts                prints the figures from the exported file
"""
import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from corpora import CACHE, ROOT, require_data
from embeddings import load
from network import Average, OneHead, SmallEmbedding, Tagger, seed_all
from pack import export
from start import start_from
from tagged_text import FACTS, PIO, ebm, facts, intervention_masks, outcome_sentences, split_by_article

FACT_TAGS = ["O"] + [f"{mark}-{name}" for name in FACTS for mark in "BI"]
PACKS = {"pio": "pico-tagger", "facts": "trial-facts"}
# Steps per epoch that the learning-rate schedule reckons with beyond those taken: it ends before zero.
SPARE_STEPS = {"pio": 40, "facts": 8}
INTERVENTIONS = PIO.index("interventions")
SPAN_WEIGHT = {"ebm": 1.0, "interventions": 0.4, "outcomes": 0.4}


def encode(document, vocabulary):
    tokens, ids = vocabulary.encode(document["text"])
    return tokens, np.array(ids, dtype=np.int64)


def pio_example(document, vocabulary, weight):
    tokens, ids = encode(document, vocabulary)
    target, word = np.zeros((len(tokens), 3), np.float32), 0
    for place, (_, start, _) in enumerate(tokens):
        while word + 1 < len(document["words"]) and document["words"][word][1] <= start:
            word += 1
        label = document["words"][word][2]
        if label:
            target[place, PIO.index(label)] = 1
        if "second" in document:
            target[place, INTERVENTIONS] = ((label == "interventions") + (document["second"][word] == "interventions")) / 2
    mask = np.array([weight if name in document["speaks"] else 0 for name in PIO], np.float32)
    return {"head": "pio", "ids": ids, "target": target, "mask": mask}


def fact_example(document, vocabulary):
    tokens, ids = encode(document, vocabulary)
    target = np.zeros(len(tokens), np.int64)
    for start, end, label in document["spans"]:
        mark = "B"
        for place, (_, begin, stop) in enumerate(tokens):
            if begin < end and stop > start and target[place] == 0:
                target[place] = FACT_TAGS.index(f"{mark}-{label}")
                mark = "I"
    return {"head": "facts", "ids": ids, "target": target}


def batches(examples, tokens_per_batch, random):
    """Batches of one head and of like length, so that little is padding."""
    order = sorted(range(len(examples)), key=lambda i: (examples[i]["head"], len(examples[i]["ids"]) + random.random() * 12))
    found, current, longest = [], [], 0
    for i in order:
        length = len(examples[i]["ids"])
        if current and (max(longest, length) * (len(current) + 1) > tokens_per_batch or examples[current[0]]["head"] != examples[i]["head"]):
            found.append(current)
            current, longest = [], 0
        current.append(i)
        longest = max(longest, length)
    found.append(current)
    random.shuffle(found)
    return [[examples[i] for i in batch] for batch in found]


def loss_of(model, batch):
    longest = max(len(example["ids"]) for example in batch)
    ids = torch.zeros(len(batch), longest, 4, dtype=torch.int64)
    for row, example in enumerate(batch):
        ids[row, : len(example["ids"])] = torch.from_numpy(example["ids"])
    head = batch[0]["head"]
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(ids, head)
    logits = logits.float()
    if head == "facts":
        target = torch.full((len(batch), longest), -100)
        for row, example in enumerate(batch):
            target[row, : len(example["target"])] = torch.from_numpy(example["target"])
        return functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=-100)
    target, weight = torch.zeros(len(batch), longest, 3), torch.zeros(len(batch), longest, 3)
    for row, example in enumerate(batch):
        target[row, : len(example["ids"])] = torch.from_numpy(example["target"])
        weight[row, : len(example["ids"])] = torch.from_numpy(example["mask"])
    return (functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight).sum() / max(1.0, float((weight > 0).sum())) * 3


def epoch_share(examples, random):
    """Everything but the auxiliary corpora (weight below one), of which each epoch sees half."""
    return [e for e in examples if e["head"] == "facts" or e["mask"].max() >= 1 or random.random() < 0.5]


def train(model, examples, arguments, seed, validate):
    optimizer = torch.optim.AdamW([
        {"params": [model.embedding.word.weight], "lr": 1e-3, "weight_decay": 0.0},
        {"params": [value for name, value in model.named_parameters() if name != "embedding.word.weight"], "lr": 3e-3, "weight_decay": 1e-3},
    ])
    random, epochs, size = np.random.default_rng(seed), arguments.epochs, arguments.batch
    shapes = len(batches(epoch_share(examples, random), size, random))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [arguments.rate / 2, arguments.rate], total_steps=(shapes + SPARE_STEPS[arguments.head]) * epochs, pct_start=0.15)
    average, started = Average(model, 0.998), time.time()
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in batches(epoch_share(examples, random), size, random):
            optimizer.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            average.update(model)
            total += loss.item()
        kept = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(average.kept)
        torch.save(average.kept, stored(arguments.head, seed))
        said = validate(model) if epoch % 2 or epoch + 1 == epochs else "not validated"
        print(f"epoch {epoch + 1}: loss {total / shapes:.4f}, {said}, {time.time() - started:.0f} s", flush=True)
        if time.time() - started > arguments.minutes * 60:
            return
        if epoch + 1 < epochs:
            model.load_state_dict(kept)


def probabilities(model, document, vocabulary, head):
    _, ids = encode(document, vocabulary)
    with torch.no_grad():
        return model(torch.from_numpy(ids)[None], head)[0].numpy()


def pio_scores(logits, targets):
    """Per label the threshold in 0.15..0.7 with the best token F1, and that F1."""
    found = []
    values = 1 / (1 + np.exp(-np.concatenate(logits)))
    truth = np.concatenate(targets) > 0.5
    for label in range(3):
        best = max((2 * (truth[:, label] & (values[:, label] > t)).sum() / max(1, truth[:, label].sum() + (values[:, label] > t).sum()), t) for t in np.arange(0.15, 0.71, 0.025))
        found.append((float(best[0]), float(best[1])))
    return found


def fact_f1(tags, document, tokens, spans_of):
    truth = {(start, end, label) for start, end, label in document["spans"]}
    found = spans_of(tags, tokens)
    return len(truth & found), len(found), len(truth)


def bio_spans(tags, tokens):
    found, current = set(), None
    for tag, (_, start, end) in zip(tags + ["O"], tokens + [("", 0, 0)]):
        name = tag[2:]
        if current and (tag[0] != "I" or name != current[2]):
            found.add(tuple(current))
            current = None
        if tag[0] == "B" or (tag[0] == "I" and current is None):
            current = [start, end, name]
        elif tag[0] == "I":
            current[1] = end
    return found


def export_pack(models, head, vocabulary):
    name = PACKS[head]
    for model in models:
        model.eval()
        model.embedding = SmallEmbedding(model.embedding)
    example = torch.zeros(1, 7, 4, dtype=torch.int64)
    export(OneHead(models, head, head == "facts"), example, ["ids"], ["logits"], {"ids": {1: "tokens"}, "logits": {1: "tokens"}}, ROOT / "models" / name / "model.onnx")
    vocabulary.write(ROOT / "models" / name / "vocab.txt")


def stored(head, seed):
    return CACHE / f"{PACKS[head]}-{seed}.pt"


def with_second_marking(documents):
    """The documents, interventions weighed by how many of the two crowd markings have them (one half where only one does)."""
    second = {document["key"]: document["words"] for document in intervention_masks()}
    found = []
    for document in documents:
        other = second.get(document["key"])
        if other and len(other) == len(document["words"]):
            document = document | {"second": [label for *_, label in other]}
        found.append(document)
    return found


def corpora():
    """(PIO and fact documents to train on, PIO documents and fact documents of own validation)."""
    gold = ebm("ebm_nlp/dev/spans_gold_test_half.jsonl.gz")
    training, validation = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))
    held = {document["key"] for document in validation + gold + facts()[1]}
    pio = [(d, SPAN_WEIGHT["ebm"]) for d in with_second_marking(training) if d["key"] not in held]
    pio += [(d, SPAN_WEIGHT["interventions"]) for d in intervention_masks() if d["key"] not in held]
    pio += [(d, SPAN_WEIGHT["outcomes"]) for d in outcome_sentences(gold + validation)]
    fact_training, fact_validation = split_by_article([d for d in facts()[0] if d["key"] not in held])
    return pio, fact_training, validation, fact_validation


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=4800, help="tokens per batch")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one network each, the pack averages them; one that is stored is not trained again")
    parser.add_argument("--head", choices=["pio", "facts"], default="pio")
    parser.add_argument("--start", type=Path, help="an exported pico-tagger of one network (version 1.0.0) to go on from")
    parser.add_argument("--beside", type=Path, help="an exported pack of one network (versions 1.0.x), averaged in")
    parser.add_argument("--rate", type=float, default=4e-3)
    arguments = parser.parse_args()
    require_data()
    vocabulary, vectors, _ = load("research")
    heads = {"pio": 3, "facts": len(FACT_TAGS)}
    pio, fact_training, validation, fact_validation = corpora()
    examples = [fact_example(d, vocabulary) for d in fact_training]
    if arguments.head == "pio":
        examples += [pio_example(d, vocabulary, weight) for d, weight in pio]
    checks = [(pio_example(d, vocabulary, 1.0)["target"], d) for d in validation]
    print(f"{len(examples)} examples, {sum(len(e['ids']) for e in examples)} tokens; validation {len(validation)} and {len(fact_validation)} articles", flush=True)

    def validate(model):
        model.eval()
        scores = [] if arguments.head == "facts" else pio_scores([probabilities(model, d, vocabulary, "pio") for _, d in checks], [t for t, _ in checks])
        totals = np.zeros(3)
        for document in fact_validation:
            tokens, _ = encode(document, vocabulary)
            tags = [FACT_TAGS[i] for i in probabilities(model, document, vocabulary, "facts").argmax(-1)]
            totals += fact_f1(tags, document, tokens, bio_spans)
        return f"P/I/O F1 {[f'{f:.3f}@{t:.2f}' for f, t in scores]}, facts F1 {2 * totals[0] / max(1, totals[1] + totals[2]):.3f}"

    models = []
    for seed in arguments.seeds:
        seed_all(seed)
        model = Tagger(vectors, heads, vocabulary.index["."])
        if not stored(arguments.head, seed).exists():
            if arguments.start:
                start_from(model, arguments.start, "pio")
            elif arguments.head == "facts":
                model.load_state_dict(torch.load(stored("pio", seed)))
            train(model, examples, arguments, seed, validate)
        model.load_state_dict(torch.load(stored(arguments.head, seed)))
        models.append(model)
    if arguments.beside:
        models.append(Tagger(vectors, {arguments.head: heads[arguments.head]}, vocabulary.index["."]))
        start_from(models[-1], arguments.beside, arguments.head)
    export_pack(models, arguments.head, vocabulary)


if __name__ == "__main__":
    main()
