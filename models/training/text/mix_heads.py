"""pico-tagger's one head out of the two it was trained with, and its export.

    python mix_heads.py [--seeds 1 2]

The crowd marks more than the experts of EBM-NLPmod do, and EBM-NLP's expert gold lies between. The exported head is
(1 - share) of the crowd's and share of the experts'. The mean F1 over labels, over own validation articles and over the
abstracts of EBM-NLPmod that trained nothing decides, each share with its best thresholds: of the shares within one
standard error of the best, the one nearest to a half (the rule of Breiman et al. 1984: what the articles at hand cannot
tell apart is not fitted to them). Linear heads mix to one.
"""
import argparse

import numpy as np
import torch
from torch import nn

from corpora import require_data
from embeddings import load
from measure_taggers import agreed, f1s, pio_values
from tagged_text import PIO, ebm, split_by_article, without_edges
from train_taggers import averaged, export_pack, section_parts

SHARES, THRESHOLDS = np.arange(0, 1.01, 0.25), np.arange(0.05, 0.91, 0.05)


class Unexported:
    """Both heads' logits of a text side by side: [T, 6]."""

    def __init__(self, model, vocabulary):
        self.model, self.vocabulary = model.eval(), vocabulary

    def logits(self, text):
        tokens, ids = self.vocabulary.encode(text)
        with torch.no_grad():
            states = self.model.states(torch.tensor([ids]))
            return tokens, torch.cat([self.model.heads["pio"](states), self.model.heads["expert"](states)], -1)[0].numpy()


def label_rows(found, label, share, threshold):
    """Per article right, given and true words of one label alone; `found` holds both heads' probabilities."""
    rows = []
    for values, truth, words in found:
        logits = np.log(np.clip(values, 1e-7, 1 - 1e-7) / np.clip(1 - values, 1e-7, 1))
        mixed = (1 - share) * logits[:, label] + share * logits[:, len(PIO) + label]
        guess = np.array(without_edges(np.where(mixed > np.log(threshold / (1 - threshold)), label, -1).tolist(), words))
        rows.append([((guess == label) & (truth == label)).sum(), (guess == label).sum(), (truth == label).sum()])
    return np.array(rows)


def mean_f1(cohorts):
    return np.mean([f1s(rows.sum(0)) for rows in cohorts])


def drawn_again(cohorts, times=300):
    """The mean F1 with the articles of each cohort drawn again; the same draws at every call."""
    random = np.random.default_rng(0)
    return np.array([mean_f1([rows[random.integers(0, len(rows), len(rows))] for rows in cohorts]) for _ in range(times)])


def choose(model, vocabulary):
    """The experts' share."""
    pack = Unexported(model, vocabulary)
    own = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))[1]
    crowd, twice, tight = pio_values(pack, own), pio_values(pack, agreed(own)), pio_values(pack, section_parts()[1])
    scores, drawn = [], []
    for share in SHARES:
        best = []
        for label, name in enumerate(PIO):
            loose = twice if name == "interventions" else crowd
            tried = [(threshold, [label_rows(found, label, share, threshold) for found in (loose, tight)]) for threshold in THRESHOLDS]
            threshold, rows = max(tried, key=lambda one: mean_f1(one[1]))
            best.append(rows)
            print(f"experts' share {share:.2f}, {name}, threshold {threshold:.2f}: F1 {f1s(rows[0].sum(0)):.3f} on own validation, {f1s(rows[1].sum(0)):.3f} on EBM-NLPmod", flush=True)
        scores.append(np.mean([mean_f1(rows) for rows in best]))
        drawn.append(np.mean([drawn_again(rows) for rows in best], 0))
    top, alike = int(np.argmax(scores)), []
    for share, score, values in zip(SHARES, scores, drawn):
        behind, error = scores[top] - score, (drawn[top] - values).std()
        print(f"experts' share {share:.2f}: mean F1 {score:.4f}, behind the best {behind:.4f} (standard error {error:.4f})")
        alike += [share] if behind <= error else []
    return min(alike, key=lambda share: (abs(share - 0.5), share))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="the networks of train_taggers.py to average")
    arguments = parser.parse_args()
    require_data()
    torch.set_num_threads(1)
    vocabulary, vectors, _ = load("research")
    model = averaged("pio", arguments.seeds, vocabulary, vectors)
    share = float(choose(model, vocabulary))
    print("chosen", share)
    mixed = nn.Linear(model.heads["pio"].in_features, len(PIO))
    crowd, expert = model.heads["pio"], model.heads["expert"]
    mixed.weight.data = (1 - share) * crowd.weight.data + share * expert.weight.data
    mixed.bias.data = (1 - share) * crowd.bias.data + share * expert.bias.data
    model.heads["mixed"] = mixed
    export_pack([model], "mixed", vocabulary, "pico-tagger")


if __name__ == "__main__":
    main()
