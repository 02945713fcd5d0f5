/** The arms of a trial and their sizes, from table heads and from sentences that say who got what. */
import { fromWords } from "../numbers.ts";
import { ranked, tableRows, weightOf, type Candidate, type Reading } from "./reading.ts";

export type Arm = {
  name: string;
  size: number | null;
  quote: string;
  near: number;
  score: number;
  method: string;
};

const sizeInHead =
  /\(?\s*\b[nN]\s*[=:]\s*(\d{1,3}(?:[\s\u00A0\u2009]\d{3})+(?=\s*\))|\d[\d,]*)\s*\)?/;
export const controlWords =
  /\b(placebo|PBO|controls?|usual|standard|sham|no[- ]treatment|untreated|wait(?:ing|[- ]?list)|vehicle|saline|conventional|routine|comparison|care as usual|TAU|dummy|observation|non-?intervention)\b/i;
const notAnArm =
  /^(applied|included|excluded|completed|analy[sz]ed|randomi[sz]ed|enrolled|allocated|assigned|eligible|patients|participants|subjects|children|total|overall|all|p|p[- ]?values?|variables?|characteristics?|parameters?|n|no\.?|%|mean|sd|outcomes?|baseline|difference|change|both|whole|men|women|males?|females?|boys|girls|time|weeks?|months?|days?|group|groups|or|rr|hr|ci)\b/i;

/** Names of columns and counts that are no arms: what came of the people, or when. */
export const notArms =
  /^(?:it|its|they|their|this|these|following|losing|having|being|see|reason|(?:few|several|many|\d+) times|yearly|never|ever|often|sometimes|rarely)\b|^(?:with|without) (?:outcome|event|disease|response|complication|recurrence|relapse|infection)|\b(?:populations?|responders?|survivors?|quartiles?|tertiles?|quintiles?|peak|clusters?|completers?|dropouts?|drop-outs?|withdrawals?|missing|males?|females?|boys|girls|cases)\b|^(?:yes|no|positive|negative|low|medium|moderate|mild|severe|high|normal|before|after|pre|post|baseline|pre-?test|post-?test|week \d+|month \d+|day \d+|year \d+|overall|total|n)$|^(?:healthy )?(?:subjects|volunteers|participants|patients|infants|newborns|children|men|women)$|^[\W\d]*$/i;
/** Fewer than this are no group of a trial. */
export const smallestArm = 3;

