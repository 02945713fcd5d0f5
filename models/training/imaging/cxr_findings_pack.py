"""Card, reliability plot and manifest of the cxr-findings pack, from its measured figures."""

import hashlib
import json

from cxr_findings_data import SIZE
from reliability import reliability_svg

VERSION = "1.1.0"
GOALS = {"child": 0.97, "adult AP": 0.78, "adult PA": 0.78}
# SNOMED CT
CODES = {"pneumonia": ("233604007", "Pneumonia"), "infiltration": ("409609008", "Radiologic infiltrate of lung"), "atelectasis": ("46621007", "Atelectasis"), "edema": ("19242006", "Pulmonary edema"), "effusion": ("60046008", "Pleural effusion")}
COLORS = {"pneumonia": "#ef4444", "infiltration": "#f59e0b", "atelectasis": "#8b5cf6", "edema": "#0ea5e9", "effusion": "#14b8a6"}


def verdict(found, goal):
    if found["value"] < goal:
        return "missed"
    return "met" if found["interval"][0] >= goal else "met on the point estimate, the interval spans the goal"


def between(figure):
    return f"{figure['interval'][0]} to {figure['interval'][1]}" if "interval" in figure else ""


def verdicts(figures):
    lines = []
    for stratum, goal in GOALS.items():
        found = next(f for f in figures if f["metric"] == "AUROC pneumonia" and f.get("subgroup") == stratum)
        lines.append(f"- {stratum}: goal {goal}, measured {found['value']} ({between(found)}), n {found['n']}: **{verdict(found, goal)}**")
    return "\n".join(lines)


def external(figures):
    found = {(f["metric"], f.get("subgroup")): f for f in figures}
    open_licence, other = found["sensitivity pneumonia", "external"], found["sensitivity pneumonia", "external-nc"]
    whole = found["AUROC pneumonia", "external adults (ieee8023, never trained on)"]
    return (
        f"At the operating point it finds {open_licence['value'] * 100:.0f} % of {open_licence['n']} external pneumonias under CC BY and {other['value'] * 100:.0f} % of {other['n']} under other licences; "
        f"AUROC {whole['value']} with only {whole['n'] - whole['positives']} external films without pneumonia."
    )


def card(data, minutes):
    figures, films = data["figures"], data["films"]
    rows = "\n".join(f"| {f['metric']} | {f.get('subgroup', 'child and adult')} | {f['n']}{' (' + str(f['positives']) + ' positive)' if 'positives' in f else ''} | {f['value']} | {between(f)} |" for f in figures)
    points = "\n".join(f"| {p['label']} | {p['threshold']} | {p['sensitivity']} | {p['specificity']} | {p['cohort']} |" for p in data["operatingPoints"])
    worst = "\n".join(f"- {w['film']} ({w['stratum']}, {'pneumonia' if w['pneumonia'] else 'no pneumonia'}): probability {w['probability']}" for w in data["worst"])
    counts = "\n".join(f"| {part} | " + " | ".join(str(films[part][name]) for name in GOALS) + " |" for part in films)
    border = [f["value"] for f in figures if "border alone" in f["metric"]]
    return f"""# Findings on frontal chest radiographs (cxr-findings {VERSION})

Scores frontal chest films for: {', '.join(data['labels'])}. There is no label "normal": a film with nothing above its operating point has no finding *of these*, which is not the same as healthy.

**Research use only - not for diagnosis.** Each score is a suggestion that a person accepts or rejects.

## Trained on
- Children of 1 to 5 years, one hospital: Kermany et al. (CC BY 4.0), 224 px copies; to train on, also the films of the lung outline set (the same hospital and licence, 320 px copies) that are not among them and whose patients are not held out. The held-out films are those of version 1.0.0.
- Adults: a subset of NIH ChestX-ray14 (Wang et al., CVPR 2017; NIH Clinical Center, free to use with attribution). Its labels were mined from reports by text rules: about one in ten is wrong.
- The ieee8023 COVID-19 collection was not trained on: nearly all its films are pneumonia, so its look alone would have meant "pneumonia". It is only measured ("external": CC BY films; "external-nc": the other licences).

Films of one patient stay in one part, by a hash of the patient's id (split.json). Within child, adult AP and adult PA, half of the training weight is pneumonia, so neither age nor source nor view tells the label by its frequency. Films:

| part | child | adult AP | adult PA |
| --- | --- | --- | --- |
{counts}

Other NIH labels (cardiomegaly 15, pneumothorax 9, nodule 18, mass 17 films in all) have too few films; a label with less than 0.65 validation AUROC is not shipped.

## Network
Two residual networks on {SIZE} x {SIZE} grey films, each also asked about the mirrored film; the four answers are averaged. One is that of version 1.0.0; the other is twice as wide, saw half as many children again and mirrored films, and trained on one CPU thread for at most {minutes:g} minutes on a busy machine (`models/training/imaging/cxr_findings.py`). Training stops by the clock, so another machine gives other weights.

## Goals
AUROC of pneumonia on held-out patients, within each stratum, never across (95 % bootstrap interval):
{verdicts(figures)}

## Held-out figures
| metric | subgroup | n | value | 95 % interval |
| --- | --- | --- | --- | --- |
{rows}

The NIH films without pneumonia in this subset have no finding at all. Therefore the other labels look better among all adults than they are: read the row "films with pneumonia only".

## Shortcuts
A network that reads the disease and not the source scores near 0.5 in "score tells ..." rows. The rows "middle of the film blanked" show the network's own ranking without lungs and heart, and "logistic regression on the border alone" how much the borders of these data would give away to a model that looked there. Values clearly over 0.5 there mean that part of the AUROC above may come from how the film was taken (collimation, tubes and leads, position), not from the lungs. Here the borders alone reach {min(border)} to {max(border)}: the AUROCs above are not proof that lungs are read.

## Operating points
Largest sensitivity + specificity on validation patients, averaged over the strata:

| label | threshold on the score | sensitivity | specificity | cohort |
| --- | --- | --- | --- | --- |
{points}

## Calibration
One temperature, {data['temperature']}, fitted on pneumonia in validation patients and applied to pneumonia only (it helps children; in adults the error stays at 0.12 or more); the calibration errors before and after are in the table above. Reliability on held-out films: ![reliability](reliability.svg)
About half of these films show pneumonia. Where it is rarer, the same score means less.

## Where it fails
**On films from elsewhere.** {external(figures)} Do not use its pneumonia score on such films as evidence of absence.

Held-out films furthest from the truth:
{worst}

## Limits
Frontal films only. Children over 5 and adolescents were never seen. Adult normals and pneumonias come from one hospital. A pneumonia label is a radiologist's report or a reading, not a microbiology result. Sex and age subgroups are small; ethnicity and device are unknown.
"""


