"""Words, numbers and signs with offsets, and the ids of each. The same rules live, in TypeScript, in
electron/features/models/text/tokenizer.ts; goldens.py writes what the two must agree on.

A token is a run of letters and marks, a run of decimal digits, or any other single character; white
space and control characters separate and are dropped. A token's four ids are:
word (vocabulary line; numbers out of it share one line per length), hash of the first four characters,
hash of the last three (FNV-1a over code points), and shape (case or number length, twice, plus one when
the token touches the one before it).
"""
import re
import unicodedata

HASH_BUCKETS = 2048
PAD, UNKNOWN = 0, 1
SPECIAL = ["<pad>", "<unknown>", "<number1>", "<number2>", "<number3>", "<number4>", "<number5>"]
PATTERN = re.compile(r"L+|N+|O")


class Classes(dict):
    def __missing__(self, code):
        category = unicodedata.category(chr(code))
        kind = "L" if category[0] in "LM" else "N" if category == "Nd" else "S" if category[0] in "ZC" else "O"
        self[code] = kind
        return kind


CLASSES = Classes()


def tokenize(text):
    """[(token, start, end)], offsets in code points."""
    return [(text[m.start():m.end()], m.start(), m.end()) for m in PATTERN.finditer(text.translate(CLASSES))]


def fnv(text):
    value = 2166136261
    for character in text:
        value = ((value ^ ord(character)) * 16777619) & 0xFFFFFFFF
    return 1 + value % (HASH_BUCKETS - 1)


def shape(token):
    kind = CLASSES[ord(token[0])]
    if kind == "N":
        return 5 + min(len(token), 5)
    if kind == "O":
        return 11
    lower, upper = token.lower(), token.upper()
    if token == lower:
        return 1
    if len(token) == 1:
        return 5
    if token == upper:
        return 3
    return 2 if token[1:] == lower[1:] else 4


class Vocabulary:
    def __init__(self, words):
        self.words = words
        self.index = {word: line for line, word in enumerate(words)}
        self.cache = {}

    @classmethod
    def read(cls, path):
        with open(path, encoding="utf8") as file:
            return cls(file.read().split("\n")[:-1])

    def write(self, path):
        with open(path, "w", encoding="utf8", newline="\n") as file:
            file.write("".join(word + "\n" for word in self.words))

    def word(self, token):
        lower = token.lower()
        known = self.index.get(lower)
        if known is not None:
            return known
        if CLASSES[ord(token[0])] == "N":
            return 1 + min(len(token), 5)
        return UNKNOWN

    def ids(self, token, touches):
        found = self.cache.get(token)
        if found is None:
            lower = token.lower()
            found = (self.word(token), fnv("^" + lower[:4]), fnv(lower[-3:] + "$"), 2 * shape(token))
            self.cache[token] = found
        return (found[0], found[1], found[2], found[3] + (1 if touches else 0))

    def encode(self, text):
        """(tokens with offsets, ids): ids is a list of four-tuples."""
        tokens = tokenize(text)
        ids, before = [], -1
        for token, start, end in tokens:
            ids.append(self.ids(token, start == before))
            before = end
        return tokens, ids
