"""
How often the planner picks the right call on pictures and sentences it never met: the bundled experts alone, and
with made-up experts among them. Prints and writes figures.json.

    python models/training/planner/measure.py ../shared/data/imaging OUT
"""

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path

import torch
from tokenizers import Tokenizer

import images
from conversations import conversation
from network import PictureEncoder, decoder, pixels_of
from train import asked_ids, embedded

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

    def next(self, so_far: list[int]) -> list[int]:
        text = "".join(self.pieces[token] for token in so_far)
        left = [choice[len(text) :] for choice in self.choices if choice.startswith(text)]
        found = [token for token, piece in enumerate(self.pieces) if piece and any(rest.startswith(piece) for rest in left)]
        return [2] if "" in left else found


def measured(planner: Planner, pictures, count: int, bundled_only: bool, part: str, seed: int, kinds: list[str]):
    chance = random.Random(seed)
    right, by_kind, wrong, cases = 0, Counter(), [], []
    total = Counter()
    for _ in range(count):
        modality = chance.choice(kinds)
        asked, expected, possible = conversation(modality, part, chance, bundled_only)
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
    return {"n": count, "right": right / count, "byOutcome": {k: [by_kind[k], total[k]] for k in total}}, wrong, cases


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
            # Pictures that were trained on: only the sentences are new here, the held-out pictures stay unseen.
            found, wrong, _ = measured(planner, pictures["train"], chosen.count, bundled, "validation", 7, every)
            print("bundled" if bundled else "with made-up", found)
            tell(wrong, 40)
        return
    figures, wrong = {}, {}
    for name, part, bundled, kinds, n in [
        ("bundled experts", "held_out", True, every, chosen.count),
        ("with made-up experts", "held_out", False, every, chosen.count),
        ("bundled experts, gliomas of mri_lgg", "outside", True, ["MR"], chosen.count // 4),
    ]:
        figures[name], wrong[name], cases = measured(planner, pictures[part], n, bundled, "held_out", 11, kinds)
        if part == "held_out" and bundled:
            (chosen.folder / "cases.json").write_text(json.dumps(cases))
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
