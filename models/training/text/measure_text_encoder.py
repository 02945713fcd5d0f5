"""Prints how well text-encoder ranks records by a review's criteria, against TF-IDF; --write also writes the pack.

    python measure_text_encoder.py [--write]

For each screening set with criteria: the query is title, question and inclusion criteria; every record's title
and abstract is ranked; recall@50 is the share of included records among the first 50. Nothing about the encoder was
tuned on these sets; how sharply likeness of words counts (widened.py) is chosen for each review on the other six.
"""
import argparse
import json

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from cards import table, write_card
from corpora import DATA, ROOT, fold, require_data, screening_records
from pack import figure, session, write_manifest
from text_encoder import LONGEST, articles
from tokenizer import Vocabulary
from widened import SHARPNESS, Widened, left_out

FOLDER = ROOT / "models" / "text-encoder"


class Encoder:
    def __init__(self):
        self.vocabulary, self.network = Vocabulary.read(FOLDER / "vocab.txt"), session(FOLDER / "model.onnx")

    def __call__(self, texts, batch=64):
        rows = [self.vocabulary.encode(text)[1][:LONGEST] for text in texts]
        found = []
        for begin in range(0, len(rows), batch):
            part = rows[begin : begin + batch]
            ids = np.zeros((len(part), max(1, *[len(row) for row in part]) if len(part) > 1 else max(1, len(part[0])), 4), np.int64)
            for place, row in enumerate(part):
                ids[place, : len(row)] = row or 0
            found.append(self.network.run(["vectors"], {"ids": ids})[0])
        return np.concatenate(found)


def said(value):
    return "\n".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


def recall(scores, labels, first=50):
    order = np.argsort(-scores, kind="stable")[:first]
    return labels[order].sum() / labels.sum()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    require_data()
    encode = Encoder()
    criteria = json.loads((DATA / "screening" / "criteria.json").read_text())
    rows, pairs, sharp = [], [], []
    for name, records in screening_records().items():
        if name not in criteria:
            continue
        asked = criteria[name]
        query = "\n".join(said(asked.get(part)) for part in ("title", "research_questions", "inclusion_criteria"))
        texts = [f"{record['title']}\n{record['abstract']}" for record in records]
        labels = np.array([record["label_included"] == "1" for record in records])
        lexical = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95, stop_words="english")
        matrix = lexical.fit_transform(texts)
        plain = np.asarray((matrix @ lexical.transform([query]).T).todense()).ravel()
        vectors = encode([query, *texts])
        dense = vectors[1:] @ vectors[0]
        first, second = recall(plain, labels), recall(dense, labels)
        most = min(50, labels.sum()) / labels.sum()
        widened = Widened(encode, texts)
        pairs.append([first, recall(widened.plain(query), labels), second, recall(widened.pooled(query), labels)])
        sharp.append([recall(widened.scores(query, sharpness), labels) for sharpness in SHARPNESS])
        rows.append([name, len(records), int(labels.sum()), f"{most:.3f}"])
    chosen, columns = left_out(sharp)
    pairs = np.column_stack([pairs, chosen])
    means = pairs.mean(0)
    for row, values, column in zip(rows, pairs, columns):
        row += [f"{value:.3f}" for value in values] + [SHARPNESS[column]]
    rows.append(["**mean**", "", "", "", *[f"**{value:.3f}**" for value in means], ""])
    main_table = table(["set", "records", "included", "best possible", "TF-IDF, words and pairs", "TF-IDF, words", "text-encoder, whole texts", "text-encoder, words weighted by the records' idf", "text-encoder as likeness of words within TF-IDF", "sharpness (chosen on the other sets)"], rows)
    better, worse = int((pairs[:, -1] > pairs[:, 0]).sum()), int((pairs[:, -1] < pairs[:, 0]).sum())
    every = ", ".join(f"{sharpness}: {value:.3f}" for sharpness, value in zip(SHARPNESS, np.mean(sharp, 0)))
    random = np.random.default_rng(0)
    low, high = np.percentile([(pairs[drawn, -1] - pairs[drawn, 0]).mean() for drawn in random.integers(0, len(pairs), (2000, len(pairs)))], [2.5, 97.5])
    held_out = [(title, abstract) for key, title, abstract, _ in articles() if fold(key, 8) == 0 and title and len(abstract) > 300]
    titles, abstracts = encode([t for t, _ in held_out]), encode([a for _, a in held_out])
    lexical = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english").fit([a for _, a in held_out])
    def hits(scores):
        return float((np.asarray(scores).argmax(1) == np.arange(len(held_out))).mean())
    own, own_lexical = hits(titles @ abstracts.T), hits((lexical.transform([t for t, _ in held_out]) @ lexical.transform([a for _, a in held_out]).T).todense())
    goal = f"Goal: beat TF-IDF on mean recall@50 over the screening sets. {'Met' if means[-1] > means[0] else 'Missed'} as likeness of words within TF-IDF: {means[-1]:.3f} against {means[0]:.3f}, difference {means[-1] - means[0]:.3f} ({low:.3f} to {high:.3f}, sets drawn again); better on {better} sets, worse on {worse}. {'Met' if means[2] > means[0] else 'Missed'} by the cosine of whole texts: {means[2]:.3f}. Mean by sharpness, all sets: {every}."
    titles_line = f"Title finds its own abstract among {len(held_out)} held-out articles: {own:.3f} (TF-IDF {own_lexical:.3f})."
    print(main_table, f"\n{goal}\n\n{titles_line}\n")
    if not write:
        return
    write_card(FOLDER, "text_encoder", {"figures": main_table, "goal": goal, "titles": titles_line})
    write_manifest(FOLDER, {
        "id": "text-encoder", "version": "1.0.1", "title": "Text vectors for search and ranking", "task": "embedding",
        "licence": {"name": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "commercialUse": True, "clinicalUse": False, "researchOnly": False, "attribution": ["Evidence Inference articles of PubMed Central under CC BY / CC0"]},
        "intendedUse": "Vectors of titles, abstracts, passages and questions, to search and to rank by meaning; a person screens.",
        "inputs": [{"name": "ids", "modality": ["text"], "dtype": "int64"}],
        "preprocess": [{"step": "tokenize", "vocabulary": "vocab.txt", "maxTokens": LONGEST}],
        "inference": {"kind": "text", "file": "model.onnx", "input": "ids", "output": "vectors", "decoding": {"kind": "vector"}, "size": int(titles.shape[1])},
        "postprocess": [], "labels": [],
        "figures": [figure("mean recall@50, likeness of words within TF-IDF", means[-1], len(pairs), "screening sets with criteria, sharpness left out by review"), figure("mean recall@50, cosine of whole texts", means[2], len(pairs), "screening sets with criteria"), figure("mean recall@50 of TF-IDF", means[0], len(pairs), "screening sets with criteria"), figure("title finds its abstract", own, len(held_out), "held-out CC-BY articles"), figure("title finds its abstract, TF-IDF", own_lexical, len(held_out), "held-out CC-BY articles")],
    }, ["model.onnx", "vocab.txt"])


if __name__ == "__main__":
    main()
