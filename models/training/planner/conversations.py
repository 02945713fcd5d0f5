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


def pseudo_word(chance: random.Random) -> str:
    return "".join(chance.choice("bcdfghklmnprstvz") + chance.choice("aeiou") for _ in range(chance.choice([2, 3, 3, 4]))) + chance.choice(["", "", "n", "l", "s", "r"])


def made_up(chance: random.Random, invented: bool) -> Card:
    """`invented`: words that are in no list, so that names can only be copied from the card."""
    if invented:
        name = "_".join(chance.choice([pseudo_word(chance).upper(), chance.choice(NAME_PARTS)]) for _ in range(chance.choice([1, 2, 2])))
        task = chance.choice(["segmentation", "segmentation", "classification"])
        known = [pseudo_word(chance) for _ in range(3)] + chance.sample(OTHER_STRUCTURES if task == "segmentation" else OTHER_FINDINGS, 3)
        return (name, chance.choice(MODALITIES), task, chance.sample(known, chance.choice([1, 1, 2, 3, 4])))
    name = "_".join(chance.sample(NAME_PARTS, chance.choice([1, 2, 2, 3])))
    task = chance.choice(["segmentation", "segmentation", "classification"])
    known = OTHER_STRUCTURES if task == "segmentation" else OTHER_FINDINGS
    if chance.random() < 0.25:
        known = known + list(SYNONYMS)
    return (name, chance.choice(MODALITIES), task, chance.sample(known, chance.choice([1, 1, 2, 3, 4, 5])))


def some_cards(chance: random.Random, bundled_only: bool, part: str) -> list[Card]:
    training = part == "train"
    cards = [card for card in BUNDLED if chance.random() < 0.85]
    if not bundled_only and chance.random() < (0.5 if training else 0.35):
        cards = [card for card in cards if chance.random() < 0.6] + [made_up(chance, training and chance.random() < 0.5) for _ in range(chance.choice([1, 2, 3]))]
        if chance.random() < 0.25:
            cards = [("_".join(chance.sample(NAME_PARTS, 2)), *card[1:]) for card in cards]
    unique = {card[0]: card for card in cards}
    cards = list(unique.values())
    chance.shuffle(cards)
    return cards


def fitting(cards: list[Card], modality: str, kind: str, name: str | None) -> Card | None:
    """The expert that the request is for: it reads the modality, does that kind of work and knows the name."""
    tasks = {"OUTLINE": ["segmentation"], "OUTLINE_ALL": ["segmentation"], "JUDGE_ALL": ["classification"], "JUDGE_PART": ["classification"], "JUDGE": ["classification", "segmentation"]}[kind]
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


def possible(cards: list[Card], told: str | None) -> list[str]:
    """
    Everything that the planner may say to these cards: it is held to them, so that it can name no expert that is
    not there, none for another kind of image than it sees, and no other modality than the header's. The program
    writes the same list (planning/cards.ts).
    """
    said = []
    for modality in [told] if told else [*MODALITIES, "other"]:
        looks = answer([], modality, "NO_EXPERT", None).removesuffix("No expert is needed.")
        said += [f"{looks}No expert is needed.", f"{looks}No installed expert does that."]
        for name, reads, _, arguments in cards:
            if reads == modality:
                said += [f"{looks}Let me ask <{name}({argument})>." for argument in ["", *arguments]]
    return said


def conversation(modality: str, part: str, chance: random.Random, bundled_only: bool = False):
    """One conversation about an image of a modality ("other" too): (user turn, answer, what could be answered)."""
    return asked_with(some_cards(chance, bundled_only, part), modality, part, chance)


def asked_with(cards: list[Card], modality: str, part: str, chance: random.Random):
    """As `conversation`, with these experts installed."""
    kinds = {"OUTLINE": 40, "JUDGE": 28, "OUTLINE_ALL": 7, "JUDGE_ALL": 8, "NO_EXPERT": 17}
    if part != "held_out":
        # Seen to go wrong by use after the held-out part was fixed.
        kinds |= {"OUTLINE": 34, "JUDGE": 26, "OUTLINE_ALL": 9, "JUDGE_PART": 6}
    if part == "train":
        # Kinds that go wrong most on the validation part are met more often than they are asked.
        kinds |= {"OUTLINE": 28, "JUDGE": 22, "OUTLINE_ALL": 13, "JUDGE_ALL": 11, "JUDGE_PART": 8, "NO_EXPERT": 18}
    kind = chance.choices(list(kinds), list(kinds.values()))[0]
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
    return user_text(cards, told, request(kind, name, part, chance)), answer(cards, modality, kind, name), possible(cards, told)
