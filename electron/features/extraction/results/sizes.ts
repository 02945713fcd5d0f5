/** How many people an arm had: from its column's head, its row, another table, or a sentence. */
import { findArms } from "../fields/arms.ts";
import type { Inquiry } from "./context.ts";
import { fromWords, numberInWords } from "../numbers.ts";
import { sampleSize } from "../fields/people.ts";
import { armLikeness, comparesTimes } from "./likeness.ts";
import { sizeAlone, type Matrix } from "./matrix.ts";

export type Size = { size: number; quote: string; near: number; score: number };

const inHead =
  /\b[nN]\s*[=:]\s*(\d[\d,]*)|\(\s*(\d{1,5})\s*(?:patients|participants|subjects|women|men|children)\s*\)/;

export const sizeIn = (text: string): number | undefined => {
  const match = inHead.exec(text);
  const digits = match?.[1] ?? match?.[2];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
};

/** Sizes that the table itself gives for a column: in its section's head (above row `from`), in its heads, or in a row named N. */
export function sizeOfColumn(matrix: Matrix, column: number, from = 0): Size | undefined {
  const { cells, headerRows, labels } = matrix;
  for (let row = from - 1; row >= headerRows; row -= 1) {
    const cell = cells[row]?.[column];
    if (!cell || !sizeAlone.test(cell.text)) continue;
    return { size: sizeIn(cell.text) ?? 0, quote: cell.text, near: cell.start, score: 3.2 };
  }
  for (let row = headerRows - 1; row >= 0; row -= 1) {
    const cell = cells[row]?.[column];
    const size = cell && sizeIn(cell.text);
    if (cell && size !== undefined) return { size, quote: cell.text, near: cell.start, score: 3 };
  }
  for (let row = headerRows; row < cells.length; row += 1) {
    const label = labels[row]?.at(-1) ?? "";
    const cell = cells[row]?.[column];
    if (
      !cell ||
      !/^(?:n|no\.?|number(?: of (?:patients|participants|subjects|women|children|men|cases|individuals))?(?:\s*\(n\))?|(?:patients|participants|subjects)(?:\s*,?\s*\(?n\)?)?|total n|sample size)$/i.test(
        label,
      )
    )
      continue;
    const digits = /^\s*(\d[\d,]*)\s*$/.exec(cell.text)?.[1];
    if (digits !== undefined)
      return {
        size: Number(digits.replaceAll(",", "")),
        quote: cell.text,
        near: cell.start,
        score: 2.5,
      };
  }
  return undefined;
}

/** The column named N of the same arm, in the same row: "N | Mean" under each arm. */
export function sizeBeside(matrix: Matrix, row: number, column: number): Size | undefined {
  const arm = matrix.heads[column]?.[0];
  if (arm === undefined || (matrix.heads[column]?.length ?? 0) < 2) return undefined;
  for (let at = matrix.labelColumns; at < matrix.heads.length; at += 1) {
    const cell = matrix.cells[row]?.[at];
    if (
      at === column ||
      matrix.heads[at]?.[0] !== arm ||
      !/^(?:n|no\.?|obs\.?|observations|sample size)$/i.test(matrix.heads[at]?.at(-1) ?? "")
    )
      continue;
    const digits = /^\s*(\d[\d,]*)\s*$/.exec(cell?.text ?? "")?.[1];
    if (digits !== undefined && cell)
      return {
        size: Number(digits.replaceAll(",", "")),
        quote: cell.text,
        near: cell.start,
        score: 3.5,
      };
  }
  return undefined;
}

const printedPair = /^\s*(\d+)\s*[([]\s*(\d+(?:[.·]\d+)?)\s*%?\s*[)\]]/;

/**
 * The one size with which every printed count and percentage of the cells agrees (within rounding):
 * n lies in 100·count / (percent ± half a unit of its last digit) for each of them.
 */
export function impliedSize(texts: string[]): number | undefined {
  let [low, high, used] = [1, Number.POSITIVE_INFINITY, 0];
  for (const text of texts) {
    const match = printedPair.exec(text);
    const [count, percent] = [Number(match?.[1]), Number((match?.[2] ?? "").replace("·", "."))];
    if (!match || count === 0 || percent <= 0 || percent > 100 || count < 0.005 * percent) continue;
    const half = 0.5 * 10 ** -((match[2] ?? "").split(/[.·]/)[1]?.length ?? 0);
    const [from, to] = [
      (100 * count) / (percent + half) - 1e-9,
      percent - half > 0 ? (100 * count) / (percent - half) + 1e-9 : Number.POSITIVE_INFINITY,
    ];
    // Subgroup rows have their own denominator: what does not fit the rest is left out.
    if (from > high || to < low) continue;
    [low, high, used] = [Math.max(low, from), Math.min(high, to), used + 1];
  }
  const [first, last] = [Math.ceil(low), Math.floor(high)];
  return used > 0 && last >= first && last - first <= Math.max(0, 0.02 * first)
    ? Math.round((first + last) / 2)
    : undefined;
}

