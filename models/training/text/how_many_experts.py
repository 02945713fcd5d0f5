"""
How many experts have to be asked: experts of one kind of text each, asked in the order of a router's mass until it
reaches p (Huang et al., ACL 2024, for whole models), against a fixed number of them and against one model trained on
everything. The task is whether a sentence of a structured abstract is a conclusion.

    python how_many_experts.py [--seeds 5]

Articles are split by a hash of their number: experts and router learn on one part, p is chosen on another for each
kind of text, and the figures are of a third that neither saw. Measured only; no pack comes of it.
"""

import argparse

import numpy
from scipy.stats import t
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import normalize

from corpora import fold, require_data, structured

EXPERTS = 8
GRID = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
# The choices on screen: how much AUROC on validation a shorter round of questions may cost.
ALLOWED = {"fast": 0.004, "balanced": 0.001, "thorough": 0.0}


def sentences(seed):
    """{part: (texts, is conclusion)}; `seed` draws another split."""
    parts = {"train": ([], []), "validation": ([], []), "test": ([], [])}
    for part, licence in (("train", "ccby"), ("val", "ccby"), ("train", "ccnc"), ("val", "ccnc")):
        for article in structured(part, licence):
            side = fold(f"{seed} {article['pmcid']}", 10)
            texts, labels = parts["test" if side < 3 else "validation" if side < 5 else "train"]
            for label, _, sentence in article["sents"]:
                if label != "UNMAPPED":
                    texts.append(sentence)
                    labels.append(label == "CONCLUSIONS")
    return {name: (texts, numpy.array(labels)) for name, (texts, labels) in parts.items()}


def asked_until(mass, p):
    """Which experts are asked for each text: in the order of mass, up to the one that brings the sum to p."""
    order = numpy.argsort(-mass, axis=1)
    before = numpy.cumsum(numpy.take_along_axis(mass, order, 1), 1) - numpy.take_along_axis(mass, order, 1)
    chosen = numpy.zeros_like(mass, dtype=bool)
    numpy.put_along_axis(chosen, order, before < p, 1)
    return chosen


def first(mass, count):
    chosen = numpy.zeros_like(mass, dtype=bool)
    numpy.put_along_axis(chosen, numpy.argsort(-mass, axis=1)[:, :count], True, 1)
    return chosen


def mixed(scores, mass, chosen):
    """Sum of mass times score over those asked; the rest of the mass counts as one half, so nothing is scaled up."""
    return (chosen * mass * (scores - 0.5)).sum(1) + 0.5


def calibrated(scores, mass, truth, kind, allowed):
    """The smallest p for each kind of text whose AUROC on validation is within `allowed` of asking two."""
    found = numpy.full(EXPERTS, GRID[-1])
    for one in range(EXPERTS):
        here = kind == one
        if len(set(truth[here])) < 2:
            continue
        goal = roc_auc_score(truth[here], mixed(scores[here], mass[here], first(mass[here], 2))) - allowed
        for p in GRID:
            if roc_auc_score(truth[here], mixed(scores[here], mass[here], asked_until(mass[here], p))) >= goal:
                found[one] = p
                break
    return found


def run(seed):
    data = sentences(seed)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=60_000)
    matrices = {"train": words.fit_transform(data["train"][0])}
    for part in ("validation", "test"):
        matrices[part] = words.transform(data[part][0])
    truth = {part: labels for part, (_, labels) in data.items()}
    narrow = TruncatedSVD(40, random_state=seed).fit(matrices["train"])
    places = normalize(narrow.transform(matrices["train"]))
    kinds = KMeans(EXPERTS, n_init=2, random_state=seed).fit_predict(places)
    router = LogisticRegression(C=4, max_iter=300).fit(places, kinds)
    mass = {part: router.predict_proba(normalize(narrow.transform(matrices[part]))) for part in ("validation", "test")}
    single = LogisticRegression(C=4, max_iter=300, class_weight="balanced").fit(matrices["train"], truth["train"])
    scores = {part: numpy.zeros((matrices[part].shape[0], EXPERTS)) for part in mass}
    for one in range(EXPERTS):
        # An expert sees its own kind of text four times as heavily as the rest.
        weight = numpy.where(kinds == one, 1.0, 0.25)
        expert = LogisticRegression(C=4, max_iter=300, class_weight="balanced").fit(matrices["train"], truth["train"], sample_weight=weight)
        for part in scores:
            scores[part][:, one] = expert.predict_proba(matrices[part])[:, 1]
    here, label = scores["test"], truth["test"]
    auroc = lambda chosen: roc_auc_score(label, mixed(here, mass["test"], chosen))
    rows = {f"top-{count}": (auroc(first(mass["test"], count)), float(count)) for count in (1, 2, 3)}
    rows["all eight"] = (auroc(first(mass["test"], EXPERTS)), float(EXPERTS))
    own = roc_auc_score(label, single.predict_proba(matrices["test"])[:, 1])
    rows["one model trained on everything"] = (own, 1.0)
    kind = {part: mass[part].argmax(1) for part in mass}
    for name, allowed in ALLOWED.items():
        p = calibrated(scores["validation"], mass["validation"], truth["validation"], kind["validation"], allowed)
        chosen = asked_until(mass["test"], p[kind["test"]][:, None])
        rows[name] = (auroc(chosen), float(chosen.sum(1).mean()))
        if name == "balanced":
            error = numpy.abs(mixed(here, mass["test"], first(mass["test"], EXPERTS)) - label)
            calls = chosen.sum(1)
            hard, easy = error >= numpy.quantile(error, 0.75), error <= numpy.quantile(error, 0.25)
            harder = float(calls[hard].mean() / calls[easy].mean())
    return rows, harder


def interval(values):
    values = numpy.array(values)
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return f"{values.mean():.4f} ± {half:.4f}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", type=int, default=5)
    require_data()
    runs = [run(seed) for seed in range(1, arguments.parse_args().seeds + 1)]
    print("experts asked | AUROC | calls a text")
    for name in runs[0][0]:
        print(f"{name} | {interval([rows[name][0] for rows, _ in runs])} | {numpy.mean([rows[name][1] for rows, _ in runs]):.2f}")
    of = lambda name: numpy.array([rows[name][0] for rows, _ in runs])
    calls = lambda name: float(numpy.mean([rows[name][1] for rows, _ in runs]))
    for left, right, share in (("balanced", "top-2", 0.75), ("thorough", "top-3", 0.6), ("thorough", "all eight", 0.75)):
        less = of(left) - of(right)
        used = calls(left) / calls(right)
        print(f"{'met' if less.mean() >= -0.001 and used <= share else 'MISSED'} | {left} against {right}: AUROC {interval(less)} at {used:.2f} of its calls, goal -0.001 at {share}")
    over = of("fast") - of("top-1")
    print(f"{'met' if over.mean() >= 0 else 'MISSED'} | the shortest choice against top-1: AUROC {interval(over)}, goal never below")
    ratio = numpy.array([harder for _, harder in runs])
    print(f"{'met' if ratio.mean() >= 1.25 else 'MISSED'} | calls on the hardest quarter over those on the easiest: {interval(ratio)}, goal 1.25")
    print(f"baseline | one model trained on everything against all eight: AUROC {interval(of('one model trained on everything') - of('all eight'))} at one call")
    print(f"baseline | one model trained on everything against balanced: AUROC {interval(of('one model trained on everything') - of('balanced'))}")



if __name__ == "__main__":
    main()
