"""Figures of the exported network: ranking within each stratum, calibration, operating points, and tests for shortcuts."""

import json

import numpy
import onnxruntime
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from cxr_findings_data import LABELS, SIZE, UNKNOWN
from cxr_lungs_measure import calibration

STRATA = ("child", "adult AP", "adult PA")
SMALLEST_SUBGROUP = 20
# The middle of the film that the border test blanks: lungs and heart.
MIDDLE = slice(0.15, 0.85)


def sigmoid(values):
    return 1 / (1 + numpy.exp(-values))


def logits_of(session, films, change=lambda pixels: pixels):
    batches = [numpy.stack([change(film.pixels) for film in films[start : start + 64]]) for start in range(0, len(films), 64)]
    return numpy.concatenate([session.run(None, {"image": batch})[0] for batch in batches])


def interval(truth, scores, seed=1, draws=1000):
    """95 % bootstrap interval of an AUROC, drawn over films."""
    random, found = numpy.random.default_rng(seed), []
    while len(found) < draws:
        index = random.integers(0, len(truth), len(truth))
        if 0 < truth[index].sum() < len(index):
            found.append(roc_auc_score(truth[index], scores[index]))
    return [round(float(bound), 4) for bound in numpy.percentile(found, [2.5, 97.5])]


def auroc(metric, truth, scores, **more):
    truth = numpy.asarray(truth, dtype=bool)
    return {"metric": metric, "value": round(float(roc_auc_score(truth, scores)), 4), "n": len(truth), "positives": int(truth.sum()), **more, "interval": interval(truth, scores)}


def known(films, column):
    return numpy.array([film.labels[column] != UNKNOWN for film in films])


def fitted_temperature(logits, truth):
    """The divisor of the logits with the least log loss (Guo et al., 2017)."""
    loss = lambda t: numpy.mean(numpy.logaddexp(0, logits / t) - truth * logits / t)
    return round(float(minimize_scalar(loss, bounds=(0.2, 5), method="bounded").x), 3)


def rates(truth, above):
    return {"sensitivity": round(float(above[truth].mean()), 4), "specificity": round(float((~above[~truth]).mean()), 4)}


def youden_threshold(strata, truth, scores):
    """Score with the largest sensitivity + specificity, averaged over the strata so that none of them decides alone."""
    candidates = numpy.unique(numpy.round(scores, 3))
    value = lambda t: numpy.mean([sum(rates(truth[strata == s], scores[strata == s] >= t).values()) for s in numpy.unique(strata)])
    return float(max(candidates, key=value))


def blanked(pixels):
    """The film with its middle set to its own mean: what a shortcut in borders, marks or collimation would still read."""
    changed = pixels.copy()
    side = pixels.shape[1]
    middle = slice(int(side * MIDDLE.start), int(side * MIDDLE.stop))
    changed[:, middle, middle] = pixels.mean()
    return changed


