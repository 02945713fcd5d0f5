"""Trains the two research-only taggers and exports each as a pack.

    python train_taggers.py --seeds 1 2 --epochs 5 --rate 3e-3       pico-tagger's networks, with the facts as a further task (mix_heads.py exports their mean)
    python train_taggers.py --head facts --seeds 1 2 --epochs 12 --batch 2400 --rate 3e-3    trial-facts, from the network of the first (or --start: from an exported one)
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
from held_out import HeldOut
from network import Average, OneHead, SmallEmbedding, Tagger, seed_all
from pack import export
from pretrain import STORED as BACKBONE
from start import start_from
from tagged_text import FACTS, PIO, ebm, ebm_comet, evidence_outcomes, facts, intervention_masks, outcome_sentences, section_specific, split_by_article, without_edges

FACT_TAGS = ["O"] + [f"{mark}-{name}" for name in FACTS for mark in "BI"]
# pio: as the crowd marks; expert: as the experts of section-specific PICO, EvidenceOutcomes and EBM-COMET do.
HEADS = {"pio": len(PIO), "expert": len(PIO), "facts": len(FACT_TAGS)}
PACKS = {"pio": "pico-tagger", "facts": "trial-facts"}
# Steps per epoch that the learning-rate schedule reckons with beyond those taken: it ends before zero.
SPARE_STEPS = {"pio": 40, "facts": 8}
INTERVENTIONS = PIO.index("interventions")
SPAN_WEIGHT = {"ebm": 1.0, "interventions": 0.4, "outcomes": 0.4, "section": 1.0, "expert outcomes": 0.5}
# Of these examples each epoch sees half.
OFTEN, SELDOM = 1.0, 0.5


def encode(document, vocabulary):
    tokens, ids = vocabulary.encode(document["text"])
    return tokens, np.array(ids, dtype=np.int64)


def pio_example(document, vocabulary, weight, head="pio"):
    """Targets per token: the crowd's marks without joining words at their ends, an expert's as they are (`head`)."""
    tokens, ids = encode(document, vocabulary)
    words = [document["text"][start:end] for start, end, _ in document["words"]]
    labels = [label for *_, label in document["words"]]
    labels = without_edges(labels, words) if head == "pio" else labels
    second = without_edges(document["second"], words) if "second" in document else None
    target, word = np.zeros((len(tokens), 3), np.float32), 0
    for place, (_, start, _) in enumerate(tokens):
        while word + 1 < len(words) and document["words"][word][1] <= start:
            word += 1
        label = labels[word]
        if label:
            target[place, PIO.index(label)] = 1
        if second:
            target[place, INTERVENTIONS] = ((label == "interventions") + (second[word] == "interventions")) / 2
    mask = np.array([weight if name in document["speaks"] else 0 for name in PIO], np.float32)
    marked = np.array([start >= document.get("from", 0) for _, start, _ in tokens], np.float32)
    return {"head": head, "ids": ids, "target": target, "mask": marked[:, None] * mask, "share": OFTEN if weight >= 1 else SELDOM}


def fact_example(document, vocabulary, share):
    tokens, ids = encode(document, vocabulary)
    target = np.zeros(len(tokens), np.int64)
    for start, end, label in document["spans"]:
        mark = "B"
        for place, (_, begin, stop) in enumerate(tokens):
            if begin < end and stop > start and target[place] == 0:
                target[place] = FACT_TAGS.index(f"{mark}-{label}")
                mark = "I"
    return {"head": "facts", "ids": ids, "target": target, "share": share}


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
    return [example for example in examples if random.random() < example["share"]]


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
        said = validate(model) if epoch % 4 == 1 or epoch + 1 == epochs else "not validated"
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


def export_pack(models, head, vocabulary, name):
    for model in models:
        model.eval()
        model.embedding = SmallEmbedding(model.embedding)
    example = torch.zeros(1, 7, 4, dtype=torch.int64)
    export(OneHead(models, head, head == "facts"), example, ["ids"], ["logits"], {"ids": {1: "tokens"}, "logits": {1: "tokens"}}, ROOT / "models" / name / "model.onnx")
    vocabulary.write(ROOT / "models" / name / "vocab.txt")


def stored(head, seed):
    return CACHE / f"{PACKS[head]}-{seed}.pt"


def averaged(head, seeds, vocabulary, vectors):
    """One network with the mean weights of those that began alike and saw the data in different orders (Wortsman et al. 2022)."""
    networks = [torch.load(stored(head, seed)) for seed in seeds]
    model = Tagger(vectors, HEADS, vocabulary.index["."])
    model.load_state_dict({name: sum(network[name] for network in networks) / len(networks) for name in networks[0]})
    return model


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


def section_parts():
    """EBM-NLPmod, abstracts of EBM-NLP marked again by experts: (those whose crowd marks may train, the rest, which only validate)."""
    crowd = HeldOut(split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))[0] + intervention_masks())
    documents = section_specific("EBM-NLPmod")
    trained = [crowd.holds(document["text"]) for document in documents]
    return [d for d, known in zip(documents, trained) if known], [d for d, known in zip(documents, trained) if not known]


def corpora():
    """(span documents to train on with weight and head, fact documents to train on, PIO documents and fact documents of own validation)."""
    gold = ebm("ebm_nlp/dev/spans_gold_test_half.jsonl.gz")
    training, validation = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))
    sections, section_validation = section_parts()
    fact_training, fact_validation = split_by_article(facts()[0])
    judged = gold + validation + section_validation + section_specific("COVID-19") + section_specific("AD")
    keys, held = {document["key"] for document in judged + facts()[1]}, HeldOut(judged)

    def free(documents):
        return [d for d in documents if d["key"] not in keys and not held.holds(d["text"])]

    spans = [(d, SPAN_WEIGHT["ebm"], "pio") for d in free(with_second_marking(training))]
    spans += [(d, SPAN_WEIGHT["interventions"], "pio") for d in free(intervention_masks())]
    spans += [(d, SPAN_WEIGHT["outcomes"], "pio") for d in free(outcome_sentences(gold + validation))]
    spans += [(d, SPAN_WEIGHT["section"], "expert") for d in free(sections)]
    spans += [(d, SPAN_WEIGHT["expert outcomes"], "expert") for d in free(evidence_outcomes() + ebm_comet())]
    return spans, [d for d in fact_training if d["key"] not in keys], validation, fact_validation


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=4800, help="tokens per batch")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one network each, their weights are averaged; one that is stored is not trained again")
    parser.add_argument("--head", choices=["pio", "facts"], default="pio")
    parser.add_argument("--start", type=Path, help="an exported pico-tagger of one network (version 1.0.x) to go on from")
    parser.add_argument("--backbone", type=Path, default=BACKBONE, help="the network that pretrain.py stored, where there is one")
    parser.add_argument("--beside", type=Path, help="an exported pack of one network (versions 1.0.x), averaged in")
    parser.add_argument("--rate", type=float, default=4e-3)
    arguments = parser.parse_args()
    require_data()
    vocabulary, vectors, _ = load("research")
    spans, fact_training, validation, fact_validation = corpora()
    examples = [fact_example(d, vocabulary, OFTEN if arguments.head == "facts" else SELDOM) for d in fact_training]
    if arguments.head == "pio":
        examples += [pio_example(d, vocabulary, weight, head) for d, weight, head in spans]
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

    for seed in arguments.seeds:
        if stored(arguments.head, seed).exists():
            continue
        # All begin alike, so that the weights of several can be averaged.
        seed_all(1)
        model = Tagger(vectors, HEADS, vocabulary.index["."])
        seed_all(seed)
        if arguments.start:
            start_from(model, arguments.start, "pio")
        elif arguments.head == "facts":
            model.load_state_dict(torch.load(stored("pio", 1)))
        elif arguments.backbone.exists():
            model.load_state_dict(torch.load(arguments.backbone), strict=False)
        train(model, examples, arguments, seed, validate)
    if arguments.head == "pio":
        return
    models = [averaged(arguments.head, arguments.seeds, vocabulary, vectors)]
    if arguments.beside:
        models.append(Tagger(vectors, {arguments.head: HEADS[arguments.head]}, vocabulary.index["."]))
        start_from(models[-1], arguments.beside, arguments.head)
    export_pack(models, arguments.head, vocabulary, PACKS[arguments.head])


if __name__ == "__main__":
    main()
