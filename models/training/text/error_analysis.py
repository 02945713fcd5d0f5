"""Where pico-tagger loses its F1 on own validation and on EBM-NLPmod; never run on the expert gold.

    python error_analysis.py

Prints per cohort and label: wrong words at an edge of a phrase that was found, in phrases missed or made up whole,
and taken for another label; F1 with the threshold that would have been best there (an oracle); F1 by the place of
the sentence; the words wrong most often.
"""
import json
from collections import Counter

import numpy as np

from cards import table
from corpora import require_data
from measure_taggers import Exported, agreed, counts, f1s, marks, pio_values
from tagged_text import PIO, ebm, split_by_article
from train_taggers import section_parts



def runs(labels, label):
    """[(start, end)] of each unbroken run of `label`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (labels == label).astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


def causes(truth, guess, label):
    """Wrong words of one document by cause: (missed, added) x (edge, whole, other label)."""
    found = Counter()
    for name, left, right in (("missed", truth, guess), ("added", guess, truth)):
        for start, end in runs(left, label):
            other = right[start:end]
            wrong = other != label
            taken = wrong & (other >= 0)
            found[name, "another label"] += int(taken.sum())
            kind = "edge" if (other == label).any() else "whole"
            found[name, kind] += int((wrong & ~taken).sum())
    return found


def oracle(found, label, thresholds):
    best = []
    for value in np.arange(0.1, 0.95, 0.025):
        trial = thresholds.copy()
        trial[label] = value
        best.append((f1s(counts(found, trial).sum(0))[label], value))
    return max(best)


def places(documents, found, thresholds):
    """F1 of each label in the title, in the first, middle and last third of the other sentences."""
    sums = np.zeros((4, 3, 3))
    for document, (values, truth, names) in zip(documents, found):
        guess = marks(values, names, thresholds)
        ends = [document["text"][start:end] in (".", "?") for start, end, _ in document["words"]][: len(truth)]
        number = np.concatenate([[0], np.cumsum(ends)[:-1]])
        part = np.where(number == 0, 0, 1 + np.minimum(2, 3 * (number - 1) // max(1, number.max())))
        for place in range(4):
            for label in range(3):
                here = part == place
                sums[place, label] += [((guess == label) & (truth == label) & here).sum(), ((guess == label) & here).sum(), ((truth == label) & here).sum()]
    return [[name, *[f"{f1s(row):.3f} ({int(row[2])})" for row in rows]] for name, rows in zip(("title", "first third", "middle", "last third"), sums)]


def main():
    require_data()
    pack = Exported("pico-tagger")
    thresholds = np.array(json.loads((pack.folder / "manifest.json").read_text())["inference"]["decoding"]["thresholds"])
    own = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))[1]
    cohorts = {"own validation": own, "own validation, both markings agree": agreed(own), "EBM-NLPmod": section_parts()[1]}
    for name, documents in cohorts.items():
        found = pio_values(pack, documents)
        rows, words = [], {}
        for label, title in enumerate(PIO):
            total, missed, added = Counter(), Counter(), Counter()
            for document, (values, truth, names) in zip(documents, found):
                guess = marks(values, names, thresholds)
                total += causes(truth, guess, label)
                for (start, end, _), t, g in zip(document["words"], truth, guess):
                    if (t == label) != (g == label):
                        (missed if t == label else added)[document["text"][start:end].lower()] += 1
            wrong = sum(total.values())
            score, value = oracle(found, label, thresholds)
            rows.append([title, f"{f1s(counts(found, thresholds).sum(0))[label]:.3f}", f"{score:.3f} at {value:.3f}", *[f"{total[key] / wrong:.0%}" for key in (("missed", "edge"), ("missed", "whole"), ("missed", "another label"), ("added", "edge"), ("added", "whole"), ("added", "another label"))]])
            words[title] = (missed.most_common(12), added.most_common(12))
        print(f"\n## {name} ({len(documents)})\n")
        print(table(["label", "F1", "oracle threshold", "missed: edge", "missed: whole phrase", "missed: another label", "added: edge", "added: whole phrase", "added: another label"], rows))
        print(table(["sentence", *[f"{label} F1 (words)" for label in PIO]], places(documents, found, thresholds)))
        for title, (missed, added) in words.items():
            print(f"{title}: missed {missed}\n  added {added}")


if __name__ == "__main__":
    main()
