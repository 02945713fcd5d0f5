/**
 * Which pack answers which question: for each category and label the best measured one, so that all that are
 * chosen fit the memory together (after Composition of Experts, arXiv 2412.01868: maximise the sum of measured
 * figures under a limit of bytes). Pure; figures are the cards' own, never claimed ones.
 */
import type { ExpertCard } from "../models.ts";
import { aboutCategory, categoryIds, readsCategory, type Category } from "./categories.ts";

export type Measured = { metric: string; value: number; n: number; of: string };
/** A pack that could answer, with what it holds of memory when it is open. */
export type Candidate = Pick<ExpertCard, "id" | "title" | "task" | "inputs" | "labels"> & {
  bytes: number;
  figures: readonly {
    metric: string;
    value: number;
    n: number;
    cohort: string;
    subgroup?: string | undefined;
  }[];
};
/** What can be asked: a label of a category. */
type Question = { category: Category; label: string };
type Answer = { pack: string; score: number; measured: Measured | null };
export type Assigned = {
  /** Pack by question, `category/label`. */
  byQuestion: Map<string, Answer>;
  bytes: number;
  budgetBytes: number;
};

/** Up to so many packs every set of them is tried; beyond it, sets grow and swap one by one. */
const tried = 14;
/** Of a pack that was never measured on a category: less than any figure, more than none. */
const unmeasured = 0.01;

export const questionKey = (category: Category, label: string): string =>
  `${category}/${label.toLowerCase()}`;

/**
 * The figure of a pack for a question: of those on this category and label the one measured on most patients.
 * Dice for outlines, AUROC for judgements. Null where none was.
 */
export function measuredFor(pack: Candidate, { category, label }: Question): Measured | null {
  const { cohort } = aboutCategory(category);
  const wanted = pack.task === "segmentation" ? /^(mean .*)?dice\b/i : /^auroc\b/i;
  const found = pack.figures
    .map((figure) => ({
      ...figure,
      of: [figure.cohort, figure.subgroup].filter(Boolean).join(", "),
    }))
    .filter(({ metric, of }) => wanted.test(metric) && (cohort === undefined || cohort.test(of)));
  const named = found.filter(({ metric }) => metric.toLowerCase().includes(label.toLowerCase()));
  const [most] = (
    named.length > 0
      ? named
      : found.filter(({ metric }) => !/\s/.test(metric.replace(/^mean (\S+ )?dice/i, "Dice")))
  ).toSorted((a, b) => b.n - a.n);
  return most ? { metric: most.metric, value: most.value, n: most.n, of: most.of } : null;
}

/** Every question that some pack answers, with the score of each that does. */
function scoresOf(packs: readonly Candidate[]): Map<string, Map<string, Answer>> {
  const questions = new Map<string, Map<string, Answer>>();
  for (const pack of packs)
    for (const category of categoryIds)
      for (const { id, name } of pack.labels) {
        const isBackground = pack.task === "segmentation" && id === 0;
        if (isBackground || !(readsCategory(pack, category) || readsCategory(pack, category, 3)))
          continue;
        const key = questionKey(category, name);
        const measured = measuredFor(pack, { category, label: name });
        const answers = questions.get(key) ?? new Map<string, Answer>();
        answers.set(pack.id, { pack: pack.id, score: measured?.value ?? unmeasured, measured });
        questions.set(key, answers);
      }
  return questions;
}

/**
 * Solves the table. A question that no chosen pack answers goes to the best that fits alone: it is opened when
 * asked for and puts others out. Packs larger than the whole limit are never chosen.
 */
export function assign(packs: readonly Candidate[], budgetBytes: number): Assigned {
  const able = packs.filter(({ bytes }) => bytes <= budgetBytes);
  const questions = scoresOf(able);
  const table = [...questions.values()].map((answers) =>
    able.map(({ id }) => answers.get(id)?.score ?? 0),
  );
  const chosen = chooseSet(
    table,
    able.map(({ bytes }) => bytes),
    budgetBytes,
  );
  const byQuestion = new Map<string, Answer>();
  const used = new Set<string>();
  for (const [key, answers] of questions) {
    const best = (from: readonly Answer[]): Answer | undefined =>
      from.toSorted((a, b) => b.score - a.score || a.pack.localeCompare(b.pack))[0];
    const all = [...answers.values()];
    const answer =
      best(all.filter(({ pack }) => chosen.has(able.findIndex(({ id }) => id === pack)))) ??
      best(all);
    if (answer === undefined) continue;
    byQuestion.set(key, answer);
    used.add(answer.pack);
  }
  const bytes = able.filter(({ id }) => used.has(id)).reduce((sum, one) => sum + one.bytes, 0);
  return { byQuestion, bytes, budgetBytes };
}

