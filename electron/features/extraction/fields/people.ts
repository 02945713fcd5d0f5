/** Who took part: how many, how old, of which sex, and which people they were. */
import { findNumbers, fromWords, numberInWords } from "../numbers.ts";
import { findArms, total } from "./arms.ts";
import { ranked, rowValue, tableRows, weightOf, type Candidate, type Reading } from "./reading.ts";

const nouns =
  "patients?|participants?|subjects?|individuals?|volunteers?|children|adolescents?|infants?|neonates?|newborns?|women|men|adults?|girls|boys|persons?|people|students?|couples|veterans?|residents?|mothers?|pregnancies|outpatients?|inpatients?|survivors?|caregivers?|smokers?|cases?|workers?|nurses?|athletes?|players?|eyes|dogs|rats|mice|households|dyads|respondents|recipients|males|females";
const count = String.raw`(\d{1,3}(?:,\d{3})+|\d+|${numberInWords})`;
const described = String.raw`(?:\s+(?!were|was|had|who)[\p{L}\p{N}'’()/-]+){0,7}?`;
const acts =
  "random(?:ly|i[sz]ed)?|enrol(?:l)?ed|recruited|included|assigned|allocated|participated|completed|entered|took part|analy[sz]ed|studied|eligible";
const before = new RegExp(
  String.raw`\b${count}${described}\s+(?:${nouns})\b[^.;]{0,90}?\b(${acts})`,
  "giu",
);
const afterAct = new RegExp(
  String.raw`\b(${acts})\b[^.;\d]{0,40}?\b${count}${described}\s+(?:${nouns})\b`,
  "giu",
);
const totals = new RegExp(
  String.raw`\b(?:a |in )?total (?:of |sample (?:size )?(?:of|was) |study population (?:of|was) )?${count}${described}(?:\s+(?:${nouns}))?`,
  "giu",
);
const enEquals = /\(\s*[Nn]\s*=\s*(\d[\d,]*)\s*\)/g;

/** What happened to the people counted, from the words right after the number. */
const aside =
  /\b(?:assessed|screened|approached|invited|contacted|candidates|not eligible|excluded|declined|withdr[ae]w|lost|dropped|per group|in each|to the \S*\s?(?:intervention|control|placebo|treatment|experimental)\S*(?: group| arm)?)\b/i;

function wordsAfter(sentence: string, number: string): string {
  const at = sentence.indexOf(number);
  return sentence.slice(at, at + number.length + 70).split(/[.;]|, and|\band\b(?=\s+\d)/)[0] ?? "";
}

const actWeight = (act: string): number =>
  /random|assign|allocat/i.test(act)
    ? 4
    : /enrol|recruit|includ|entered|took part|participated/i.test(act)
      ? 2.5
      : /complet|analy/i.test(act)
        ? 0.5
        : /eligible/i.test(act)
          ? -1
          : 1;

function asCount(text: string): number {
  const value = /\d/.test(text) ? Number(text.replaceAll(",", "")) : fromWords(text);
  return Number.isInteger(value) && value >= 4 && value < 2_000_000 ? value : Number.NaN;
}

/** How many people the trial took: randomised before enrolled before analysed. */
export function sampleSize(reading: Reading): Candidate[] {
  const marked = reading.marks
    .filter((mark) => mark.label === "total-participants")
    .flatMap((mark): Candidate[] => {
      const sentence = reading.sentences.find(
        (one) => one.start <= mark.start && one.end >= mark.end,
      );
      const number = findNumbers(mark.text)[0];
      return sentence && number
        ? [candidate(number.value, sentence, 2.5 + mark.score, mark.pack)]
        : [];
    });
  const ruled = reading.sentences.flatMap((sentence): Candidate[] => {
    const weight = weightOf(sentence);
    if (
      weight <= 0 ||
      (/screened|assessed for eligibility|sample size (?:calculation|of)|power|would be (?:needed|required)|previous|required to detect/i.test(
        sentence.text,
      ) &&
        !/random/i.test(sentence.text))
    )
      return [];
    const counted = (match: RegExpExecArray): boolean =>
      !/\b(?:days?|weeks?|months?|visits?|ages?|aged|years?|phase|group|[±–-])\s*$/i.test(
        sentence.text.slice(0, match.index),
      );
    const found: [string, number][] = [
      ...[...sentence.text.matchAll(before)]
        .filter(counted)
        .map((match): [string, number] => [match[1] ?? "", actWeight(match[2] ?? "")]),
      ...[...sentence.text.matchAll(afterAct)].map((match): [string, number] => [
        match[2] ?? "",
        actWeight(match[1] ?? "") - 0.3,
      ]),
      ...[...sentence.text.matchAll(totals)].map((match): [string, number] => [match[1] ?? "", 2]),
      ...(sentence.role === "abstract"
        ? [...sentence.text.matchAll(enEquals)]
            .slice(0, 1)
            .map((match): [string, number] => [match[1] ?? "", 0.2])
        : []),
    ];
    const perGroup = /\b(?:each|per)\s+(?:group|arm)|respectively/i.test(sentence.text) ? 1 : 0;
    return found.flatMap(([text, act]) =>
      Number.isNaN(asCount(text))
        ? []
        : [
            candidate(
              asCount(text),
              sentence,
              weight + act - perGroup - (aside.test(wordsAfter(sentence.text, text)) ? 3.5 : 0),
              "sentence pattern",
            ),
          ],
    );
  });
  const arms = total(findArms(reading));
  const summed = [...marked, ...ruled].map((one) =>
    arms !== null && Number(one.value) === arms ? { ...one, score: one.score + 2.5 } : one,
  );
  return ranked(agreeing(summed));
}

