"""Prints the figures of pico-tagger and trial-facts from their exported files.

    python measure_taggers.py pico-tagger [--write | --choosing]
    python measure_taggers.py trial-facts [--write | --choosing]

--choosing leaves out what only reports (the expert gold, COVID-19 and AD; PICO-Corpus' validation part): for
decisions between networks. --write first chooses the thresholds on the tagger's own validation articles, then writes manifest.json and
card.md with the figures printed here. Without it the thresholds in the manifest are used and nothing changes.
"""
import argparse
import json
from collections import Counter

import numpy as np

from cards import table, write_card
from corpora import ROOT, require_data
from pack import expected_calibration_error, figure, reliability, session, write_manifest
from tagged_text import FACTS, PIO, ebm, facts, intervention_masks, section_specific, split_by_article, without_edges
from tokenizer import Vocabulary
from train_taggers import FACT_TAGS, bio_spans, section_parts

FACT_COLORS = ["#2f6fb3", "#2a8a57", "#b3632f", "#8a4f9e", "#3f7fb0", "#a13d63", "#5b6f8f", "#7a7a2a", "#4d77a0", "#2f8f8f", "#c0504d", "#6b5bb5", "#b38a2f"]
COLORS = {"participants": "#2f6fb3", "interventions": "#2a8a57", "outcomes": "#b3632f"}


class Exported:
    def __init__(self, name):
        self.folder = ROOT / "models" / name
        self.vocabulary = Vocabulary.read(self.folder / "vocab.txt")
        self.network = session(self.folder / "model.onnx")

    def logits(self, text):
        tokens, ids = self.vocabulary.encode(text)
        return tokens, self.network.run(["logits"], {"ids": np.array([ids], np.int64)})[0][0]


def token_words(document, tokens):
    """For each marked word the number of its first token (None when it has none)."""
    first, place = [], 0
    for start, end, _ in document["words"]:
        while place < len(tokens) and tokens[place][1] < start:
            place += 1
        first.append(place if place < len(tokens) and tokens[place][1] < end else None)
    return first


def decide(values, thresholds):
    above = (values - thresholds) / (1 - thresholds)
    return np.where(above.max(-1) > 0, above.argmax(-1), -1)


def pio_values(pack, documents):
    """[(probabilities of each word's first token, label number or -1, the words)] per document."""
    found = []
    for document in documents:
        tokens, logits = pack.logits(document["text"])
        values = 1 / (1 + np.exp(-logits))
        rows = [(values[place], PIO.index(label) if label else -1, document["text"][start:end]) for place, (start, end, label) in zip(token_words(document, tokens), document["words"]) if place is not None]
        found.append((np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), [r[2] for r in rows]))
    return found


def marks(values, words, thresholds):
    """Label number or -1 per word, joining words and punctuation at both ends of a mark cut off as the product does."""
    return np.array(without_edges(decide(values, thresholds).tolist(), words))


def counts(found, thresholds):
    """Per document, per label: right, predicted, true."""
    rows = []
    for values, truth, words in found:
        guess = marks(values, words, thresholds)
        rows.append([[int(((guess == k) & (truth == k)).sum()), int((guess == k).sum()), int((truth == k).sum())] for k in range(3)])
    return np.array(rows)


def f1s(totals):
    return 2 * totals[..., 0] / np.maximum(1, totals[..., 1] + totals[..., 2])


def tune(cohorts):
    """Per label the threshold with the best mean F1 over its cohorts, in 0.15 to 0.9; `cohorts`: [(found, labels it decides)].

    Crowd markings are looser than an expert's, section-specific ones tighter: the expert gold lies between.
    """
    thresholds = np.array([0.5, 0.6, 0.35])
    for _ in range(2):
        for label in range(len(PIO)):
            scored = []
            for value in np.arange(0.15, 0.91, 0.025):
                trial = thresholds.copy()
                trial[label] = value
                scored.append((np.mean([f1s(counts(found, trial).sum(0))[label] for found, decides in cohorts if PIO[label] in decides]), value))
            thresholds[label] = max(scored)[1]
    return thresholds.round(3)


