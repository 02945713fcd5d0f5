"""Word vectors: positive pointwise mutual information of word and neighbour, factorised by truncated SVD
with the singular values to the power one half (Levy, Goldberg and Dagan 2015, doi 10.1162/tacl_a_00134).

    python embeddings.py ccby        CC-BY/CC0 full texts and structured abstracts only
    python embeddings.py research    those and the abstracts of the sets without a stated licence
"""
import sys
from collections import Counter

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

from corpora import CACHE, full_texts, lines, require_data, screening_records, structured
from tokenizer import CLASSES, SPECIAL, Vocabulary, tokenize

WINDOW, SHARE, SIZE = 4, 0.75, 128
LIMITS = {"ccby": (24000, 5), "research": (30000, 4)}


def texts(kind):
    for article in full_texts():
        yield article["text"]
    for article in structured("train", "ccby"):
        yield article["title"] + "\n" + " ".join(sentence[2] for sentence in article["sents"])
    if kind == "ccby":
        return
    for rows in screening_records().values():
        for row in rows:
            yield row["title"] + "\n" + row["abstract"]
    for document in lines("ebm_nlp/dev/spans_train.jsonl.gz"):
        yield " ".join(token for sentence in document["sents"] for token in sentence["tokens"])
    for document in lines("ebm_nlp/dev/interventions_difficulty.jsonl.gz"):
        yield " ".join(document["tokens"])
    for document in lines("pico_results/pico_corpus/dev/pico_corpus.jsonl.gz"):
        if document["split"] == "train":
            yield document["text"]
    for document in lines("pico_results/windisch_screening/dev/metastatic_local.jsonl.gz"):
        yield document["title"] + "\n" + document["abstract"]


def build(kind):
    size, least = LIMITS[kind]
    documents = [[token.lower() for token, _, _ in tokenize(text)] for text in texts(kind)]
    counts = Counter(token for document in documents for token in document)
    keep = [word for word, count in counts.most_common() if count >= least and not (CLASSES[ord(word[0])] == "N" and len(word) > 3)]
    vocabulary = Vocabulary(SPECIAL + sorted(keep[: size - len(SPECIAL)], key=lambda word: (-counts[word], word)))
    total = len(vocabulary.words)
    matrix = csr_matrix((total, total), dtype=np.float32)
    stream = [np.array([vocabulary.word(token) for token in document], dtype=np.int32) for document in documents]
    for begin in range(0, len(stream), 400):
        rows, columns, values = [], [], []
        for document in stream[begin : begin + 400]:
            for distance in range(1, WINDOW + 1):
                left, right = document[:-distance], document[distance:]
                rows += [left, right]
                columns += [right, left]
                values.append(np.full(2 * len(left), 1 / distance, dtype=np.float32))
        matrix = matrix + coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(total, total)).tocsr()
    row = np.asarray(matrix.sum(1)).ravel() + 1e-9
    context = row**SHARE
    matrix = matrix.tocoo()
    pmi = np.log(matrix.data * context.sum() / (row[matrix.row] * context[matrix.col]))
    good = pmi > 0
    positive = coo_matrix((pmi[good].astype(np.float32), (matrix.row[good], matrix.col[good])), shape=(total, total)).tocsr()
    left, values, _ = randomized_svd(positive, SIZE, n_iter=3, random_state=0)
    vectors = (left * np.sqrt(values)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).mean() + 1e-9
    frequency = np.array([counts.get(word, 1) for word in vocabulary.words], dtype=np.float64)
    CACHE.mkdir(parents=True, exist_ok=True)
    vocabulary.write(CACHE / f"{kind}.txt")
    np.savez(CACHE / f"{kind}.npz", vectors=vectors, frequency=frequency / frequency.sum())
    print(f"{kind}: {len(documents)} documents, {sum(counts.values())} tokens, {total} words, {matrix.nnz} pairs")


def load(kind):
    """(vocabulary, vectors V x 128, share of each word); built when absent."""
    if not (CACHE / f"{kind}.npz").exists():
        require_data()
        build(kind)
    stored = np.load(CACHE / f"{kind}.npz")
    return Vocabulary.read(CACHE / f"{kind}.txt"), stored["vectors"], stored["frequency"]


if __name__ == "__main__":
    require_data()
    for name in sys.argv[1:] or LIMITS:
        build(name)