/**
 * The set of columns with the largest sum over rows of the best score in the set, of sets whose bytes fit.
 * Exact up to `tried` columns that are not worse than another in everything; beyond it greedy by gain per byte
 * with swaps. Ties go to fewer bytes.
 * @param table scores, a row for a question, a column for a pack; 0 where it does not answer
 */
export function chooseSet(
  table: readonly (readonly number[])[],
  bytes: readonly number[],
  budgetBytes: number,
): Set<number> {
  const columns = bytes
    .map((_, column) => column)
    .filter(
      (column) => (bytes[column] as number) <= budgetBytes && !isDominated(column, table, bytes),
    );
  return columns.length <= tried
    ? bestOfAll(columns, table, bytes, budgetBytes)
    : grown(columns, table, bytes, budgetBytes);
}

/** Another column costs no more and is nowhere worse (of equals the first stays). */
function isDominated(
  column: number,
  table: readonly (readonly number[])[],
  bytes: readonly number[],
): boolean {
  return bytes.some((size, other) => {
    if (other === column || size > (bytes[column] as number)) return false;
    const rows = table.map((row) => (row[other] as number) - (row[column] as number));
    if (rows.some((more) => more < 0)) return false;
    return size < (bytes[column] as number) || rows.some((more) => more > 0) || other < column;
  });
}

const worth = (set: readonly number[], table: readonly (readonly number[])[]): number =>
  table.reduce(
    (sum, row) => sum + set.reduce((best, column) => Math.max(best, row[column] as number), 0),
    0,
  );
const total = (set: readonly number[], bytes: readonly number[]): number =>
  set.reduce((sum, column) => sum + (bytes[column] as number), 0);

function bestOfAll(
  columns: readonly number[],
  table: readonly (readonly number[])[],
  bytes: readonly number[],
  budgetBytes: number,
): Set<number> {
  let best: { set: number[]; value: number; size: number } = { set: [], value: 0, size: 0 };
  for (let mask = 1; mask < 2 ** columns.length; mask += 1) {
    const set = columns.filter((_, at) => (mask & (1 << at)) !== 0);
    const size = total(set, bytes);
    if (size > budgetBytes) continue;
    const value = worth(set, table);
    if (value > best.value + 1e-12 || (value > best.value - 1e-12 && size < best.size))
      best = { set, value, size };
  }
  return new Set(best.set);
}

/** Adds by gain per byte and by gain, whichever ends better, then swaps one for one while that helps. */
function grown(
  columns: readonly number[],
  table: readonly (readonly number[])[],
  bytes: readonly number[],
  budgetBytes: number,
): Set<number> {
  const start = (rate: (gain: number, size: number) => number): number[] => {
    const set: number[] = [];
    const covered = table.map(() => 0);
    for (;;) {
      const room = budgetBytes - total(set, bytes);
      const gainOf = (column: number): number =>
        table.reduce(
          (sum, row, at) => sum + Math.max(0, (row[column] as number) - (covered[at] as number)),
          0,
        );
      const [next] = columns
        .filter((column) => !set.includes(column) && (bytes[column] as number) <= room)
        .map((column) => ({ column, gain: gainOf(column) }))
        .filter(({ gain }) => gain > 1e-12)
        .toSorted(
          (a, b) =>
            rate(b.gain, bytes[b.column] as number) - rate(a.gain, bytes[a.column] as number),
        );
      if (next === undefined) return set;
      set.push(next.column);
      for (const [at, row] of table.entries())
        covered[at] = Math.max(covered[at] as number, row[next.column] as number);
    }
  };
  const improved = (set: number[]): number[] => {
    for (;;) {
      const now = worth(set, table);
      const others = columns.filter((column) => !set.includes(column));
      const near = others.flatMap((column) => [
        [...set, column],
        ...set.map((out) => [...set.filter((one) => one !== out), column]),
      ]);
      const [better] = near
        .filter((one) => total(one, bytes) <= budgetBytes)
        .map((one) => ({ one, value: worth(one, table) }))
        .toSorted((a, b) => b.value - a.value);
      if (better === undefined || better.value <= now + 1e-12) return set;
      set = better.one;
    }
  };
  const ends = [start((gain, size) => gain / Math.max(1, size)), start((gain) => gain)].map(
    improved,
  );
  const [best = []] = ends.toSorted((a, b) => worth(b, table) - worth(a, table));
  return new Set(best);
}
