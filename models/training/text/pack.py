"""Writes a pack: model.onnx, vocab.txt, manifest.json (format evidesk-pack/1) and checks what was exported."""
import hashlib
import json
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch




def export(model, example, inputs, outputs, dynamic, path):
    model.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, example, str(path), input_names=inputs, output_names=outputs, dynamic_axes=dynamic, opset_version=17, dynamo=False)
    onnx.checker.check_model(str(path))


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def write_manifest(folder: Path, fields, files):
    entries = []
    for name in files:
        content = (folder / name).read_bytes()
        entries.append({"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    manifest = {"format": "evidesk-pack/1", **fields, "notForDiagnosis": True, "files": entries, "card": "card.md"}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def figure(metric, value, n, cohort, subgroup=None):
    found = {"metric": metric, "value": round(float(value), 4), "n": int(n), "cohort": cohort, "date": str(date.today())}
    return found | ({"subgroup": subgroup} if subgroup else {})


def expected_calibration_error(confidence, correct, bins=10):
    """Guo et al. 2017: mean |accuracy - confidence| over equal-width bins, weighted by their share."""
    confidence, correct = np.asarray(confidence), np.asarray(correct, dtype=float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for bin_number in range(bins):
        chosen = place == bin_number
        if chosen.any():
            total += chosen.mean() * abs(correct[chosen].mean() - confidence[chosen].mean())
    return float(total)


def reliability(confidence, correct, bins=10):
    """Rows (from, to, n, mean confidence, share right): the reliability plot as a table."""
    confidence, correct = np.asarray(confidence), np.asarray(correct, dtype=float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [(b / bins, (b + 1) / bins, int((place == b).sum()), round(float(confidence[place == b].mean()), 3), round(float(correct[place == b].mean()), 3)) for b in range(bins) if (place == b).any()]