/** The same number found again is worth more than a number found once. */
function agreeing(candidates: Candidate[]): Candidate[] {
  return candidates.map((one) => ({
    ...one,
    score:
      one.score + Math.min(2, 0.5 * candidates.filter((other) => other.value === one.value).length),
  }));
}

function candidate(
  value: number,
  sentence: { text: string; start: number },
  score: number,
  method: string,
): Candidate {
  return {
    value: String(value),
    unit: "participants",
    quote: sentence.text,
    near: sentence.start,
    score,
    method,
  };
}

const years = String.raw`(?:years?|yrs?|y|months?|mo|weeks?|days?)`;
const ages: [RegExp, number][] = [
  [
    new RegExp(
      String.raw`\b(?:mean|average|median)\s+(?:\(?(?:±\s*)?(?:SD|IQR|range|standard deviation)\)?\s+)?age[^.;\d]{0,40}(\d[\d.]*(?:\s*(?:±|\+\/-|\(|–|-|to|,)\s*(?:SD|s\.d\.|IQR|range)?[\s:=]*\d[\d.]*\)?)*)(?:\s*${years})?`,
      "i",
    ),
    4,
  ],
  [
    new RegExp(
      String.raw`\baged?\b[^.;\d]{0,25}((?:between\s+)?(?:[≥>≤<]\s*)?\d[\d.]*(?:\s*(?:±|–|-|to|and)\s*\d[\d.]*)?)\s*${years}`,
      "i",
    ),
    2.5,
  ],
  [
    new RegExp(String.raw`(\d[\d.]*\s*(?:±|\+\/-)\s*\d[\d.]*)\s*${years}\s*(?:old|of age)?`, "i"),
    1.5,
  ],
  [
    new RegExp(
      String.raw`((?:[≥>]\s*)?\d+(?:\s*(?:–|-|to|and)\s*\d+)?)\s*${years}\s+(?:old|of age|and older|or older)`,
      "i",
    ),
    2,
  ],
];

export function age(reading: Reading): Candidate[] {
  const inText = reading.sentences.flatMap((sentence): Candidate[] => {
    const weight = weightOf(sentence);
    if (
      weight <= 0 ||
      !/\bage[sd]?\b|years? old|of age/i.test(sentence.text) ||
      /\bstratif/i.test(sentence.text)
    )
      return [];
    return ages.flatMap(([pattern, worth]): Candidate[] => {
      const match = pattern.exec(sentence.text);
      return match?.[1]
        ? [
            {
              value: match[0].replace(/^\s+|\s+$/g, ""),
              unit: unitOf(match[0]),
              quote: sentence.text,
              near: sentence.start,
              score: weight + worth,
              method: "sentence pattern",
            },
          ]
        : [];
    });
  });
  const inTables = tableRows(reading.paper).flatMap((row): Candidate[] => {
    const label = row.cells[0] ?? "";
    if (
      !/^(mean |median |maternal |patient )?age\b/i.test(label) ||
      row.cells.length < 2 ||
      !row.cells.slice(1).some((cell) => /\d/.test(cell))
    )
      return [];
    return [
      {
        value: rowValue(row),
        unit: unitOf(label),
        quote: row.quote,
        near: row.start,
        score: 4.5 - row.index * 0.05,
        method: "table row",
      },
    ];
  });
  return ranked([...inText, ...inTables]);
}