def write_pack(folder, data, date, minutes):
    error = next(f["value"] for f in data["figures"] if f["metric"].startswith("expected calibration error, after") and f.get("subgroup") == "child and adult")
    (folder / "reliability.svg").write_text(reliability_svg(data["bins"], f"Pneumonia, held-out films; calibration error {error}"))
    (folder / "card.md").write_text(card(data, minutes))
    (folder / "manifest.json").write_text(json.dumps(manifest(folder, data, date, error), indent=1) + "\n")


def manifest(folder, data, date, error):
    weights = (folder / "model.onnx").read_bytes()
    outside = next(f"{f['value']:.3f}" for f in data["figures"] if f["metric"] == "AUROC pneumonia" and str(f.get("subgroup", "")).startswith("external"))
    accuracy = "; ".join(f"AUROC {f['value']:.3f} {f['subgroup']} (n {f['n']})" for f in data["figures"] if f["metric"] == "AUROC pneumonia" and f.get("subgroup") in GOALS)
    accuracy += f"; {outside} on outside adults (n 251, 10 without pneumonia): do not rely on it there"
    return {
        "format": "evidesk-pack/1", "id": "cxr-findings", "version": VERSION, "title": "Findings on chest radiographs", "task": "classification",
        "licence": {
            "name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "commercialUse": True, "clinicalUse": False, "researchOnly": False,
            "attribution": [
                "Kermany D, Zhang K, Goldbaum M: Labeled OCT and Chest X-Ray Images, Mendeley Data 2018 (CC BY 4.0)",
                "Wang X et al.: ChestX-ray8, CVPR 2017; data provided by the NIH Clinical Center",
            ],
        },
        "intendedUse": "Research: scores for pneumonia and related findings on frontal chest radiographs, to be checked by a person.",
        "notForDiagnosis": True,
        "files": [{"path": "model.onnx", "bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}],
        "inputs": [{"name": "image", "modality": ["CXR"], "channels": 1, "dtype": "float32"}],
        "preprocess": [
            {"step": "grayscale"},
            {"step": "resize", "size": [SIZE, SIZE], "mode": "bilinear", "antialias": True},
            {"step": "intensityRange", "aMin": 0, "aMax": 255, "bMin": 0, "bMax": 1, "clip": True},
        ],
        "inference": {"kind": "full", "file": "model.onnx", "input": "image", "output": "logits"},
        "postprocess": [{"step": "sigmoid"}],
        "labels": [{"id": index, "name": name, "color": COLORS[name], "snomed": dict(zip(("code", "meaning"), CODES[name]))} for index, name in enumerate(data["labels"])],
        "operatingPoints": data["operatingPoints"],
        "calibration": {"temperature": data["temperature"], "ece": error, "fittedOn": "pneumonia, validation patients", "labels": ["pneumonia"]},
        "card": "card.md",
        "expertCall": {"name": "CXR_FINDINGS", "modality": "CXR", "task": "classification", "overview": "scores pneumonia and related findings on a frontal chest film", "accuracy": accuracy, "args": data["labels"]},
        "figures": [
            {"metric": f["metric"], "value": f["value"], "n": f["n"], "cohort": "held-out patients", **({"subgroup": f["subgroup"]} if "subgroup" in f else {}), "date": date}
            for f in data["figures"]
        ],
    }