def agreed(documents):
    """The documents with a second marking, interventions kept only where both markings have them."""
    second = {document["key"]: document for document in intervention_masks()}
    found = []
    for document in documents:
        other = second.get(document["key"])
        if other and len(other["words"]) == len(document["words"]):
            words = [(start, end, None if label == "interventions" and mark[2] is None else label) for (start, end, label), mark in zip(document["words"], other["words"])]
            found.append(document | {"words": words})
    return found


def interval(rows, seed=0):
    random = np.random.default_rng(seed)
    drawn = [f1s(rows[random.integers(0, len(rows), len(rows))].sum(0)).mean() for _ in range(1000)]
    return np.percentile(drawn, [2.5, 97.5])


GOLD = "EBM-NLP expert gold (held out)"


def pico(write, choosing):
    pack = Exported("pico-tagger")
    own = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))[1]
    validation, twice = pio_values(pack, own), pio_values(pack, agreed(own))
    tight = pio_values(pack, section_parts()[1])
    decided = [(validation, ("participants", "outcomes")), (twice, ("interventions",)), (tight, PIO)]
    thresholds = tune(decided) if write or choosing else np.array(json.loads((pack.folder / "manifest.json").read_text())["inference"]["decoding"]["thresholds"])
    gold = [] if choosing else pio_values(pack, ebm("ebm_nlp/dev/spans_gold_test_half.jsonl.gz"))
    cohorts = {} if choosing else {GOLD: gold}
    cohorts["EBM-NLP own validation (crowd labels)"] = validation
    cohorts["EBM-NLP own validation (interventions in both crowd markings)"] = twice
    cohorts["section-specific PICO, EBM-NLPmod without trained abstracts (decided the thresholds too)"] = tight
    for name in () if choosing else ("COVID-19", "AD"):
        cohorts[f"section-specific PICO, {name}"] = pio_values(pack, section_specific(name))
    rows, figures = [], []
    for name, found in cohorts.items():
        per_document = counts(found, thresholds)
        total = per_document.sum(0)
        scores, (low, high) = f1s(total), interval(per_document)
        precision, recall = total[:, 0] / np.maximum(1, total[:, 1]), total[:, 0] / np.maximum(1, total[:, 2])
        rows.append([name, len(found), *[f"{p:.3f} / {r:.3f} / {f:.3f}" for p, r, f in zip(precision, recall, scores)], f"{scores.mean():.3f} ({low:.3f} to {high:.3f})"])
        figures.append(figure("macro token F1", scores.mean(), len(found), name))
        figures += [figure("token F1", score, len(found), name, label) for label, score in zip(PIO, scores)]
    main = table(["cohort", "articles", *[f"{label} P / R / F1" for label in PIO], "macro F1 (95 % interval over articles)"], rows)
    if choosing:
        print(f"thresholds {thresholds.tolist()}\n\n{main}")
        return
    values, truth = np.concatenate([v for v, *_ in gold]), np.concatenate([t for _, t, _ in gold])
    confidence, right = values.ravel(), np.stack([truth == k for k in range(3)], 1).ravel()
    error = expected_calibration_error(confidence, right)
    figures.append(figure("expected calibration error", error, len(gold), GOLD))
    plot = table(["from", "to", "n", "mean probability", "share right"], reliability(confidence, right))
    guess = np.concatenate([marks(v, w, thresholds) for v, _, w in gold])
    names = ["outside", *PIO]
    confusion = Counter((names[t + 1], names[g + 1]) for t, g in zip(truth.tolist(), guess.tolist()))
    mistakes = table(["gold", "given", "words"], [[t, g, n] for (t, g), n in confusion.most_common() if t != g])
    goal = f"Goal: macro token F1 0.70 on the expert gold. {'Met' if f1s(counts(gold, thresholds).sum(0)).mean() >= 0.70 else 'Missed'}."
    print(main, f"\n{goal}\n\nECE {error:.4f}\n\n{plot}\n\n{mistakes}\n")
    if write:
        write_card(pack.folder, "pico_tagger", {"figures": main, "goal": goal, "ece": f"{error:.3f}", "reliability": plot, "mistakes": mistakes, "thresholds": ", ".join(f"{label} {t}" for label, t in zip(PIO, thresholds))})
        macro = figures[0]["value"]
        write_manifest(pack.folder, {
            "id": "pico-tagger", "version": "1.1.0", "title": "Participants, interventions and outcomes in trial abstracts", "task": "tagging",
            "licence": {"name": "Research only: trained on corpora without a stated licence", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["EBM-NLP (Nye et al. 2018, doi 10.18653/v1/P18-1019)", "section-specific PICO (BIDS-Xu-Lab)", "EvidenceOutcomes (MIT)", "EBM-COMET (LivNLP)", "PICO-Corpus (Mutinda et al. 2022)", "Evidence Inference full texts (CC BY / CC0)"]},
            "intendedUse": "Mark the words of a trial abstract that describe participants, interventions and outcomes, as a suggestion for a reviewer.",
            "inputs": [{"name": "ids", "modality": ["text"], "dtype": "int64"}],
            "preprocess": [{"step": "tokenize", "vocabulary": "vocab.txt", "maxTokens": 600}],
            "inference": {"kind": "text", "file": "model.onnx", "input": "ids", "output": "logits", "decoding": {"kind": "thresholds", "thresholds": thresholds.tolist()}},
            "postprocess": [], "labels": [{"id": number, "name": label, "color": COLORS[label]} for number, label in enumerate(PIO)],
            "calibration": {"expectedCalibrationError": round(error, 4), "cohort": GOLD},
            "expertCall": {"name": "PICO_TAGGER", "modality": "text", "task": "tagging", "overview": "Marks participants, interventions and outcomes in an abstract.", "accuracy": f"macro token F1 {macro:.2f} on {len(gold)} expert-marked abstracts", "args": []},
            "figures": figures,
        }, ["model.onnx", "vocab.txt"])