def shortcut_figures(session, train, test, logits):
    """How well the pneumonia score tells source and view among films without pneumonia, and how much the border alone tells."""
    figures = []
    normal = numpy.array([not film.pneumonia for film in test])
    strata = numpy.array([film.stratum for film in test])
    inside = normal & numpy.isin(strata, STRATA)
    figures.append(auroc("shortcut: score tells adult from child, no pneumonia", strata[inside] != "child", logits[inside, 0]))
    adults = inside & (strata != "child")
    figures.append(auroc("shortcut: score tells AP from PA, no pneumonia", strata[adults] == "adult AP", logits[adults, 0]))
    border = logits_of(session, test, blanked)[:, 0]
    thumbnail = lambda film: blanked(film.pixels)[0].reshape(16, SIZE // 16, 16, SIZE // 16).mean((1, 3)).ravel()
    for stratum in STRATA:
        chosen = strata == stratum
        figures.append(auroc("shortcut: pneumonia, middle of the film blanked", ~normal[chosen], border[chosen], subgroup=stratum))
        learn = [film for film in train if film.stratum == stratum]
        model = LogisticRegression(C=0.1, max_iter=500).fit([thumbnail(film) for film in learn], [film.pneumonia for film in learn])
        guess = model.decision_function([thumbnail(film) for film, use in zip(test, chosen) if use])
        figures.append(auroc("shortcut: pneumonia, logistic regression on the border alone", ~normal[chosen], guess, subgroup=stratum))
    return figures


def pneumonia_figures(test, logits):
    strata = numpy.array([film.stratum for film in test])
    groups = numpy.array([film.group for film in test])
    truth = numpy.array([bool(film.pneumonia) for film in test])
    scores, figures = logits[:, 0], []
    for stratum in STRATA:
        chosen = strata == stratum
        figures.append(auroc("AUROC pneumonia", truth[chosen], scores[chosen], subgroup=stratum))
        for group in sorted(set(groups[chosen])):
            if stratum == "child":
                part = chosen & (~truth | (groups == group))
            else:
                part = chosen & (groups == group)
            if part.sum() >= SMALLEST_SUBGROUP and len(set(truth[part])) == 2:
                name = f"{stratum}, {group} against normal" if stratum == "child" else f"{stratum}, {group}"
                if group != "normal":
                    figures.append(auroc("AUROC pneumonia", truth[part], scores[part], subgroup=name))
    outside = numpy.char.startswith(strata, "external")
    figures.append(auroc("AUROC pneumonia", truth[outside], scores[outside], subgroup="external adults (ieee8023, never trained on)"))
    return figures


def measure(films, folder):
    """Prints the figures and stores them in figures.json, the split in split.json."""
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    names = json.loads((folder / "labels.json").read_text())
    parts = {part: [film for film in films if film.part == part] for part in ("train", "validation", "test")}
    held, test = parts["validation"], parts["test"]
    held_logits, logits = logits_of(session, held), logits_of(session, test)
    truth = lambda members: numpy.array([bool(film.pneumonia) for film in members])
    strata = lambda members: numpy.array([film.stratum for film in members])
    temperature = fitted_temperature(held_logits[:, 0], truth(held))
    figures, points = pneumonia_figures(test, logits), []
    for column, name in enumerate(names):
        label = LABELS.index(name)
        use, seen = known(held, label), known(test, label)
        cohort = strata(held)[use]
        answer = numpy.array([film.labels[label] == 1 for film in held])[use]
        threshold = youden_threshold(cohort, answer, sigmoid(held_logits[use, column]))
        points.append({"label": name, "threshold": round(threshold, 3), **rates(answer, sigmoid(held_logits[use, column]) >= threshold),
                       "cohort": f"validation patients, {'children and adults' if column == 0 else 'adults'}, n {int(use.sum())}"})
        print(points[-1])
        if column > 0:
            figures += finding_figures(name, label, column, test, seen, logits)
    figures += decided_figures(points[0]["threshold"], strata(test), truth(test), sigmoid(logits[:, 0]))
    figures += shortcut_figures(session, parts["train"], test, logits)
    table = calibration_figures(strata(test), truth(test), logits[:, 0], temperature, figures)
    for figure in figures:
        print(figure)
    print("temperature", temperature)
    wrong = worst_films(test, truth(test), sigmoid(logits[:, 0] / temperature))
    data = {"labels": names, "temperature": temperature, "operatingPoints": points, "figures": figures, "bins": table, "worst": wrong,
            "films": {part: {name: int((strata(members) == name).sum()) for name in STRATA} for part, members in parts.items()}}
    (folder / "figures.json").write_text(json.dumps(data, indent=1) + "\n")
    split = {part: sorted(film.name for film in members if film.stratum in STRATA) for part, members in parts.items() if part != "train"}
    (folder / "split.json").write_text(json.dumps(split, indent=0) + "\n")
    return data


def finding_figures(name, label, column, test, seen, logits):
    """An NIH label among all adults, and among adults with pneumonia only: NIH films without pneumonia here have no finding at all."""
    figures = []
    sick = seen & numpy.array([bool(film.pneumonia) for film in test])
    answer = numpy.array([film.labels[label] == 1 for film in test])
    for use, subgroup in ((seen, "adult"), (sick, "adult, films with pneumonia only")):
        figures.append(auroc(f"AUROC {name}", answer[use], logits[use, column], subgroup=subgroup))
    return figures


def decided_figures(threshold, strata, truth, scores):
    """Sensitivity and specificity at the shipped operating point; the external films have hardly any normals."""
    figures = []
    for stratum in (*STRATA, "external", "external-nc"):
        for metric, wanted in (("sensitivity pneumonia", True), ("specificity pneumonia", False)):
            chosen = (strata == stratum) & (truth == wanted)
            if chosen.any():
                figures.append({"metric": metric, "value": round(float(((scores[chosen] >= threshold) == wanted).mean()), 4), "n": int(chosen.sum()), "subgroup": stratum})
    return figures


def calibration_figures(strata, truth, logits, temperature, figures):
    """Adds the calibration error per stratum after temperature scaling; returns the bins over all strata."""
    for stratum in STRATA:
        chosen = strata == stratum
        for name, divisor in (("before", 1), ("after", temperature)):
            error, _ = calibration(sigmoid(logits[chosen] / divisor), truth[chosen])
            figures.append({"metric": f"expected calibration error, {name} temperature", "value": round(error, 4), "n": int(chosen.sum()), "subgroup": stratum})
    chosen = numpy.isin(strata, STRATA)
    error, table = calibration(sigmoid(logits[chosen] / temperature), truth[chosen])
    figures.append({"metric": "expected calibration error, after temperature", "value": round(error, 4), "n": int(chosen.sum()), "subgroup": "child and adult"})
    return table


def worst_films(test, truth, probability):
    """The films of the trained sources whose probability was furthest from the truth."""
    order = sorted((i for i, film in enumerate(test) if film.stratum in STRATA), key=lambda i: -abs(float(truth[i]) - probability[i]))
    return [{"film": test[i].name, "stratum": test[i].stratum, "pneumonia": bool(truth[i]), "probability": round(float(probability[i]), 3)} for i in order[:8]]
