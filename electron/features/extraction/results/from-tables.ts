/** Reads the asked comparison out of tables: arms side by side in columns, or one under the other in rows. */
import type { Inquiry } from "./context.ts";
import { isOpposite, restOf, turnedWords } from "./complement.ts";
import { formOf, type Features, type Found, type FoundArm } from "./found.ts";
import { kindsFit } from "./kinds.ts";
import { comparesTimes } from "./likeness.ts";
import type { Matrix } from "./matrix.ts";
import { outcomeFit } from "./outcome-match.ts";
import { impliedSize, sizeBeside, sizeInCell, sizeOfColumn, sizeOfRow } from "./sizes-in-tables.ts";
import { valueAt, type Place } from "./table-cells.ts";
import { linePairs, type LinePair } from "./table-lines.ts";
import { timeOf } from "./times.ts";
import {
  baselineTable,
  changeWords,
  early,
  subgroupWords,
  wholeWords,
  withoutWords,
} from "./vocabulary.ts";

export function resultsInTables(inquiry: Inquiry): Found[] {
  return inquiry.matrices.flatMap((matrix, index) => [
    ...inMatrix(inquiry, matrix, index, "columns"),
    ...inMatrix(inquiry, matrix, index, "rows"),
  ]);
}

function inMatrix(
  inquiry: Inquiry,
  matrix: Matrix,
  tableIndex: number,
  by: "columns" | "rows",
): Found[] {
  const pairs = linePairs(inquiry, matrix, by);
  if (pairs.length === 0) return [];
  const count = by === "columns" ? matrix.cells.length : matrix.heads.length;
  const from = by === "columns" ? matrix.headerRows : matrix.labelColumns;
  const around = citing(inquiry, matrix);
  const latest = latestTime(matrix);
  const found: Found[] = [];
  for (const pair of pairs) {
    for (let index = from; index < count; index += 1) {
      const at = (line: LinePair["a"]): Place =>
        by === "columns" ? { row: index, column: line.index } : { row: line.index, column: index };
      const [one, two] = [
        armAt(inquiry, matrix, at(pair.a), by),
        armAt(inquiry, matrix, at(pair.b), by),
      ];
      if (!one || !two || one.value.kind !== two.value.kind) continue;
      found.push(
        ...foundAt(inquiry, matrix, pair, at(pair.a), [one, two], {
          tableIndex,
          around,
          latest,
          by,
        }),
      );
    }
  }
  return found;
}

type Where = {
  tableIndex: number;
  around: string;
  latest: number | undefined;
  by: "columns" | "rows";
};

function foundAt(
  inquiry: Inquiry,
  matrix: Matrix,
  pair: LinePair,
  place: Place,
  read: [FoundArm, FoundArm],
  { tableIndex, around, latest, by }: Where,
): Found[] {
  const labels = matrix.labels[place.row] ?? [];
  const heads = matrix.headsAt[place.row]?.[place.column] ?? [];
  const arm = pair.a.arm;
  // What stands above the arms' names says what the rows are about.
  const corner = by === "rows" ? (matrix.headsAt[place.row]?.[0] ?? []) : [];
  const own = [
    ...new Set([
      ...corner,
      ...(by === "rows" ? heads : labels),
      ...(by === "rows" ? labels : heads),
    ]),
  ].filter((part) => part !== arm);
  const near = own.join(" | ").replaceAll(/\b[nN]\s*[=:]\s*\d+/g, " ");
  const { caption } = matrix.table;
  const asked = inquiry.outcome.text;
  const turned = isOpposite(asked, near);
  const [intervention, comparator] = turned ? read.map(restOf) : read;
  if (!intervention || !comparator) return [];
  const fit = outcomeFit(inquiry, { near: turned ? turnedWords(near) : near, caption, around });
  const isEarly =
    early.test(near) || (early.test(caption) && !/\bfrom baseline\b|change/i.test(caption));
  const time = timeOf(near, early);
  const features: Features = {
    table: 1,
    arm: Math.min(2.2, pair.armScore),
    rest: pair.restDifference,
    near: fit.near,
    caption: fit.caption,
    around: fit.around,
    precision: fit.precision,
    named: fit.named,
    kind: kindsFit(inquiry, intervention.value, near),
    early: Number(
      isEarly && !early.test(asked) && !comparesTimes(inquiry.intervention, inquiry.comparator),
    ),
    askedEarly: Number(early.test(asked) && (isEarly || baselineTable.test(caption))),
    baselineTable: Number(aboutBaseline(inquiry, matrix)),
    change: Number(changeWords.test(near) && !changeWords.test(asked)),
    askedChange: Number(changeWords.test(near) && changeWords.test(asked)),
    latest: Number(time !== undefined && latest !== undefined && time >= latest && time > 0),
    notLatest: Number(time !== undefined && latest !== undefined && time < latest),
    subgroup: Number(subgroupWords.test(near) && !subgroupWords.test(asked)),
    whole: Number(wholeWords.test(near)),
    tableOrder: Math.min(1, tableIndex / 5),
    rowOrder: place.row / Math.max(1, matrix.cells.length),
    columnOrder: place.column / Math.max(1, matrix.heads.length),
    rows: Number(by === "rows"),
    negated: Number(own.some((part) => withoutWords.test(part)) && !withoutWords.test(asked)),
    ...formOf(intervention.value, comparator.value),
    sized: Number(intervention.size !== undefined && comparator.size !== undefined),
  };
  const result: Found = {
    intervention,
    comparator,
    features,
    armScore: pair.armScore - pair.restDifference,
    outcomeScore: 0.35 * fit.near + 0.35 * fit.caption + 0.3 * fit.precision,
    outcomeNamed: fit.named === 1 && features["baselineTable"] === 0 && features["early"] === 0,
    bound: true,
    from: "table",
    about: near,
  };
  return [result];
}