def viterbi(logits):
    """The best tag path where "inside X" follows only "begin X" or "inside X"; as decodeTags does it."""
    shifted = logits - logits.max(1, keepdims=True)
    scores = np.log(np.exp(shifted) / np.exp(shifted).sum(1, keepdims=True) + 1e-12)
    width = scores.shape[1]
    allowed = np.zeros((width, width))
    for tag in range(2, width, 2):
        allowed[:, tag] = -np.inf
        allowed[[tag - 1, tag], tag] = 0
    total, back = scores[0].copy(), []
    total[2::2] = -np.inf
    for row in scores[1:]:
        step = total[:, None] + allowed
        back.append(step.argmax(0))
        total = step.max(0) + row
    path = [int(total.argmax())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return path[::-1]


def entity_counts(pack, documents):
    rows, confidence, right = [], [], []
    for document in documents:
        tokens, logits = pack.logits(document["text"])
        path = viterbi(logits)
        found = bio_spans([FACT_TAGS[tag] for tag in path], tokens)
        powers = np.exp(logits - logits.max(1, keepdims=True))
        powers /= powers.sum(1, keepdims=True)
        truth = {(start, end, label) for start, end, label in document["spans"]}
        overlap = {(f, t) for f in found for t in truth if f[2] == t[2] and f[0] < t[1] and t[0] < f[1]}
        row = {label: [0, 0, 0, 0, 0] for label in FACTS}
        for span in found:
            inside = [i for i, (_, start, end) in enumerate(tokens) if start >= span[0] and end <= span[1]]
            number = FACTS.index(span[2])
            confidence.append(float(np.mean([powers[i, 1 + 2 * number] + powers[i, 2 + 2 * number] for i in inside])))
            right.append(span in truth)
            row[span[2]][0] += span in truth
            row[span[2]][1] += 1
            row[span[2]][3] += any(f == span for f, _ in overlap)
        for span in truth:
            row[span[2]][2] += 1
            row[span[2]][4] += any(t == span for _, t in overlap)
        rows.append([row[label] for label in FACTS])
    return np.array(rows), confidence, right


def trial_facts(write, choosing):
    pack = Exported("trial-facts")
    training, held_out = facts()
    own = split_by_article(training)[1]
    def overall(sums):
        return 2 * sums[0] / max(1, sums[1] + sums[2])

    own_counts = entity_counts(pack, own)[0].sum((0, 1))
    if choosing:
        print(f"own validation: {len(own)} articles, {own_counts[2]} entities, exact F1 {overall(own_counts):.4f}")
        return
    per_document, confidence, right = entity_counts(pack, held_out)
    total = per_document.sum(0)
    random = np.random.default_rng(0)
    low, high = np.percentile([overall(per_document[random.integers(0, len(held_out), len(held_out))].sum((0, 1))) for _ in range(1000)], [2.5, 97.5])
    exact, sums = overall(total.sum(0)), total.sum(0)
    lenient_p, lenient_r = sums[3] / max(1, sums[1]), sums[4] / max(1, sums[2])
    lenient = 2 * lenient_p * lenient_r / max(1e-9, lenient_p + lenient_r)
    cohort = "PICO-Corpus validation part (held out)"
    summary = table(["cohort", "articles", "entities", "exact P", "exact R", "exact F1 (95 % interval)", "F1 with overlap counted"], [
        [cohort, len(held_out), sums[2], f"{sums[0] / max(1, sums[1]):.3f}", f"{sums[0] / max(1, sums[2]):.3f}", f"{exact:.3f} ({low:.3f} to {high:.3f})", f"{lenient:.3f}"],
        ["own validation part of train", len(own), own_counts[2], f"{own_counts[0] / max(1, own_counts[1]):.3f}", f"{own_counts[0] / max(1, own_counts[2]):.3f}", f"{overall(own_counts):.3f}", ""],
    ])
    per_label = table(["entity", "n", "P", "R", "exact F1"], [[label, row[2], f"{row[0] / max(1, row[1]):.3f}", f"{row[0] / max(1, row[2]):.3f}", f"{overall(row):.3f}"] for label, row in zip(FACTS, total)])
    error, plot = expected_calibration_error(confidence, right), table(["from", "to", "n", "mean score", "share exactly right"], reliability(confidence, right))
    goal = f"Goal: entity F1 0.75 on held-out articles, exact boundaries and type. {'Met' if exact >= 0.75 else 'Missed'}."
    print(summary, f"\n{goal}\n\n{per_label}\n\nECE {error:.4f}\n\n{plot}\n")
    if write:
        figures = [figure("entity F1 (exact)", exact, len(held_out), cohort), figure("entity F1 (overlap)", lenient, len(held_out), cohort), figure("expected calibration error", error, len(held_out), cohort)]
        figures += [figure("entity F1 (exact)", overall(row), row[2], cohort, label) for label, row in zip(FACTS, total) if row[2]]
        write_card(pack.folder, "trial_facts", {"figures": summary, "goal": goal, "labels": per_label, "ece": f"{error:.3f}", "reliability": plot})
        write_manifest(pack.folder, {
            "id": "trial-facts", "version": "1.2.0", "title": "Arms, group sizes, ages and results in trial abstracts", "task": "tagging",
            "licence": {"name": "Research only: trained on corpora without a stated licence", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["PICO-Corpus (Mutinda et al. 2022)", "EBM-NLP (Nye et al. 2018)", "Evidence Inference full texts (CC BY / CC0)"]},
            "intendedUse": "Mark arms, group sizes, ages, event counts, percentages, means and standard deviations in a trial abstract, as a suggestion for a reviewer.",
            "inputs": [{"name": "ids", "modality": ["text"], "dtype": "int64"}],
            "preprocess": [{"step": "tokenize", "vocabulary": "vocab.txt", "maxTokens": 600}],
            "inference": {"kind": "text", "file": "model.onnx", "input": "ids", "output": "logits", "decoding": {"kind": "bio"}},
            "postprocess": [], "labels": [{"id": number, "name": label, "color": FACT_COLORS[number % len(FACT_COLORS)]} for number, label in enumerate(FACTS)],
            "calibration": {"expectedCalibrationError": round(error, 4), "cohort": cohort},
            "expertCall": {"name": "TRIAL_FACTS", "modality": "text", "task": "tagging", "overview": "Marks arms, group sizes and numeric results in an abstract.", "accuracy": f"entity F1 {exact:.2f} (exact) on {len(held_out)} breast-cancer trial abstracts", "args": []},
            "figures": figures,
        }, ["model.onnx", "vocab.txt"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("pack", choices=["pico-tagger", "trial-facts"])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--choosing", action="store_true")
    chosen = parser.parse_args()
    require_data()
    (pico if chosen.pack == "pico-tagger" else trial_facts)(chosen.write, chosen.choosing)
