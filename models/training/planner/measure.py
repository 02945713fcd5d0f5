"""
How often the planner picks the right call on pictures and sentences it never met: the bundled experts alone, and
with made-up experts among them; on sentences that were written apart; and on clinicians' own questions. Prints and
writes figures.json.

    python models/training/planner/measure.py ../shared/data/imaging OUT
"""

import argparse
import json
import math
import random
import re
from collections import Counter
from pathlib import Path

import torch
from tokenizers import Tokenizer

import clinicians
import images
from conversations import answer, conversation, some_cards, user_text
from conversations import possible as possible_answers
from network import PictureEncoder, decoder, pixels_of
from train import asked_ids, embedded

BUNDLED_ONLY, FRESH_ONLY, CLINICIANS = "bundled experts", "bundled experts, sentences written apart", "bundled experts, clinicians' own questions (VQA-RAD)"
CALL = re.compile(r"<([A-Z0-9_]+)\(([^()<>]*)\)>")


def outcome(text: str) -> str:
    """What the program makes of the planner's words: the call, that none is needed, or that there is none."""
    calls = CALL.findall(text)
    if len(calls) == 1:
        return f"{calls[0][0]}({calls[0][1]})"
    return "none needed" if "No expert is needed" in text else "no such expert" if "No installed expert" in text else "unreadable"


class Planner:
    def __init__(self, folder: Path):
        kept = torch.load(folder / "planner.pt")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.encoder, self.writer = PictureEncoder().eval(), decoder(kept["words"], 1, 2).eval()
        self.encoder.load_state_dict(kept["encoder"])
        self.writer.load_state_dict(kept["writer"])
        # Byte-level pairs: each token is a piece of text of its own, for plain English at least.
        self.pieces = [self.tokenizer.decode([token]) if token > 3 else "" for token in range(kept["words"])]

    @torch.no_grad()
    def answers(self, asked: list[str], pictures: torch.Tensor, possible: list[list[str]]) -> list[str]:
        """Greedy among what is possible, byte by byte as the program holds it; one at a time, as the program asks."""
        said = []
        for text, picture, choices in zip(asked, pictures, possible):
            ids = torch.tensor([asked_ids(self.tokenizer, text)])
            held = Held(self.pieces, [" " + choice for choice in choices])
            state = self.writer.model(inputs_embeds=embedded(self.encoder, self.writer, ids, pixels_of(picture[None])), use_cache=True)
            written, unread = [], []
            while True:
                allowed = held.next(written)
                if len(allowed) > 1:
                    if unread:
                        # What could not be otherwise is read together, where the next choice is made.
                        state = self.writer.model(input_ids=torch.tensor([unread]), past_key_values=state.past_key_values, use_cache=True)
                        unread = []
                    logits = self.writer.lm_head(state.last_hidden_state[0, -1])
                    token = max(allowed, key=lambda one: logits[one].item())
                else:
                    token = allowed[0]
                if token == 2:
                    break
                written.append(token)
                unread.append(token)
            said.append("".join(self.pieces[token] for token in written).strip())
        return said


class Held:
    """Which tokens may follow, so that the text stays the beginning of a choice."""

    def __init__(self, pieces: list[str], choices: list[str]):
        self.pieces, self.choices = pieces, choices
        self.tokens = {}
        for token, piece in enumerate(pieces):
            self.tokens.setdefault(piece, []).append(token)

    def next(self, so_far: list[int]) -> list[int]:
        text = "".join(self.pieces[token] for token in so_far)
        left = [choice[len(text) :] for choice in self.choices if choice.startswith(text)]
        beginnings = {rest[:length] for rest in left for length in range(1, len(rest) + 1)}
        return [2] if "" in left else [token for piece in beginnings for token in self.tokens.get(piece, [])]


def templated(count: int, bundled_only: bool, part: str, kinds: list[str], chance: random.Random):
    for _ in range(count):
        modality = chance.choice(kinds)
        yield modality, *conversation(modality, part, chance, bundled_only)


def clinicians_own(data: Path, chance: random.Random):
    """Their questions with the bundled experts installed, the header silent in two of five."""
    for modality, kind, name, question in clinicians.cases(data):
        cards = some_cards(chance, True, "held_out")
        told = modality if chance.random() < 0.6 else None
        yield modality, user_text(cards, told, question), answer(cards, modality, kind, name), possible_answers(cards, told)


