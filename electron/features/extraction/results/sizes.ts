/** How many people an arm had: from its column's head, its row, another table, or a sentence. */
import { findArms } from "../fields/arms.ts";
import type { Inquiry } from "./context.ts";
import { armLikeness } from "./likeness.ts";
import type { Matrix } from "./matrix.ts";

export type Size = { size: number; quote: string; near: number; score: number };

const inHead =
  /\b[nN]\s*[=:]\s*(\d[\d,]*)|\(\s*(\d{1,5})\s*(?:patients|participants|subjects|women|men|children)\s*\)/;

export const sizeIn = (text: string): number | undefined => {
  const match = inHead.exec(text);
  const digits = match?.[1] ?? match?.[2];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
};

/** Sizes that the table itself gives for a column: in its heads, or in a row named N. */
export function sizeOfColumn(matrix: Matrix, column: number): Size | undefined {
  const { cells, headerRows, labels } = matrix;
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
      return { size: Number(digits), quote: cell.text, near: cell.start, score: 2.5 };
  }
  return undefined;
}

/** Every size that the paper gives for some arm, with how well the arm's name fits the asked one. */
export function sizeAnywhere(
  inquiry: Inquiry,
  side: "intervention" | "comparator",
): Size | undefined {
  const [own, other] =
    side === "intervention"
      ? [inquiry.intervention, inquiry.comparator]
      : [inquiry.comparator, inquiry.intervention];
  const found: Size[] = [];
  const add = (name: string, size: number, quote: string, near: number, bonus: number): void => {
    const likeness = armLikeness(name, inquiry.terms(name), own, other);
    if (likeness > 0.2) found.push({ size, quote, near, score: likeness + bonus });
  };
  for (const [index, matrix] of inquiry.matrices.entries()) {
    for (let column = 0; column < matrix.heads.length; column += 1) {
      const size = sizeOfColumn(matrix, column);
      if (size)
        add(
          (matrix.heads[column] ?? []).join(" "),
          size.size,
          size.quote,
          size.near,
          0.35 - 0.03 * index,
        );
    }
    for (let row = matrix.headerRows; row < matrix.cells.length; row += 1) {
      const size = sizeOfRow(matrix, row);
      if (size)
        add(
          (matrix.labels[row] ?? []).join(" "),
          size.size,
          size.quote,
          size.near,
          0.2 - 0.03 * index,
        );
    }
  }
  for (const arm of findArms(inquiry.reading))
    if (arm.size !== null) add(arm.name, arm.size, arm.quote, arm.near, 0.3);
  for (const sentence of inquiry.reading.sentences)
    for (const { name, size } of sizesInSentence(sentence.text))
      add(
        name,
        size,
        sentence.text,
        sentence.start,
        ["abstract", "methods"].includes(sentence.role) ? 0.15 : 0.1,
      );
  return agreed(found);
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
      return size > 2 && name.trim() !== "" ? [{ name, size }] : [];
    }),
  );
}

/** A size that is found more than once outweighs one found once. */
function agreed(found: Size[]): Size | undefined {
  const scored = found.map((one) => ({
    ...one,
    score:
      one.score + Math.min(0.4, 0.08 * found.filter((other) => other.size === one.size).length),
  }));
  return scored.toSorted((a, b) => b.score - a.score)[0];
}
