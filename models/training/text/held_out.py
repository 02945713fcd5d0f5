"""Tells whether a text is (nearly) one of the held-out abstracts, however it was tokenised or typed."""
from tagged_text import ebm, facts, section_specific, split_by_article
from tokenizer import tokenize

WORDS, SHARED = 8, 6


def shingles(text):
    words = [token.lower() for token, _, _ in tokenize(text) if token.isalnum()]
    return {" ".join(words[place : place + WORDS]) for place in range(len(words) - WORDS + 1)}


class HeldOut:
    """Runs of eight words of the held-out abstracts; a text is theirs when it shares six or more with one (or half of a short text's)."""

    def __init__(self, documents):
        self.owners = {}
        for number, document in enumerate(documents):
            for run in shingles(document["text"]):
                self.owners.setdefault(run, set()).add(number)

    def holds(self, text):
        runs, shared = shingles(text), {}
        for run in runs:
            for owner in self.owners.get(run, ()):
                shared[owner] = shared.get(owner, 0) + 1
        return max(shared.values(), default=0) >= min(SHARED, max(1, len(runs) // 2))


def judged():
    """Every abstract that a figure or a choice of the taggers is made on: none may be in a text that trains them."""
    own = split_by_article(ebm("ebm_nlp/dev/spans_train.jsonl.gz"))[1]
    fact_training, fact_held_out = facts()
    documents = ebm("ebm_nlp/dev/spans_gold_test_half.jsonl.gz") + own + split_by_article(fact_training)[1] + fact_held_out
    for name in ("EBM-NLPmod", "COVID-19", "AD"):
        documents += section_specific(name)
    return documents