/** A name as one would say it: no size, no footnote marks, no trailing "group" punctuation. */
export function armName(text: string): string {
  return text
    .replaceAll(
      /\(?\s*\b[nN]\s*[=:]\s*(?:\d{1,3}(?:[\s\u00A0\u2009]\d{3})+(?=\s*\))|\d[\d,]*)\s*\)?/g,
      " ",
    )
    .replace(/^\d+ (?:to|in) (?:the )?/i, "")
    .replace(/\s*%\s*$/, "")
    .replaceAll(/,?\s*(?:no\.|n)\s*\(%\)|\(\s*(?:n|no\.?|%|mean|SD)[^)]*\)/gi, " ")
    .replaceAll(/[*†‡§¶#]+|\s+[a-d]$/g, " ")
    .replaceAll(/\s+/g, " ")
    .replace(/^[\s,;:–—-]+|[\s,;:–—-]+$/g, "")
    .trim();
}

/** Columns of a table whose heads give a size are arms: "Placebo (n = 33)". */
function armsFromTables(reading: Reading): Arm[][] {
  const found: Arm[][] = [];
  for (const row of tableRows(reading.paper)) {
    if (!row.header && row.index > 2) continue;
    const arms = row.cells.flatMap((cell): Arm[] => {
      const size = sizeInHead.exec(cell)?.[1];
      const name = armName(cell);
      if (size === undefined || name.length < 2 || name.length > 80 || notAnArm.test(name))
        return [];
      if (notArms.test(name) || Number(size.replaceAll(/[^\d]/g, "")) < smallestArm) return [];
      return [
        {
          name,
          size: Number(size.replaceAll(/[^\d]/g, "")),
          quote: row.quote,
          near: row.start,
          score: 6 - row.index * 0.2,
          method: "table head",
        },
      ];
    });
    const distinct = arms.filter(
      (arm, index) => arms.findIndex((other) => other.name === arm.name) === index,
    );
    if (distinct.length >= 2 && distinct.length <= 6) found.push(distinct);
  }
  return found;
}

const namedSize = /([\p{L}][\p{L}\p{N}\s'’/+-]{1,60}?)\s*\(\s*[nN]\s*=\s*(\d[\d,]*)\s*\)/gu;

/** "the placebo group (n = 33) and the RMD group (n = 33)". */
function armsFromSizes(reading: Reading): Arm[][] {
  return reading.sentences.flatMap((sentence) => {
    if (
      weightOf(sentence) <= 0 ||
      !/group|arm|random|assign|allocat|receiv|treat|either|intervention|control/i.test(
        sentence.text,
      )
    )
      return [];
    const arms = [...sentence.text.matchAll(namedSize)].flatMap((match): Arm[] => {
      const name = armName(lastPhrase(match[1] ?? ""));
      const size = Number((match[2] ?? "").replaceAll(",", ""));
      if (name.length < 2 || notAnArm.test(name) || notArms.test(name) || size < smallestArm)
        return [];
      return [
        {
          name,
          size,
          quote: sentence.text,
          near: sentence.start,
          score: 3 + weightOf(sentence) * 0.5,
          method: "sentence with group sizes",
        },
      ];
    });
    return arms.length >= 2 && arms.length <= 6 ? [arms] : [];
  });
}

/** What follows the last joining word: "and the placebo group" is "placebo group". */
function lastPhrase(text: string): string {
  return (
    text
      .split(
        /\b(?:and|or|to|into|either|versus|vs|with|of|received?|were|was|the|an?|in|groups?:|namely|for|by|as|either|than)\b|[,;:]/i,
      )
      .findLast((part) => part.trim() !== "") ?? text
  ).trim();
}

const assigned =
  /random(?:ly|i[sz]ed)?[^.;]{0,60}?\b(?:assign|allocat|divid|random|receiv|split|select)[^.;]{0,40}?\b(?:to|into|receive|either)\s+(?:one of )?(?:(?:the|two|three|four|\d)\s+)*(?:groups?|arms?)?\s*[:;(]?\s*(?:either|to receive|receive|to)?\s*(?:an?|the)?\s*([^.;:()]{3,80}?)(?:\s*\([^)]*\))?,?\s+(?:or|and|versus|vs\.?)\s+(?:to\s+)?(?:an?|the)?\s*([^.;:,()]{3,70})/i;
const versus =
  /\b([\p{L}][^.;:,()]{2,70}?)\s+(?:versus|vs\.?|compared (?:with|to)|in comparison (?:with|to))\s+([^.;:,()]{3,70})/iu;

function armsFromAssignment(reading: Reading): Arm[][] {
  return reading.sentences.flatMap((sentence) => {
    const weight = weightOf(sentence);
    const match =
      weight > 0
        ? (assigned.exec(sentence.text) ??
          (sentence.role === "title" ? versus.exec(sentence.text) : null))
        : null;
    if (!match) return [];
    const arms = [match[1], match[2]].map((text): Arm => ({
      name: armName(trimTail(text ?? "")),
      size: null,
      quote: sentence.text,
      near: sentence.start,
      score: weight * 0.6 + 1,
      method: "sentence of assignment",
    }));
    const fine = arms.every(
      (arm) =>
        arm.name.length > 2 &&
        arm.name.split(" ").length <= 9 &&
        !/^(one|two|three|each|groups?|treatment)$/i.test(arm.name) &&
        !notArms.test(arm.name) &&
        /\p{L}{3}/u.test(arm.name),
    );
    return fine ? [arms] : [];
  });
}

const trimTail = (text: string): string =>
  text
    .replace(
      /\s+(?:for|during|over|in addition|using|by|at|on|once|twice|daily|every|in a|according|with a|stratified|through|from|until|groups?$|,).*$/i,
      "",
    )
    .replace(/^(?:receive|an?|the|either|to)\s+/i, "");

const known = new WeakMap<Reading, Arm[]>();

/** The arms that the paper most clearly names, control last; empty when it names none. */
export function findArms(reading: Reading): Arm[] {
  const found = known.get(reading) ?? bestArms(reading);
  known.set(reading, found);
  return found;
}

function bestArms(reading: Reading): Arm[] {
  const sets = [
    ...armsFromTables(reading),
    ...armsFromSizes(reading),
    ...armsFromAssignment(reading),
  ];
  const best = sets
    .map((set) => ({ set, score: setScore(set, sets) }))
    .toSorted((a, b) => b.score - a.score)[0]?.set;
  return best
    ? best.toSorted((a, b) => Number(controlWords.test(a.name)) - Number(controlWords.test(b.name)))
    : [];
}

/** Sets that name the same arms lend each other weight; earlier tables (baseline) weigh more. */
function setScore(set: Arm[], all: Arm[][]): number {
  const names = set.map((arm) => arm.name.toLowerCase());
  const alike = all.filter(
    (other) => other !== set && other.some((arm) => names.includes(arm.name.toLowerCase())),
  ).length;
  return (
    (set[0]?.score ?? 0) +
    Math.min(3, alike) +
    (set.some((arm) => controlWords.test(arm.name)) ? 1.5 : 0)
  );
}

export function armNames(reading: Reading): Candidate[] {
  return findArms(reading).map((arm) => ({
    value: arm.name,
    quote: arm.quote,
    near: arm.near,
    score: arm.score,
    method: arm.method,
  }));
}

export function armSizes(reading: Reading): Candidate[] {
  return findArms(reading).flatMap((arm) =>
    arm.size === null
      ? sizeElsewhere(reading, arm)
      : [
          {
            value: String(arm.size),
            arm: arm.name,
            unit: "participants",
            quote: arm.quote,
            near: arm.near,
            score: arm.score,
            method: arm.method,
          },
        ],
  );
}

function sizeElsewhere(reading: Reading, arm: Arm): Candidate[] {
  const head = arm.name.split(" ")[0]?.toLowerCase() ?? "";
  const found = reading.sentences.flatMap((sentence): Candidate[] => {
    const at = sentence.text.toLowerCase().indexOf(head);
    if (at < 0 || head.length < 3 || weightOf(sentence) <= 0) return [];
    const after = /^[^.;,]{0,40}?\(\s*n\s*=\s*(\d+)\s*\)/i.exec(sentence.text.slice(at));
    const before = new RegExp(
      String.raw`\b(\d+|\p{L}+) (?:patients|participants|subjects|children|women|men)?\s*(?:in|to|received|were assigned to|were allocated to)\s+(?:the )?$`,
      "iu",
    ).exec(sentence.text.slice(0, at));
    const size = after?.[1] ?? before?.[1];
    const value =
      size === undefined ? Number.NaN : /\d/.test(size) ? Number(size) : fromWords(size);
    return Number.isInteger(value) && value > 1
      ? [
          {
            value: String(value),
            arm: arm.name,
            unit: "participants",
            quote: sentence.text,
            near: sentence.start,
            score: weightOf(sentence),
            method: "sentence about the arm",
          },
        ]
      : [];
  });
  return ranked(found).slice(0, 1);
}

const parts = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/\s*(?:\+|\/|\bplus\b|\band\b|\bwith\b)\s*/)
    .filter((part) => part !== "");
/** "A + B" adds to "A". */
const adds = (more: string, less: string): boolean =>
  parts(more).length > parts(less).length &&
  parts(less).every((part) => parts(more).includes(part));

function namesWith(reading: Reading, control: boolean): Candidate[] {
  const arms = findArms(reading);
  const named = arms.filter((arm) => controlWords.test(arm.name));
  // "Health check only" against "health check plus support": the first is what the other is held against.
  const controls =
    named.length > 0
      ? named
      : arms.filter(
          ({ name }) =>
            /\b(?:only|alone)\b/i.test(name) ||
            arms.some((other) => other.name !== name && adds(other.name, name)),
        );
  const chosen =
    controls.length > 0
      ? arms.filter((arm) => controls.includes(arm) === control)
      : arms.filter((_, index) => (index === arms.length - 1) === control);
  return chosen.map((arm) => ({
    value: arm.name,
    quote: arm.quote,
    near: arm.near,
    score: arm.score,
    method: arm.method,
  }));
}

const experimental =
  /\b(?:effects?|efficacy|effectiveness|impact|safety|benefits?|influence|role|use|evaluation)\s+of\s+([^.;:]{4,110}?)\s+(?:on|in|for|versus|vs|compared|to|among|as|during|after|by)\b/i;

export const unspoken =
  /^(?:the )?(?:interventions?|treatments?|treated|experimental|study|active|test|exercise)?\s*(?:groups?|arms?|capsules?|tablets?|conditions?|program(?:me)?s?)?\s*(?:[A-D1-4]|I{1,3})?$/i;

export function interventions(reading: Reading): Candidate[] {
  const fromArms = namesWith(reading, false);
  // "Intervention group" names the arm and says nothing of what was given.
  if (fromArms.some(({ value }) => !unspoken.test(value))) return fromArms;
  const marked = reading.marks
    .filter((mark) => mark.label === "interventions" && !controlWords.test(mark.text))
    .flatMap((mark): Candidate[] => {
      const sentence = reading.sentences.find(
        (one) => one.start <= mark.start && one.end >= mark.end,
      );
      if (!sentence || mark.text.length < 4) return [];
      return [
        {
          value: mark.text,
          quote: sentence.text,
          near: sentence.start,
          score: weightOf(sentence) + mark.score,
          method: mark.pack,
        },
      ];
    });
  const ruled = reading.sentences.flatMap((sentence): Candidate[] => {
    const match = ["title", "abstract"].includes(sentence.role)
      ? experimental.exec(sentence.text)
      : null;
    if (!match?.[1]) return [];
    const score = weightOf(sentence) + (sentence.role === "title" ? 2 : 0);
    return [
      {
        value: armName(match[1].replace(/^(an?|the)\s+/i, "")),
        quote: sentence.text,
        near: sentence.start,
        score,
        method: "sentence of aim",
      },
    ];
  });
  const spoken = ranked([...marked, ...ruled]).slice(0, 1);
  return spoken.length > 0 ? spoken : fromArms;
}

export function comparators(reading: Reading): Candidate[] {
  const arms = findArms(reading);
  if (arms.length >= 2) return namesWith(reading, true);
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const match =
        weightOf(sentence) > 0
          ? /\b(placebo|sham [\p{L}-]+|usual care|standard (?:care|treatment|therapy)|no treatment|wait(?:ing)?[- ]list(?: control)?|control group)\b/iu.exec(
              sentence.text,
            )
          : null;
      return match?.[1]
        ? [
            {
              value: match[1],
              quote: sentence.text,
              near: sentence.start,
              score:
                weightOf(sentence) + (/random|compar|receiv|versus/i.test(sentence.text) ? 2 : 0),
              method: "control words",
              words: (quote) => quote.toLowerCase().includes((match[1] ?? "").toLowerCase()),
            },
          ]
        : [];
    }),
  ).slice(0, 1);
}

export const total = (arms: Arm[]): number | null =>
  arms.length > 0 && arms.every((arm) => arm.size !== null)
    ? arms.reduce((sum, arm) => sum + (arm.size ?? 0), 0)
    : null;
