/** How many people an arm had: with the numbers, in another table, or in a sentence; both arms from one place where that can be. */
import { findArms } from "../fields/arms.ts";
import { sampleSize } from "../fields/people.ts";
import { armScores } from "./arm-match.ts";
import type { Inquiry } from "./context.ts";
import type { Found } from "./found.ts";
import { comparesTimes } from "./likeness.ts";
import type { Matrix } from "./matrix.ts";
import { mergedSize } from "./merged-arms.ts";
import { outcomeFit } from "./outcome-match.ts";
import { timesIn } from "./times.ts";
import { linePairs } from "./table-lines.ts";
import { impliedSize, sizeIn, sizeOfColumn, sizeOfRow, type Size } from "./sizes-in-tables.ts";
import { pairsInSentence, sharedSize, singlesIn } from "./sizes-in-text.ts";

export type Side = "intervention" | "comparator";
export type SizePair = { intervention: Size; comparator: Size; score: number; place: number };
export type ArmSizes = {
  /** Of an arm that merges several of the trial's. */
  merged: Record<Side, Size | undefined>;
  pairs: SizePair[];
  singles: Record<Side, Size[]>;
  each: Size | undefined;
};

const sides: Side[] = ["intervention", "comparator"];

/** Every size that the paper gives for the asked arms, best first. */
export function sizesOfArms(inquiry: Inquiry): ArmSizes {
  const pairs = [...pairsInTables(inquiry), ...pairsInText(inquiry)];
  const agreed = pairs
    .map((pair) => ({
      ...pair,
      score:
        pair.score -
        // Arms of a trial are of a size; one a fifth of the other is more likely something else.
        (Math.max(pair.intervention.size, pair.comparator.size) >
        5 * Math.min(pair.intervention.size, pair.comparator.size)
          ? 0.5
          : 0) +
        0.08 *
          Math.min(
            5,
            pairs.filter(
              (other) =>
                other.intervention.size === pair.intervention.size &&
                other.comparator.size === pair.comparator.size,
            ).length,
          ),
    }))
    .toSorted((a, b) => b.score - a.score);
  return {
    merged: {
      intervention: mergedSize(inquiry, inquiry.intervention),
      comparator: mergedSize(inquiry, inquiry.comparator),
    },
    pairs: agreed,
    singles: singles(inquiry),
    each: sizeOfEach(inquiry),
  };
}

/** Sizes in the heads of two columns, or the labels of two rows, that name the arms and otherwise say the same. */
function pairsInTables(inquiry: Inquiry): SizePair[] {
  return inquiry.matrices.flatMap((matrix, index) => {
    const inColumns = armsInColumns(inquiry, matrix);
    return (inColumns ? (["columns"] as const) : (["columns", "rows"] as const)).flatMap((by) =>
      linePairs(inquiry, matrix, by).flatMap(({ a, b, armScore, restDifference }) => {
        const of = (line: number): Size | undefined =>
          by === "columns" ? sizeOfColumn(matrix, line) : sizeOfRow(matrix, line);
        const [intervention, comparator] = [of(a.index), of(b.index)];
        if (!intervention || !comparator) return [];
        // Of several parts of the people, the largest is most likely all of them.
        const whole = 0.02 * Math.log10(intervention.size + comparator.size + 1);
        const score = (armScore - restDifference) / 2 + 0.3 - 0.03 * index + whole;
        return [{ intervention, comparator, score, place: intervention.near }];
      }),
    );
  });
}

/** A table with an arm in its heads tells of other things in its rows. */
const armsInColumns = (inquiry: Inquiry, matrix: Matrix): boolean =>
  matrix.heads.some((heads) =>
    heads.some((head) => {
      const { own, other } = armScores(inquiry, bare(head));
      return Math.max(own, other) >= 0.4;
    }),
  );

type Named = { name: string; size: Size | undefined };

function bestPair(inquiry: Inquiry, lines: Named[], bonus: number): SizePair[] {
  const best = (side: "own" | "other"): { size: Size; score: number } | undefined =>
    lines
      .flatMap(({ name, size }) =>
        size ? [{ size, score: armScores(inquiry, bare(name))[side] }] : [],
      )
      .reduce<{ size: Size; score: number } | undefined>(
        (kept, one) => (one.score > (kept?.score ?? 0.25) ? one : kept),
        undefined,
      );
  const [one, two] = [best("own"), best("other")];
  if (!one || !two || one.size === two.size) return [];
  const score = (one.score + two.score) / 2 + bonus;
  return [{ intervention: one.size, comparator: two.size, score, place: one.size.near }];
}

