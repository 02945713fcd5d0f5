"""Prints the figures of sentence-roles from its exported file; --write also writes the card and manifest.

    python measure_sentence_roles.py [--write]
"""
import argparse
from collections import Counter

import numpy as np
from sklearn.metrics import f1_score, precision_recall_fscore_support

from cards import table, write_card
from corpora import ROOT, require_data, structured
from pack import expected_calibration_error, figure, reliability, session, write_manifest
from sentence_roles import ROLES, example, padded
from tokenizer import Vocabulary

COLORS = ["#5b6f8f", "#3f7fb0", "#2a8a57", "#b3632f", "#8a4f9e", "#7a7a7a", "#4d77a0"]
FOLDER = ROOT / "models" / "sentence-roles"
SIMPLE = {"OBJECTIVE": "BACKGROUND", "BACKGROUND_OBJECTIVE": "BACKGROUND"}


def read(network, articles, vocabulary):
    """(truth, guess, confidence) per article; sentences without a mapped role are left out."""
    found = []
    for article in articles:
        item = example(article, vocabulary)
        if not item["ids"]:
            continue
        logits = network.run(["logits"], {"ids": padded(item["ids"]).numpy()})[0]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        powers /= powers.sum(1, keepdims=True)
        rows = [(role, int(p.argmax()), float(p.max())) for role, p in zip(item["roles"], powers) if role >= 0]
        if rows:
            found.append(rows)
    return found


def weighted(rows, names=None):
    truth, guess = [ROLES[t] for t, _, _ in rows], [ROLES[g] for _, g, _ in rows]
    if names:
        truth, guess = [names.get(t, t) for t in truth], [names.get(g, g) for g in guess]
    return f1_score(truth, guess, average="weighted")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    require_data()
    vocabulary, network = Vocabulary.read(FOLDER / "vocab.txt"), session(FOLDER / "model.onnx")
    cohorts = {"CC-BY held-out articles": structured("val", "ccby"), "CC-BY-NC held-out articles (never trained on)": structured("val", "ccnc")}
    rows, figures, everything = [], [], None
    for name, articles in cohorts.items():
        found = read(network, articles, vocabulary)
        flat = [row for article in found for row in article]
        random = np.random.default_rng(0)
        drawn = [weighted([row for i in random.integers(0, len(found), len(found)) for row in found[i]]) for _ in range(300)]
        low, high = np.percentile(drawn, [2.5, 97.5])
        score, merged = weighted(flat), weighted(flat, SIMPLE)
        rows.append([name, len(found), len(flat), f"{score:.3f} ({low:.3f} to {high:.3f})", f"{merged:.3f}"])
        figures += [figure("weighted F1", score, len(flat), name), figure("weighted F1, objective merged into background", merged, len(flat), name)]
        everything = everything or flat
    main_table = table(["cohort", "articles", "sentences", "weighted F1 (95 % interval over articles)", "weighted F1 with objective merged into background"], rows)
    truth, guess = [t for t, _, _ in everything], [g for _, g, _ in everything]
    parts = precision_recall_fscore_support(truth, guess, labels=range(len(ROLES)), zero_division=0)
    per_role = table(["role", "n", "P", "R", "F1"], [[name, int(n), f"{p:.3f}", f"{r:.3f}", f"{f:.3f}"] for name, p, r, f, n in zip(ROLES, *parts)])
    figures += [figure("F1", f, n, "CC-BY held-out articles", name) for name, f, n in zip(ROLES, parts[2], parts[3]) if n]
    confidence, right = [c for _, _, c in everything], [t == g for t, g, _ in everything]
    error = expected_calibration_error(confidence, right)
    figures.append(figure("expected calibration error", error, len(everything), "CC-BY held-out articles"))
    plot = table(["from", "to", "n", "mean probability", "share right"], reliability(confidence, right))
    mistakes = Counter((ROLES[t], ROLES[g]) for t, g in zip(truth, guess) if t != g)
    wrong = table(["heading says", "given", "sentences"], [[t, g, n] for (t, g), n in mistakes.most_common(10)])
    score = figures[0]["value"]
    goal = f"Goal: weighted F1 0.90 on held-out articles. {'Met' if score >= 0.9 else 'Missed'}."
    print(main_table, f"\n{goal}\n\n{per_role}\n\nECE {error:.4f}\n\n{plot}\n\n{wrong}\n")
    if not write:
        return
    write_card(FOLDER, "sentence_roles", {"figures": main_table, "goal": goal, "roles": per_role, "ece": f"{error:.3f}", "reliability": plot, "mistakes": wrong})
    write_manifest(FOLDER, {
        "id": "sentence-roles", "version": "1.0.0", "title": "Background, methods, results and conclusions of an abstract", "task": "sentence-classification",
        "licence": {"name": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "commercialUse": True, "clinicalUse": False, "researchOnly": False, "attribution": ["Evidence Inference articles of PubMed Central under CC BY / CC0"]},
        "intendedUse": "Give each sentence of an abstract its role, to fold, highlight or search by it.",
        "inputs": [{"name": "ids", "modality": ["text"], "dtype": "int64"}],
        "preprocess": [{"step": "tokenize", "vocabulary": "vocab.txt", "maxTokens": 80}],
        "inference": {"kind": "text", "file": "model.onnx", "input": "ids", "output": "logits", "decoding": {"kind": "sentences"}},
        "postprocess": [{"step": "softmax"}], "labels": [{"id": number, "name": name, "color": color} for number, (name, color) in enumerate(zip(ROLES, COLORS))],
        "calibration": {"expectedCalibrationError": round(error, 4), "cohort": "CC-BY held-out articles"},
        "expertCall": {"name": "SENTENCE_ROLES", "modality": "text", "task": "sentence-classification", "overview": "Says what each sentence of an abstract is about.", "accuracy": f"weighted F1 {score:.2f} on {len(everything)} sentences of held-out articles", "args": []},
        "figures": figures,
    }, ["model.onnx", "vocab.txt"])


if __name__ == "__main__":
    main()
