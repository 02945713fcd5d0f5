"""
How often the planner picks the right call on pictures and sentences it never met: the bundled experts alone, and
with made-up experts among them. Prints and writes figures.json.

    python models/training/planner/measure.py ../shared/data/imaging OUT
"""

import json
import random
import re
import sys
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

    @torch.no_grad()
    def answers(self, asked: list[str], pictures: torch.Tensor, most: int = 48) -> list[str]:
        """Greedy, one at a time: a batch would need padding, which the program never has."""
        said = []
        for text, picture in zip(asked, pictures):
            ids = torch.tensor([asked_ids(self.tokenizer, text)])
            out = self.writer.generate(inputs_embeds=embedded(self.encoder, self.writer, ids, pixels_of(picture[None])), max_new_tokens=most, do_sample=False, eos_token_id=2, pad_token_id=2, attention_mask=torch.ones_like(ids))
            said.append(self.tokenizer.decode(out[0].tolist()).strip())
        return said


def measured(planner: Planner, pictures, count: int, bundled_only: bool, seed: int, kinds: list[str]):
    chance = random.Random(seed)
    right, by_kind, wrong, cases = 0, Counter(), [], []
    total = Counter()
    for _ in range(count):
        modality = chance.choice(kinds)
        asked, expected = conversation(modality, True, chance, bundled_only)
        picture = torch.from_numpy(pictures[modality][chance.randrange(len(pictures[modality]))])
        cases.append({"asked": asked, "expected": expected})
        said = planner.answers([asked], picture[None])[0]
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
    data, folder = Path(sys.argv[1]), Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    planner = Planner(folder)
    pictures = images.load(data)
    medical = ["CXR", "CT", "MR"]
    figures, wrong = {}, {}
    for name, part, bundled, kinds, n in [
        ("bundled experts", "held_out", True, [*medical, "other"], count),
        ("with made-up experts", "held_out", False, [*medical, "other"], count),
        ("bundled experts, gliomas of mri_lgg", "outside", True, ["MR"], count // 4),
    ]:
        figures[name], wrong[name], cases = measured(planner, pictures[part], n, bundled, 11, kinds)
        if part == "held_out" and bundled:
            (folder / "cases.json").write_text(json.dumps(cases))
        print(name, figures[name], flush=True)
    figures["modality of held-out pictures"] = modality_accuracy(planner, pictures["held_out"])
    figures["modality of mri_lgg"] = modality_accuracy(planner, pictures["outside"])
    print(figures["modality of held-out pictures"], figures["modality of mri_lgg"])
    for name, cases in wrong.items():
        for case in cases[:12]:
            print(name, case["image"], case["asked"].split("Request: ")[1], "|", case["expected"], "|", case["said"])
    (folder / "figures.json").write_text(json.dumps({"figures": figures, "wrong": {k: v[:40] for k, v in wrong.items()}}, indent=1))


if __name__ == "__main__":
    main()
