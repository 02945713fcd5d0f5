"""Prints the figures of rct-classifier from its exported file; --write also writes the card and manifest.

    python measure_rct_classifier.py [--write]

The operating point is the threshold with 95 % sensitivity on the rule-labelled training reviews' own
validation articles; the hand-labelled set is only reported.
"""
import argparse
import json

import numpy as np
from sklearn.metrics import roc_auc_score

from cards import table, write_card
from corpora import ROOT, fold, lines, require_data
from pack import expected_calibration_error, figure, reliability, session, write_manifest
from rct_classifier import LONGEST, RANDOM_TEXT, RANDOM_TITLE, collect
from sentence_roles import padded
from tokenizer import Vocabulary

FOLDER = ROOT / "models" / "rct-classifier"
GOLD = "oncology and general journals, hand-labelled"


def judge(network, vocabulary, rows):
    """Probabilities of [(title, abstract)], in order."""
    ids = [vocabulary.encode(f"{title}\n{abstract}")[1][:LONGEST] or [(1, 1, 1, 0)] for title, abstract in rows]
    found = [network.run(["logits"], {"ids": padded(ids[begin : begin + 32]).numpy()})[0][:, 0] for begin in range(0, len(ids), 32)]
    return 1 / (1 + np.exp(-np.concatenate(found)))


def rule(title, abstract):
    return 1.0 if RANDOM_TITLE.search(title) or RANDOM_TEXT.search(abstract) else 0.0


def interval(truth, values, seed=0):
    random, drawn = np.random.default_rng(seed), []
    while len(drawn) < 1000:
        chosen = random.integers(0, len(truth), len(truth))
        if 0 < truth[chosen].sum() < len(chosen):
            drawn.append(roc_auc_score(truth[chosen], values[chosen]))
    return np.percentile(drawn, [2.5, 97.5])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    require_data()
    vocabulary, network = Vocabulary.read(FOLDER / "vocab.txt"), session(FOLDER / "model.onnx")
    if write:
        own = [row for row in collect("train") if row[4] == 1 and fold(row[1], 10) == 0]
        threshold = round(float(np.quantile(judge(network, vocabulary, [(row[2], row[3]) for row in own]), 0.05)), 3)
    else:
        threshold = json.loads((FOLDER / "manifest.json").read_text())["operatingPoints"][0]["threshold"]
    cohorts = {GOLD: [(d["title"], d["abstract"], float("RCT" in d["accept"])) for d in lines("pico_results/windisch_screening/dev/rct_oncology.jsonl.gz")]}
    for source, _, title, abstract, label in collect("held out"):
        cohorts.setdefault(f"{source} (rule labels)", []).append((title, abstract, float(label)))
    rows, figures, kept = [], [], None
    for name, items in cohorts.items():
        truth = np.array([label for *_, label in items])
        if not 0 < truth.sum() < len(truth):
            continue
        values = judge(network, vocabulary, [(title, abstract) for title, abstract, _ in items])
        area, (low, high) = roc_auc_score(truth, values), interval(truth, values)
        baseline = roc_auc_score(truth, [rule(title, abstract) for title, abstract, _ in items])
        sensitivity, specificity = (values[truth == 1] >= threshold).mean(), (values[truth == 0] < threshold).mean()
        rows.append([name, len(items), int(truth.sum()), f"{area:.3f} ({low:.3f} to {high:.3f})", f"{baseline:.3f}", f"{sensitivity:.3f}", f"{specificity:.3f}"])
        figures.append(figure("AUROC", area, len(items), name))
        if name == GOLD:
            kept = (items, truth, values, area, sensitivity, specificity)
            figures.append(figure("AUROC of the word rule alone", baseline, len(items), name))
    main_table = table(["cohort", "n", "randomised", "AUROC (95 % interval)", "AUROC of the word rule alone", f"sensitivity at {threshold}", "specificity"], rows)
    items, truth, values, area, sensitivity, specificity = kept
    error = expected_calibration_error(values, truth)
    figures.append(figure("expected calibration error", error, len(items), GOLD))
    plot = table(["from", "to", "n", "mean probability", "share randomised"], reliability(values, truth))
    far = sorted(range(len(items)), key=lambda i: -abs(values[i] - truth[i]))[:8]
    wrong = table(["title", "labelled", "probability"], [[items[i][0], "randomised" if truth[i] else "not", f"{values[i]:.2f}"] for i in far])
    goal = f"Goal: AUROC 0.97. {'Met' if area >= 0.97 else 'Missed'} on the hand-labelled set ({area:.3f}, n {len(items)})."
    print(main_table, f"\n{goal}\n\nECE {error:.4f}\n\n{plot}\n\n{wrong}\n")
    if not write:
        return
    write_card(FOLDER, "rct_classifier", {"figures": main_table, "goal": goal, "ece": f"{error:.3f}", "reliability": plot, "mistakes": wrong, "threshold": str(threshold)})
    write_manifest(FOLDER, {
        "id": "rct-classifier", "version": "1.0.0", "title": "Is this record a randomised controlled trial?", "task": "text-classification",
        "licence": {"name": "Research only: trained on abstracts without a stated licence", "commercialUse": False, "clinicalUse": False, "researchOnly": True, "attribution": ["EBM-NLP (Nye et al. 2018)", "Windisch et al. oncology trial sets (Dryad)", "Evidence Inference articles (CC BY / CC0)", "Cohen et al. 2006 and SYNERGY screening sets"]},
        "intendedUse": "Rank or tag records by how likely they report a randomised controlled trial, as a suggestion for a reviewer.",
        "inputs": [{"name": "ids", "modality": ["text"], "dtype": "int64"}],
        "preprocess": [{"step": "tokenize", "vocabulary": "vocab.txt", "maxTokens": LONGEST}],
        "inference": {"kind": "text", "file": "model.onnx", "input": "ids", "output": "logits", "decoding": {"kind": "sigmoid"}},
        "postprocess": [{"step": "sigmoid"}], "labels": [{"id": 0, "name": "randomised controlled trial", "color": "#2f6fb3"}],
        "operatingPoints": [{"label": "randomised controlled trial", "threshold": threshold, "sensitivity": round(float(sensitivity), 4), "specificity": round(float(specificity), 4), "cohort": GOLD}],
        "calibration": {"expectedCalibrationError": round(error, 4), "cohort": GOLD},
        "expertCall": {"name": "RCT_CLASSIFIER", "modality": "text", "task": "text-classification", "overview": "Says how likely a record reports a randomised controlled trial.", "accuracy": f"AUROC {area:.2f} on {len(items)} hand-labelled records", "args": []},
        "figures": figures,
    }, ["model.onnx", "vocab.txt"])


if __name__ == "__main__":
    main()