const unitOf = (text: string): string =>
  /month|\bmo\b/i.test(text)
    ? "months"
    : /week/i.test(text)
      ? "weeks"
      : /day/i.test(text)
        ? "days"
        : "years";

export function sex(reading: Reading): Candidate[] {
  const rows = tableRows(reading.paper).flatMap((row): Candidate[] =>
    /^(sex|gender|female|male|women|men|% ?female)\b/i.test(row.cells[0] ?? "") &&
    /;.*\d/.test(rowValue(row))
      ? [
          {
            value: rowValue(row),
            quote: row.quote,
            near: row.start,
            score: 4,
            method: "table row",
          },
        ]
      : [],
  );
  const inText = reading.sentences.flatMap((sentence): Candidate[] => {
    const match =
      weightOf(sentence) > 0
        ? /\b(?:\d[\d,.]*\s?%?|[a-z]+)\s*(?:\(\d[\d.]*\s?%\)\s*)?(?:were |was )?(?:wom[ae]n|females?|m[ae]n|males?|girls|boys)\b(?:[^.;]{0,40}(?![\p{L}\p{N}]))?/iu.exec(
            sentence.text,
          )
        : null;
    return match && /\d/.test(match[0])
      ? [
          {
            value: match[0].trim(),
            quote: sentence.text,
            near: sentence.start,
            score: weightOf(sentence) + 1,
            method: "sentence pattern",
          },
        ]
      : [];
  });
  return ranked([...rows, ...inText]);
}

const people = new RegExp(
  String.raw`\b((?:(?:[\p{L}-]+\s+){0,4})(?:${nouns})(?:\s+(?:with|who|aged|undergoing|diagnosed|suffering|receiving|having|admitted|scheduled|referred|presenting|at (?:high |increased )?risk|older|between|≥|requiring|following|after|in|from)\b[^.;:()]{3,140}?)?)(?=[.;:(]|,\s|\s+(?:were|was|received|to (?:receive|either)|randomi[sz]ed|into)\b|$)`,
  "iu",
);

/** The people studied, in the paper's words. */
export function population(reading: Reading): Candidate[] {
  const marked = reading.marks.flatMap((mark): Candidate[] => {
    if (mark.label !== "participants" && mark.label !== "eligibility") return [];
    const sentence = reading.sentences.find(
      (one) => one.start <= mark.start && one.end >= mark.end,
    );
    const words = mark.text.split(/\s+/).length;
    return sentence && words >= 2 && words <= 30 && weightOf(sentence) > 0
      ? [
          {
            value: mark.text,
            quote: sentence.text,
            near: sentence.start,
            score: weightOf(sentence) + 2.2 * mark.score + Math.min(2, words / 6),
            method: mark.pack,
          },
        ]
      : [];
  });
  const ruled = reading.sentences.flatMap((sentence): Candidate[] => {
    if (
      weightOf(sentence) <= 0 ||
      sentence.role === "results" ||
      /\b(?:not (?:considered|included|eligible)|excluded|exclusion|complications or histor)/i.test(
        sentence.text,
      )
    )
      return [];
    const match = people.exec(sentence.text);
    const value =
      match?.[1]
        ?.trim()
        .replace(
          /^(?:(?:a |in )?total of|in|of|for|among|the|we|all|and|a|an|that|whether|on|eligible|were)\s+/gi,
          "",
        )
        // "Eating behaviour in subjects with obesity": the people stand behind the "in".
        .replace(
          /^(?:[\p{L}-]+\s+){1,3}(?:in|of|among|for)\s+(?=(?:the\s+)?(?:[\p{L}-]+\s+){0,3}(?:patients|participants|subjects|women|men|children|adults|individuals|people)\b)/iu,
          "",
        ) ?? "";
    const words = value.split(/\s+/).length;
    if (words < 2) return [];
    const telling = /inclusion|eligib|recruit|enrol|random|includ|participants were|particip/i.test(
      sentence.text,
    )
      ? 2
      : 0;
    const specific =
      /\b(?:with|who|aged|undergoing|diagnosed|suffering|admitted|scheduled)\b/i.test(value)
        ? 2
        : 0;
    return [
      {
        value,
        quote: sentence.text,
        near: sentence.start,
        score: weightOf(sentence) + telling + specific - (sentence.role === "title" ? 1 : 0),
        method: "sentence pattern",
      },
    ];
  });
  return ranked([...marked, ...ruled]);
}
