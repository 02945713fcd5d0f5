"""Ranking by words and by likeness of words at once: TF-IDF in which a word of the question also counts for words like it.

score(document) = sum over words q of the question, d of the document of  tfidf(q) * max(0, cos(q, d))**sharpness * tfidf(d),
tfidf fitted on the ranked records, the document's vector of length 1 (the soft cosine of Sidorov et al. 2014,
doi 10.13053/CyS-18-3-2043, with the lexical norm). cos is between the vectors text-encoder gives for the single words.
A high sharpness is plain TF-IDF, a low one a mean of vectors.
"""
import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from tokenizer import CLASSES, tokenize

SHARPNESS = (1, 2, 3, 5, 8, 12)


def words_of(text):
    words = [token.lower() for token, _, _ in tokenize(text) if CLASSES[ord(token[0])] == "L" and len(token) > 1]
    return [word for word in words if word not in ENGLISH_STOP_WORDS]


class Widened:
    """The records of one review, ready to be ranked; `encode` gives one unit vector per text."""

    def __init__(self, encode, texts):
        self.weights = TfidfVectorizer(analyzer=words_of, sublinear_tf=True, max_df=0.95)
        self.documents = self.weights.fit_transform(texts)
        self.vectors = encode(list(self.weights.get_feature_names_out()), batch=512)

    def plain(self, query):
        """The same words and weights without likeness."""
        return np.asarray((self.documents @ self.weights.transform([query]).T).todense()).ravel()

    def pooled(self, query):
        """Cosine of the TF-IDF-weighted means of the words' vectors: the encoder with the records' own idf."""
        means = np.concatenate([self.documents @ self.vectors, self.weights.transform([query]) @ self.vectors])
        means /= np.linalg.norm(means, axis=1, keepdims=True).clip(1e-9)
        return means[:-1] @ means[-1]

    def scores(self, query, sharpness):
        asked = self.weights.transform([query])
        alike = np.maximum(0, self.vectors[asked.indices] @ self.vectors.T) ** sharpness
        return self.documents @ (asked.data @ alike)


def left_out(rows):
    """Per review (row) the value under the choice (column) that is best on average over the other reviews: (values, columns)."""
    rows = np.array(rows)
    columns = [int((rows.sum(0) - row).argmax()) for row in rows]
    return rows[np.arange(len(rows)), columns], columns
