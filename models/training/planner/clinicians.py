"""
Questions that clinicians asked of teaching cases (VQA-RAD, CC0): words that are not ours, which no training conversation
holds. Each is put to a held-out picture of the same kind, for what is asked does not depend on the patient. Only questions whose right answer with the bundled experts is beyond doubt:
what the image is, whether the whole of it is normal, and whether a finding named by one of NAMES is there.
"""

import json
import re
from pathlib import Path

from images import teaching_cases

NAMES = {
    "pneumonia": "pneumonia", "infiltrat": "infiltration", "atelecta": "atelectasis", "edema": "edema", "effusion": "effusion",
    "pneumothora": "pneumothorax", "cardiomegaly": "cardiomegaly", "fracture": "fracture", "hemorrhag": "hemorrhage", "infarct": "infarct", "aneurysm": "aneurysm", "cirrho": "cirrhosis",
    "hydroneph": "hydronephrosis", "appendicitis": "appendicitis", "metasta": "metastases", "emphysema": "emphysema", "stroke": "stroke", "abscess": "abscess", "embol": "pulmonary embolism", "midline shift": "midline shift",
}
NOT_THE_KIND = re.compile(r"contrast|sequence|type of mri|enhance|weight|t1|t2|flair|not represent|assess|plane|section|what part|laterality|pa or ap|ap or pa|highlight|exposed|safe|lighter")
WHOLE = re.compile(
    r"^(is|are) (this|the|these) (chest |brain |head )?(image|picture|scan|film|x-ray|ct|mri|cxr|radiograph|study|findings)( \w+)?( a| an)? (normal|abnormal)"
    r"|^is this (a|an) (normal|abnormal) |^is (anything|there anything|something) (abnormal|wrong) (in|with) (this|the) (image|picture|scan|film)|^anything abnormal in|^what is abnormal in|^what abnormal findings"
)
PRESENT = re.compile(r"\b(is there|are there|evidence of|any evidence|have|present|do you see|can you see|signs? of)\b")


def asked_for(kind: str, question: str) -> tuple[str, str | None] | None:
    """The kind of request and the finding, by VQA-RAD's own type of the question and its words; None: in doubt."""
    if kind == "MODALITY":
        return None if NOT_THE_KIND.search(question) else ("NO_EXPERT", None)
    if kind == "ABN":
        return ("JUDGE_ALL", None) if WHOLE.search(question) else None
    named = {name for part, name in NAMES.items() if part in question}
    if kind == "PRES" and len(named) == 1 and PRESENT.search(question) and not re.match(r"where|what|which|how", question):
        return "JUDGE", named.pop()
    return None


def cases(data: Path):
    """Yields (modality, kind of request, name or None, question in small letters), each question once a modality."""
    kinds = {group.removeprefix("vqa"): kind for kind, group, _ in teaching_cases(data)}
    seen = set()
    for row in json.loads((data / "vqa_rad/qa.json").read_text()):
        # "Is/Are" and "-yes/no" are how the set's authors wrote a frame to be filled in.
        question = re.sub(r"\s+", " ", re.sub(r" -\s?\S+$", "", row["question"].lower().replace("is/are", "is"))).strip()
        found, kind = asked_for(row["question_type"], question), kinds.get(row["image_name"])
        if kind and found and (kind, question) not in seen:
            seen.add((kind, question))
            yield kind, *found, question