def interval(right: int, of: int) -> list[float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, right / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return [round((middle - half) / (1 + z * z / of), 3), round((middle + half) / (1 + z * z / of), 3)]


def measured(planner: Planner, pictures, conversations, chance: random.Random):
    """`conversations` draws from `chance` too, and each one's picture after it."""
    right, by_kind, wrong, cases = 0, Counter(), [], []
    total = Counter()
    for modality, asked, expected, possible in conversations:
        picture = torch.from_numpy(pictures[modality][chance.randrange(len(pictures[modality]))])
        cases.append({"asked": asked, "expected": expected})
        said = planner.answers([asked], picture[None], [possible])[0]
        kind = outcome(expected)
        group = "call" if "(" in kind else kind
        total[group] += 1
        if outcome(said) == kind:
            right += 1
            by_kind[group] += 1
        else:
            wrong.append({"asked": asked, "expected": expected, "said": said, "image": modality})
    count = len(cases)
    return {"n": count, "right": right / count, "interval": interval(right, count), "byOutcome": {k: [by_kind[k], total[k]] for k in total}}, wrong, cases


def modality_accuracy(planner: Planner, pictures) -> dict:
    """The picture encoder's own reading of the modality, picture by picture."""
    found = {}
    for modality, stack in pictures.items():
        with torch.no_grad():
            guess = planner.encoder.kind(planner.encoder.features(pixels_of(torch.from_numpy(stack))).mean(1)).argmax(1)
        found[modality] = [int((guess == images.MODALITIES.index(modality)).sum()), len(stack)]
    return found


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("count", type=int, nargs="?", default=1000)
    arguments.add_argument("--validation", action="store_true", help="the part that training is tuned on; nothing is kept")
    chosen = arguments.parse_args()
    planner, pictures = Planner(chosen.folder), images.load(chosen.data)
    every = ["CXR", "CT", "MR", "other"]
    if chosen.validation:
        for bundled in (True, False):
            chance = random.Random(7)
            # Pictures that were trained on: only the sentences are new here, the held-out pictures stay unseen.
            found, wrong, _ = measured(planner, pictures["train"], templated(chosen.count, bundled, "validation", every, chance), chance)
            print("bundled" if bundled else "with made-up", found)
            tell(wrong, 40)
        return
    figures, wrong = {}, {}
    seeds = {name: random.Random(seed) for name, seed in [(BUNDLED_ONLY, 11), ("with made-up experts", 11), ("bundled experts, gliomas of mri_lgg", 11), (FRESH_ONLY, 23), (CLINICIANS, 29)]}
    asked = {
        BUNDLED_ONLY: ("held_out", templated(chosen.count, True, "held_out", every, seeds[BUNDLED_ONLY])),
        "with made-up experts": ("held_out", templated(chosen.count, False, "held_out", every, seeds["with made-up experts"])),
        "bundled experts, gliomas of mri_lgg": ("outside", templated(chosen.count // 4, True, "held_out", ["MR"], seeds["bundled experts, gliomas of mri_lgg"])),
        FRESH_ONLY: ("held_out", templated(chosen.count * 2, True, "fresh", every, seeds[FRESH_ONLY])),
        CLINICIANS: ("held_out", clinicians_own(chosen.data, seeds[CLINICIANS])),
    }
    for name, (part, conversations) in asked.items():
        figures[name], wrong[name], cases = measured(planner, pictures[part], conversations, seeds[name])
        if name == BUNDLED_ONLY:
            (chosen.folder / "cases.json").write_text(json.dumps(cases))
        if name == FRESH_ONLY:
            (chosen.folder / "cases-fresh.json").write_text(json.dumps(cases))
        print(name, figures[name], flush=True)
        tell(wrong[name], 12)
    figures["modality of held-out pictures"] = modality_accuracy(planner, pictures["held_out"])
    figures["modality of mri_lgg"] = modality_accuracy(planner, pictures["outside"])
    print(figures["modality of held-out pictures"], figures["modality of mri_lgg"])
    (chosen.folder / "figures.json").write_text(json.dumps({"figures": figures, "wrong": {k: v[:40] for k, v in wrong.items()}}, indent=1))


def tell(wrong: list[dict], most: int) -> None:
    for case in wrong[:most]:
        print("  ", case["image"], case["asked"].split("Request: ")[1], "|", case["expected"], "|", case["said"])


if __name__ == "__main__":
    main()
