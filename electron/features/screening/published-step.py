"""Seconds per decision of the published recipe with scikit-learn, for the ratio in step.bench.ts.

    python published-step.py SET.csv.gz RECORDS FIRST STEPS

ASReview's elas u4 as its documentation gives it: TF-IDF of words and word pairs fitted once, then after every label a
linear SVM on all labels and scores for all records without one. Prints {"wallMs", "cpuMs"}: medians over the steps.
"""

import csv
import gzip
import io
import json
import sys
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

path, records, first, steps = sys.argv[1], *map(int, sys.argv[2:5])
csv.field_size_limit(10**9)
rows = list(csv.DictReader(io.StringIO(gzip.open(path, "rt", encoding="utf-8-sig").read())))
texts = [
    f"{row['title']} {row['abstract']} study{at // len(rows)} site{at % 977}"
    for at, row in ((at, rows[at % len(rows)]) for at in range(records))
]
labels = np.array([int(rows[at % len(rows)]["label_included"] == "1") for at in range(records)])
features = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
wall, cpu = [], []
for known in range(first, first + steps):
    from_wall, from_cpu = time.perf_counter(), time.process_time()
    y = labels[:known]
    weights = np.where(y == 1, 1, y.sum() / (9.8 * (known - y.sum())))
    model = LinearSVC(C=0.11, loss="squared_hinge")
    model.fit(features[:known], y, sample_weight=weights / weights.mean())
    np.argsort(-model.decision_function(features[known:]))
    wall.append(1000 * (time.perf_counter() - from_wall))
    cpu.append(1000 * (time.process_time() - from_cpu))
print(json.dumps({"wallMs": float(np.median(wall)), "cpuMs": float(np.median(cpu))}))