/** Sizes that a row gives: in its label, or in a column named n. */
export function sizeOfRow(matrix: Matrix, row: number): Size | undefined {
  const { cells, labels, heads, labelColumns } = matrix;
  const label = labels[row]?.find((text) => sizeIn(text) !== undefined);
  const first = cells[row]?.[0];
  if (label !== undefined && first)
    return { size: sizeIn(label) ?? 0, quote: label, near: first.start, score: 3 };
  for (let column = 1; column < (cells[row]?.length ?? 0); column += 1) {
    const cell = cells[row]?.[column];
    if (
      !cell ||
      !/^(?:n|no\.?|number|patients \(n\)|sample size)$/i.test(heads[column]?.at(-1) ?? "") ||
      column > labelColumns + 1
    )
      continue;
    const digits = /^\s*(\d[\d,]*)\s*$/.exec(cell.text)?.[1];
    if (digits !== undefined)
      return {
        size: Number(digits.replaceAll(",", "")),
        quote: cell.text,
        near: cell.start,
        score: 2.5,
      };
  }
  return undefined;
}

/** Every size that the paper gives for some arm, with how well the arm's name fits the asked one; best first. */
export function sizesOfArm(inquiry: Inquiry, side: "intervention" | "comparator"): Size[] {
  const [own, other] =
    side === "intervention"
      ? [inquiry.intervention, inquiry.comparator]
      : [inquiry.comparator, inquiry.intervention];
  const found: Size[] = [];
  const add = (
    name: string,
    { size, quote, near }: { size: number; quote: string; near: number },
    bonus: number,
  ): void => {
    const likeness = armLikeness(name, inquiry.terms(name), own, other);
    if (likeness > 0.2) found.push({ size, quote, near, score: likeness + bonus });
  };
  for (const [index, matrix] of inquiry.matrices.entries()) {
    for (let column = 0; column < matrix.heads.length; column += 1) {
      const name = (matrix.heads[column] ?? []).join(" ");
      const size = sizeOfColumn(matrix, column);
      const head = matrix.cells[0]?.[column];
      const implied = impliedSize(
        matrix.cells.slice(matrix.headerRows).map((row) => row[column]?.text ?? ""),
      );
      if (size) add(name, size, 0.35 - 0.03 * index);
      else if (implied !== undefined && head)
        add(name, { size: implied, quote: head.text, near: head.start }, -0.15 - 0.03 * index);
    }
    for (let row = matrix.headerRows; row < matrix.cells.length; row += 1) {
      const size = sizeOfRow(matrix, row);
      if (size) add((matrix.labels[row] ?? []).join(" "), size, 0.2 - 0.03 * index);
    }
  }
  for (const arm of findArms(inquiry.reading))
    if (arm.size !== null) add(arm.name, { ...arm, size: arm.size }, 0.3);
  for (const { text, start, role } of inquiry.reading.sentences)
    for (const { name, size } of sizesInSentence(text))
      add(
        name,
        { size, quote: text, near: start },
        ["abstract", "methods"].includes(role) ? 0.15 : 0.1,
      );
  const each = sizeOfEach(inquiry);
  return [...agreed(found), ...(each ? [each] : [])];
}

const people =
  "(?:patients|participants|subjects|children|women|men|adults|volunteers|infants|individuals|eyes|cases|dogs|animals|rats|people|students|practices|pharmacies|mothers|girls|boys|neonates|shops)";
const sizePatterns: RegExp[] = [
  new RegExp(String.raw`([^.;,:()]{2,70}?)\s*[([]\s*[nN]\s*=\s*(\d[\d,]*)`, "g"),
  new RegExp(
    String.raw`()\b(\d+)\s+(?:${people}\s+)?(?:\([\d.]+\s*%\)\s+)?(?:were\s+)?(?:randomi[sz]ed |randomly )?(?:assigned|allocated|randomi[sz]ed|in|received|receiving|treated with|given|to|into)\s+(?:to\s+)?(?:receive\s+)?(?:the\s+)?([^.;,:()]{2,60})`,
    "g",
  ),
  new RegExp(
    String.raw`([^.;,:()]{2,60}?(?:group|arm))\s+(?:included|comprised|consisted of|had|contained)\s+(\d+)\s+${people}`,
    "g",
  ),
];