/** Sentences that cite the table say what it is about. */
function citing(inquiry: Inquiry, matrix: Matrix): string {
  const number = /\d+/.exec(matrix.table.label || matrix.table.caption)?.[0];
  if (number === undefined) return "";
  const cites = new RegExp(String.raw`\btables?\s*${number}\b`, "i");
  return inquiry.reading.sentences
    .filter(({ text, kind }) => kind !== "caption" && cites.test(text))
    .map(({ text }) => text)
    .join(" ")
    .slice(0, 1500);
}

/** The latest time that any head or label of the table names. */
function latestTime(matrix: Matrix): number | undefined {
  const times = [...matrix.heads, ...matrix.labels]
    .map((parts) => timeOf(parts.join(" | "), early))
    .filter((time) => time !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** A table of how people were at the start; a table that gives later values beside them is none. */
function aboutBaseline(inquiry: Inquiry, matrix: Matrix): boolean {
  const { caption } = matrix.table;
  return (
    baselineTable.test(caption) &&
    !early.test(inquiry.outcome.text) &&
    !/\bcharacteristic/i.test(inquiry.outcome.text) &&
    !comparesTimes(inquiry.intervention, inquiry.comparator) &&
    !/\b(?:change|after|post|end|outcomes?|results|follow-?up|weeks? \d|months? \d)\b/i.test(
      caption,
    )
  );
}

function armAt(
  inquiry: Inquiry,
  matrix: Matrix,
  place: Place,
  by: "columns" | "rows",
): FoundArm | undefined {
  const { row, column } = place;
  const cell = matrix.cells[row]?.[column];
  if (!cell || cell.text === "") return undefined;
  const value = valueAt(matrix, place, cell);
  if (!value) return undefined;
  const size =
    sizeInCell(cell) ??
    sizeBeside(matrix, row, column) ??
    (by === "columns" ? sizeOfColumn(matrix, column, row) : sizeOfRow(matrix, row));
  const line =
    by === "columns"
      ? matrix.cells.slice(matrix.headerRows).map((one) => one[column]?.text ?? "")
      : (matrix.cells[row] ?? []).map((one) => one?.text ?? "");
  const first = matrix.cells[row]?.find((one) => one !== undefined);
  const last = matrix.cells[row]?.findLast((one) => one !== undefined);
  const start = Math.min(first?.start ?? cell.start, cell.start);
  return {
    value,
    size,
    implied: impliedSize([cell.text, ...line]),
    quote: inquiry.paper.text.slice(start, Math.max(last?.end ?? cell.end, cell.end)),
    near: start,
  };
}
