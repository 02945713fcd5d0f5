"""Writes what the TypeScript tokenizer and decoders must reproduce: electron/features/models/text/fixtures.

    python goldens.py

The texts are our own. Offsets are in UTF-16 units, as in JavaScript.
"""
import json

import numpy as np

from corpora import ROOT
from embeddings import load
from measure_taggers import viterbi
from tokenizer import Vocabulary

FIXTURES = ROOT / "electron" / "features" / "models" / "text" / "fixtures"
PLAIN = """We randomised 120 adults with asthma to budesonide (400 µg/day) or placebo.
Mean age was 54.3 (SD 12.1) years; 48% were women.
Twenty-four patients withdrew before week 12.
The primary outcome was FEV1 at 6 months, p<0.001.
HbA1c fell by 0.8% (95% CI −1.1 to −0.5) in the insulin glargine arm.
Métformine n'a pas été utilisée.
Die Überlebensrate betrug 71,5 %.
Ελληνικά και ΣΊΣΥΦΟΣ
中文摘要：随机对照试验
Приём ацетилсалициловой кислоты
İstanbul Üniversitesi
naïve café naïve
TNF-α and IL-1β; β2-agonists, CO₂ and 10⁻³ mol
½ tablet, ¾ dose, №5, ™ and ®
emoji 😀 between 👩‍⚕️ words
𝛼-blockers and 𝐱 in bold
٣٤ مريضا في المجموعة
१२ रोगी
12,345 participants; 1234567 steps; 99 999 visits
COVID-19 mRNA-1273 vs BNT162b2 (n=15,210)
pH7.4 CD4+ T-cells/mm3
NCT01234567; doi:10.1000/xyz_123
OBJECTIVE:To compare   tabs	and
new lines
"quoted" ‘single’ “double” «guillemets»
a

   
McDonald's DNA eGFR iPhone ABCdef
X x É é ß ﬁ
Straße STRASSE ẞ
don't they're patients'
e-mail a.b@c.org http://example.org/a?b=1&c=2
±2.3 ≥18 ≤65 ~30 ×10 ÷ →
A/B testing; and/or; 5/7 mg
[11] {12} (13) <14>
$1.2m £30 €40 ¥500
1st 2nd 3rd 10th
zero​width soft­hyphen
non breaking space
thin space 1 000
fullwidth ＡＢＣ １２３
combining é and ü
Hangul 한국어 시험
ไทย ภาษา
עברית שלום
under_score __init__ snake_case
ALL CAPS SENTENCE ABOUT RCTS.
Relative risk 0·72 (0·61–0·84)
Group A: n = 30; Group B: n = 31
mmHg, kg/m2, mL·min−1
Interventions were acupuncture, sham-acupuncture and usual care.
Mortality at 28 days: 12/100 versus 20/100.""".split("\n")


def units(text, offset):
    return len(text[:offset].encode("utf-16-le")) // 2


def main():
    vocabulary = Vocabulary(load("ccby")[0].words[:400])
    FIXTURES.mkdir(parents=True, exist_ok=True)
    vocabulary.write(FIXTURES / "vocab.txt")
    texts = [*PLAIN, "two\nlines\r\n\tand more", "", " \t\n "]
    rows = []
    for text in texts:
        tokens, ids = vocabulary.encode(text)
        rows.append({"text": text, "offsets": [[units(text, start), units(text, end)] for _, start, end in tokens], "ids": ids})
    random = np.random.default_rng(7)
    paths = []
    for count, labels in ((1, 2), (9, 3), (40, 5)):
        logits = random.normal(0, 2, (count, 1 + 2 * labels)).round(3)
        paths.append({"labels": labels, "logits": logits.ravel().tolist(), "path": viterbi(logits)})
    (FIXTURES / "golden.json").write_text(json.dumps({"texts": rows, "paths": paths}, ensure_ascii=False), encoding="utf8")
    print(len(rows), "texts,", len(paths), "tag paths")


if __name__ == "__main__":
    main()
