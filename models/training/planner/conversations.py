"""
Templated conversations as VILA-M3's expert data was templated: the cards of the installed experts, an image,
a request, and the sentence with which the planner answers. The right answer follows from the cards alone, so
that the network has to read them: experts are left out, mixed with made-up ones, and named anew.
"""

import random

from requests import OTHER_FINDINGS, OTHER_STRUCTURES, SYNONYMS, request

# The bundled image experts, as their manifests' `expertCall` gives them: name, modality, task, arguments.
BUNDLED = [
    ("CT_TISSUE", "CT", "segmentation", ["lungs", "gas", "bone", "fat", "soft tissue"]),
    ("CXR_FINDINGS", "CXR", "classification", ["pneumonia", "infiltration", "atelectasis", "edema", "effusion"]),
    ("CXR_LUNGS", "CXR", "segmentation", ["lungs"]),
    ("MR_FLAIR", "MR", "segmentation", ["FLAIR abnormality"]),
]
NAME_PARTS = ["VISTA", "BRATS", "NET", "SEG", "CXR", "CT", "MR", "ORGAN", "LIVER", "HEART", "TUMOR", "KID", "SPINE", "DENSE", "XRAY", "UNET", "BRAIN", "LUNG", "CHEST",
              "ABDOMEN", "VESSEL", "FIND", "TRIAGE", "HEAD", "BODY", "TOTAL", "MED", "SAM", "PROST", "HIP", "CARDIO", "NODULE", "FRACT", "MULTI", "FAST", "2D", "3D", "V2", "A", "B", "PRO"]
MODALITIES = ["CXR", "CT", "MR"]

Card = tuple[str, str, str, list[str]]


def card_line(card: Card) -> str:
    name, modality, task, arguments = card
    return f"<{name}({'|'.join(arguments)})> {modality} {task}"


def user_text(cards: list[Card], modality: str | None, asked: str) -> str:
    """The user turn, the image's place marked. Written the same way by the program's vlm-planner.ts."""
    lines = ["Experts:", *[card_line(card) for card in cards], "<image>"]
    if modality is not None:
        lines.append(f"This is a {modality} image.")
    return "\n".join([*lines, f"Request: {asked}"])


# What the pack's template puts after the user's turn, before the planner speaks.
ANSWER = "\nAnswer:"


def made_up(chance: random.Random) -> Card:
    name = "_".join(chance.sample(NAME_PARTS, chance.choice([1, 2, 2, 3])))
    task = chance.choice(["segmentation", "segmentation", "classification"])
    known = OTHER_STRUCTURES if task == "segmentation" else OTHER_FINDINGS
    if chance.random() < 0.25:
        known = known + list(SYNONYMS)
    return (name, chance.choice(MODALITIES), task, chance.sample(known, chance.choice([1, 1, 2, 3, 4, 5])))


def some_cards(chance: random.Random, bundled_only: bool) -> list[Card]:
    cards = [card for card in BUNDLED if chance.random() < 0.85]
    if not bundled_only and chance.random() < 0.35:
        cards = [card for card in cards if chance.random() < 0.6] + [made_up(chance) for _ in range(chance.choice([1, 2, 3]))]
        if chance.random() < 0.25:
            cards = [("_".join(chance.sample(NAME_PARTS, 2)), *card[1:]) for card in cards]
    unique = {card[0]: card for card in cards}
    cards = list(unique.values())
    chance.shuffle(cards)
    return cards


def fitting(cards: list[Card], modality: str, kind: str, name: str | None) -> Card | None:
    """The expert that the request is for: it reads the modality, does that kind of work and knows the name."""
    tasks = {"OUTLINE": ["segmentation"], "OUTLINE_ALL": ["segmentation"], "JUDGE_ALL": ["classification"], "JUDGE": ["classification", "segmentation"]}[kind]
    for task in tasks:
        for card in cards:
            if card[1] == modality and card[2] == task and (name is None or name in card[3]):
                return card
    return None


def answer(cards: list[Card], modality: str, kind: str, name: str | None) -> str:
    looks = "This does not look like a CXR, CT or MR image." if modality == "other" else f"This looks like a {modality} image."
    if kind == "NO_EXPERT":
        return f"{looks} No expert is needed."
    card = None if modality == "other" else fitting(cards, modality, kind, name)
    return f"{looks} No installed expert does that." if card is None else f"{looks} Let me ask <{card[0]}({name or ''})>."


def conversation(modality: str, held_out: bool, chance: random.Random, bundled_only: bool = False):
    """One conversation about an image of a modality ("other" too): (user turn, answer)."""
    cards = some_cards(chance, bundled_only)
    kind = chance.choices(["OUTLINE", "JUDGE", "OUTLINE_ALL", "JUDGE_ALL", "NO_EXPERT"], [40, 28, 7, 8, 17])[0]
    name = None
    if kind in ("OUTLINE", "JUDGE"):
        # Mostly something that an expert for this image knows; else something known elsewhere or nowhere.
        wanted = "segmentation" if kind == "OUTLINE" else "classification"
        here = [n for card in cards if card[1] == modality and card[2] == wanted for n in card[3]]
        elsewhere = [n for card in cards for n in card[3]]
        nowhere = OTHER_STRUCTURES if kind == "OUTLINE" else OTHER_FINDINGS
        pool = chance.choices([here, elsewhere, nowhere, list(SYNONYMS)], [70, 12, 12, 6])[0] or nowhere
        name = chance.choice(pool)
    told = modality if modality != "other" and chance.random() < 0.6 else None
    return user_text(cards, told, request(kind, name, held_out, chance)), answer(cards, modality, kind, name)