const bare = (name: string): string =>
  name.replaceAll(/\(?\s*\b[nN][a-z]?\s*[=:]\s*\d[\d,]*\s*\)?/g, " ");

function pairsInText(inquiry: Inquiry): SizePair[] {
  const arms = findArms(inquiry.reading).flatMap((arm) =>
    arm.size === null
      ? []
      : [{ name: arm.name, size: { size: arm.size, quote: arm.quote, near: arm.near, score: 1 } }],
  );
  return [
    ...bestPair(inquiry, arms, 0.2),
    ...inquiry.reading.sentences.flatMap((sentence) => pairsInSentence(inquiry, sentence)),
  ];
}

/** Sizes of one arm alone. */
function singles(inquiry: Inquiry): Record<Side, Size[]> {
  const found: Record<Side, Size[]> = { intervention: [], comparator: [] };
  const add = (name: string, size: Size, bonus: number): void => {
    const scores = armScores(inquiry, bare(name));
    for (const side of sides) {
      const score = side === "intervention" ? scores.own : scores.other;
      if (score > 0.25) found[side].push({ ...size, score: score + bonus });
    }
  };
  for (const [index, matrix] of inquiry.matrices.entries()) {
    for (const [column, heads] of matrix.heads.entries()) {
      const size = sizeOfColumn(matrix, column);
      const head = matrix.cells[0]?.[column];
      const implied = impliedSize(
        matrix.cells.slice(matrix.headerRows).map((row) => row[column]?.text ?? ""),
      );
      if (size) add(heads.join(" "), size, 0.3 - 0.03 * index);
      else if (implied !== undefined && head)
        add(
          heads.join(" "),
          { size: implied, quote: head.text, near: head.start, score: 0 },
          -0.15,
        );
    }
    for (const [row, labels] of matrix.labels.entries()) {
      const size =
        row < matrix.headerRows || armsInColumns(inquiry, matrix)
          ? undefined
          : sizeOfRow(matrix, row);
      if (size) add(labels.join(" "), size, 0.2 - 0.03 * index);
    }
  }
  for (const sentence of inquiry.reading.sentences)
    for (const { name, size } of singlesIn(sentence))
      add(name, size, ["abstract", "methods"].includes(sentence.role) ? 0.15 : 0.1);
  for (const side of sides) found[side].sort((a, b) => b.score - a.score);
  return found;
}

/** One size for all arms ("21 patients in each group"), or for a single group seen twice. */
function sizeOfEach(inquiry: Inquiry): Size | undefined {
  const shared = sharedSize(inquiry);
  if (shared) return shared;
  if (!comparesTimes(inquiry.intervention, inquiry.comparator)) return undefined;
  const whole = sampleSize(inquiry.reading)[0];
  return whole
    ? { size: Number(whole.value), quote: whole.quote, near: whole.near, score: 0.3 }
    : undefined;
}

/** Sizes for one reading, best first: its own, those said with the outcome, the arms' in general. */
export function sizesFor(
  inquiry: Inquiry,
  found: Found | undefined,
  sizes: ArmSizes,
): Record<Side, Size[]> {
  const told = [...sizes.pairs]
    .map((pair) => ({ pair, score: pair.score + nearness(inquiry, found, pair) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ pair, score }) => ({ pair, score }));
  const of = (side: Side): Size[] => [
    ...[sizes.merged[side]].filter((size) => size !== undefined),
    ...told.map(({ pair, score }) => ({ ...pair[side], score })),
    ...sizes.singles[side],
    ...(sizes.each ? [sizes.each] : []),
  ];
  return { intervention: of("intervention"), comparator: of("comparator") };
}

/** Sizes in the very sentence of the values, or in one that speaks of the outcome, count more. */
function nearness(inquiry: Inquiry, found: Found | undefined, pair: SizePair): number {
  if (!found) return 0;
  const { quote } = pair.intervention;
  if (quote === found.intervention.quote) return 1;
  if (sizeIn(quote) !== undefined && quote.length < 60) return 0;
  const sentence = inquiry.reading.sentences.find(({ start }) => start === pair.intervention.near);
  if (!sentence || sentence.role === "methods") return 0;
  const [asked, told] = [timesIn(inquiry.outcome.text), timesIn(quote)];
  const sameTime = asked.some((time) => told.includes(time));
  if (asked.length > 0 && told.length > 0 && !sameTime) return 0;
  const fit = outcomeFit(inquiry, { near: quote, caption: "", around: "" });
  return (fit.near > 0.6 ? 0.35 : 0) + (sameTime ? 0.3 : 0);
}