function sizesInSentence(text: string): { name: string; size: number }[] {
  return sizePatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const size = Number((match[2] ?? "").replaceAll(",", ""));
      const name =
        (match[1] || match[3] || "").split(/\b(?:and|or|versus|vs\.?)\b/).at(match[1] ? -1 : 0) ??
        "";
      const outcome =
        /^\s*(?:\(\s*[\d.]+\s*%|%)/.test(
          text.slice(match.index + match[0].indexOf(match[2] ?? "") + (match[2] ?? "").length),
        ) ||
        /\b(?:responded|experienced|developed|reported|occurred|observed|died|failed|showed)\b/i.test(
          text,
        );
      return size > 2 && !outcome && name.trim() !== "" ? [{ name, size }] : [];
    }),
  );
}

const each: RegExp[] = [
  new RegExp(
    String.raw`\b(?:each|both|either|per|two equal|three equal|four equal|the (?:two|three|four))\s+(?:\p{L}+\s+)?(?:groups?|arms?)?[^.;\d]{0,25}?[(\[]?\s*[nN]\s*=\s*(\d+)`,
    "iu",
  ),
  new RegExp(
    String.raw`\b(\d+)\s+(?:\p{L}+\s+)?${people}?\s*(?:in|per|to|for)\s+(?:each|every|both)\b`,
    "iu",
  ),
  new RegExp(String.raw`\bgroups?\s+of\s+(\d+)\b`, "iu"),
  new RegExp(String.raw`\b[nN]\s*=\s*(\d+)\s*(?:in|per|for)?\s*(?:each|both|per group)`, "iu"),
  new RegExp(
    String.raw`\beach\s+(?:group|arm)\s+(?:of|had|included|comprised|consisted of|contained|with)\s+(\d+)`,
    "iu",
  ),
];

const parts: Record<string, number> = { two: 2, three: 3, four: 4, "2": 2, "3": 3, "4": 4 };
const divided = new RegExp(
  String.raw`\b(\d+|${numberInWords})\s+(?:[\p{L}-]+\s+){0,6}?${people}?[^.;]{0,80}?\b(?:divided|randomi[sz]ed|allocated|assigned|split|distributed)\b[^.;\d]{0,40}?\b(?:into|to|in|among|between)\s+(?:one of )?(?:the\s+)?(two|three|four|2|3|4)\s+(?:[\p{L}-]+\s+){0,2}?(?:groups|arms)`,
  "iu",
);

const eitherOr = new RegExp(
  String.raw`\b(\d+|${numberInWords})\s+(?:[\p{L}-]+\s+){0,6}?${people}?[^.;]{0,80}?\b(?:randomi[sz]ed|allocated|assigned)\b[^.;\d]{0,30}?\beither\b[^.;]{3,160}?\bor\b`,
  "iu",
);

/** "Forty-two patients were divided into two groups": a share that is worked out, never printed. */
function evenShare(inquiry: Inquiry): Size | undefined {
  for (const { text, start } of inquiry.reading.sentences) {
    const match = divided.exec(text) ?? eitherOr.exec(text);
    const total = match
      ? /\d/.test(match[1] ?? "")
        ? Number(match[1])
        : fromWords(match[1] ?? "")
      : Number.NaN;
    const share = total / (parts[(match?.[2] ?? "two").toLowerCase()] ?? Number.NaN);
    if (Number.isInteger(share) && share > 2)
      return { size: share, quote: text, near: start, score: 0.2 };
  }
  return undefined;
}

/** One size for all arms ("21 patients in each group"), or for a single group seen twice. */
export function sizeOfEach(inquiry: Inquiry): Size | undefined {
  for (const sentence of inquiry.reading.sentences) {
    if (["introduction", "discussion"].includes(sentence.role)) continue;
    for (const pattern of each) {
      const size = Number(pattern.exec(sentence.text)?.[1] ?? Number.NaN);
      if (size > 2) return { size, quote: sentence.text, near: sentence.start, score: 0.5 };
    }
  }
  const shared = evenShare(inquiry);
  if (shared) return shared;
  if (!comparesTimes(inquiry.intervention, inquiry.comparator)) return undefined;
  const whole = sampleSize(inquiry.reading)[0];
  return whole
    ? { size: Number(whole.value), quote: whole.quote, near: whole.near, score: 0.3 }
    : undefined;
}

/** A size that is found more than once outweighs one found once. */
function agreed(found: Size[]): Size[] {
  return found
    .map((one) => ({
      ...one,
      score:
        one.score + Math.min(0.4, 0.08 * found.filter((other) => other.size === one.size).length),
    }))
    .toSorted((a, b) => b.score - a.score);
}
