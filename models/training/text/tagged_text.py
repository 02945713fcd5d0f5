"""Tagged corpora as one shape: {text, spans: {head: [(start, end, label)]}, weights, words: [(start, end, label)]}."""
import re

from corpora import comet_blocks, fold, lines
from tokenizer import tokenize

TIGHT_BEFORE = set(".,;:)]%?!")
TIGHT_AFTER = set("([")
PIO = ["participants", "interventions", "outcomes"]
FACTS = [
    "total-participants", "intervention-participants", "control-participants", "age", "eligibility", "condition", "location", "ethinicity",
    "intervention", "control", "outcome", "outcome-Measure", "iv-bin-abs", "cv-bin-abs", "iv-bin-percent", "cv-bin-percent",
    "iv-cont-mean", "cv-cont-mean", "iv-cont-median", "cv-cont-median", "iv-cont-sd", "cv-cont-sd", "iv-cont-q1", "cv-cont-q1", "iv-cont-q3", "cv-cont-q3",
]
EBM = {"PAR": "participants", "INT": "interventions", "OUT": "outcomes"}
SECTION = {"P": "participants", "I": "interventions", "C": "interventions", "O": "outcomes"}


def join(tokens):
    """Text as a person would have typed it, and where each token lies in it."""
    text, places = "", []
    for position, token in enumerate(tokens):
        tight = not text or token[0] in TIGHT_BEFORE or tokens[position - 1] in TIGHT_AFTER
        text += "" if tight else " "
        places.append((len(text), len(text) + len(token)))
        text += token
    return text, places


# What the product cuts off both ends of a mark (withoutEdges in electron/features/models/text/tagging.ts).
EDGES = set(". , ; : and or the a an of with to in for by versus vs".split())


def without_edges(labels, words):
    """The labels (anything; None or -1 outside), joining words and punctuation at both ends of each run put outside."""
    labels, begin = list(labels), 0
    outside = -1 if -1 in labels else None
    while begin < len(labels):
        end = begin + 1
        while end < len(labels) and labels[end] == labels[begin]:
            end += 1
        if labels[begin] != outside:
            first, last = begin, end
            while first < last and words[first].lower() in EDGES:
                first += 1
            while last > first and words[last - 1].lower() in EDGES:
                last -= 1
            labels[begin:first], labels[last:end] = [outside] * (first - begin), [outside] * (end - last)
        begin = end
    return labels


def from_words(key, tokens, labels, head_labels):
    """`labels` per token (None outside). `head_labels`: the labels that this corpus speaks about."""
    filled = [(token, label) for token, label in zip(tokens, labels) if token]
    labels = [label for _, label in filled]
    text, places = join([token for token, _ in filled])
    words = [(start, end, label) for (start, end), label in zip(places, labels)]
    return {"key": key, "text": text, "words": words, "speaks": head_labels}


def ebm(path):
    found = []
    for document in lines(path):
        tokens = [token for sentence in document["sents"] for token in sentence["tokens"]]
        tags = [EBM.get(tag) for sentence in document["sents"] for tag in sentence["tags"]]
        if tokens:
            found.append(from_words(document["pmid"] or " ".join(tokens[:12]), tokens, tags, PIO) | {"source": document["source"]})
    return found


def section_specific(name):
    found = []
    for number, document in enumerate(lines(f"pico_results/section_specific_pico/dev/{name}.jsonl.gz")):
        tokens = [token for sentence in document["sents"] for token in sentence["tokens"]]
        tags = [SECTION.get(tag[2:3]) for sentence in document["sents"] for tag in sentence["tags"]]
        found.append(from_words(f"{name}{number}", tokens, tags, PIO))
    return found


def intervention_masks():
    """1,999 EBM-NLP training abstracts with a second marking, of the interventions only."""
    found = []
    for document in lines("ebm_nlp/dev/interventions_difficulty.jsonl.gz"):
        mask = document.get("INT_random") or document.get("INT_difficult") or ""
        if len(mask) == len(document["tokens"]):
            labels = ["interventions" if bit == "1" else None for bit in mask]
            found.append(from_words(document["pmid"], document["tokens"], labels, ["interventions"]))
    return found


def outcome_sentences(held_out):
    """Outcome-only sentences of the official training part, without any that a held-out abstract holds."""
    known = {" ".join(word.lower() for word in document["text"].split()) for document in held_out}
    found = []
    for sentence in lines("ebm_nlp/dev/outcome_types_sentences.jsonl.gz"):
        if sentence["split"] != "dev" or not sentence["tokens"]:
            continue
        labels = [None if tag == "O" else "outcomes" for tag in sentence["tags"]]
        document = from_words(" ".join(sentence["tokens"]), sentence["tokens"], labels, ["outcomes"])
        spaced = " ".join(document["text"].lower().split())
        if len(sentence["tokens"]) > 6 and any(spaced in text for text in known):
            continue
        found.append(document)
    return found


RESULTS = re.compile(r"^(?:[A-Z /&,]*RESULTS?[A-Z /&,]*|FINDINGS?) :", re.MULTILINE)


def evidence_outcomes():
    """503 abstracts whose results and conclusions have outcome marks agreed by experts; `from` is where those sections begin."""
    found = []
    for document in lines("pico_results/evidence_outcomes/dev/evidence_outcomes.jsonl.gz"):
        heading = RESULTS.search(document["text"])
        if not heading:
            continue
        inside = [place for _, ranges, _ in document["entities"] for place in ranges]
        words = [(start, end, "outcomes" if any(a < end and start < b for a, b in inside) else None) for _, start, end in tokenize(document["text"])]
        found.append({"key": document["id"], "text": document["text"], "words": words, "speaks": ["outcomes"], "from": heading.end()})
    return found


NOTE = re.compile(r"^(?:Journal|Publication|PMID|Authors?\b|Title:$)")


def ebm_comet():
    """Sentences of 300 abstracts with outcome marks by experts (COMET's taxonomy); parts of a split mark and what joins them count as inside."""
    found = []
    for block in comet_blocks():
        tokens, labels = [row[0] for row in block], ["outcomes" if row[1].endswith("-outcome") or row[1] == "Seperator" else None for row in block]
        if len(tokens) > 4 and not NOTE.match(" ".join(tokens[:2])):
            found.append(from_words(" ".join(tokens), tokens, labels, ["outcomes"]))
    return found


def facts():
    """PICO-Corpus: (train, held-out) as its authors split it; spans with character offsets."""
    parts = {"train": [], "val": []}
    for document in lines("pico_results/pico_corpus/dev/pico_corpus.jsonl.gz"):
        part = "train" if document["split"] == "train" else "val"
        spans = sorted((start, end, label) for label, start, end, _ in document["entities"])
        parts[part].append({"key": document["pmid"], "text": document["text"], "spans": spans, "speaks": FACTS})
    return parts["train"], parts["val"]


def split_by_article(documents, folds=8):
    """(train, validation): about one in `folds` articles validates."""
    return [d for d in documents if fold(d["key"], folds) != 0], [d for d in documents if fold(d["key"], folds) == 0]
