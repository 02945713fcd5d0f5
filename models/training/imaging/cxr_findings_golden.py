"""Writes the golden of the cxr-findings pack: two held-out films and what the reference pipeline gives for them.

    python models/training/imaging/cxr_findings_golden.py --shared ../shared --out models/cxr-findings
"""

import argparse
import json
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image

from cxr_findings_data import LABELS, load, read
from cxr_findings_measure import sigmoid

GROUPS = ("normal", "pneumonia_bacterial")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", default="../shared")
    parser.add_argument("--out", type=Path, default=Path("models/cxr-findings"))
    arguments = parser.parse_args()
    golden = arguments.out / "golden"
    golden.mkdir(exist_ok=True)
    labels = json.loads((arguments.out / "manifest.json").read_text())["labels"]
    temperature = json.loads((arguments.out / "manifest.json").read_text())["calibration"]["temperature"]
    session = onnxruntime.InferenceSession(str(arguments.out / "model.onnx"), providers=["CPUExecutionProvider"])
    films, children = [], Path(arguments.shared) / "data" / "imaging" / "cxr_kermany_224"
    for group in GROUPS:
        film = next(film for film in load(arguments.shared) if film.stratum == "child" and film.part == "test" and film.group == group)
        source = next(children.rglob(f"{film.name}.*"))
        name = f"{group}.png"
        Image.open(source).convert("L").save(golden / name, optimize=True)
        (logits,) = session.run(None, {"image": read(golden / name)[None]})
        scores = {label["name"]: round(float(sigmoid(logits[0, index])), 5) for index, label in enumerate(labels)}
        films.append({"file": name, "film": film.name, "scores": scores, "calibratedPneumonia": round(float(sigmoid(logits[0, LABELS.index("pneumonia")] / temperature)), 5)})
    (golden / "golden.json").write_text(json.dumps({"licence": "Kermany et al., Mendeley Data 2018, CC BY 4.0; decoded to grey", "films": films}, indent=1) + "\n")
    print(films)


if __name__ == "__main__":
    main()
