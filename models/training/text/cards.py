"""Cards from their templates in cards/: every number in a card is one that the measuring script printed."""
from pathlib import Path

TEMPLATES = Path(__file__).parent / "cards"


def table(header, rows):
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in [header, ["---"] * len(header), *rows]) + "\n"


def write_card(folder, template, values):
    text = (TEMPLATES / f"{template}.md").read_text(encoding="utf8")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value.strip("\n"))
    if "{{" in text:
        raise ValueError(f"{template}: {text[text.index('{{'):][:40]} was not filled in")
    (folder / "card.md").write_text(text, encoding="utf8")
