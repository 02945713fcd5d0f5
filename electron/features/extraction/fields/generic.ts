/** A field that no rule knows: the sentence or table row nearest to its name, number first if one is asked for. */
import type { Field } from "../../../api/schemas/extraction.ts";
import { findNumbers } from "../numbers.ts";
import { termWeights, termsOf } from "../terms.ts";
import { ranked, rowValue, tableRows, weightOf, type Candidate, type Reading } from "./reading.ts";

export function nearest(reading: Reading, field: Field): Candidate[] {
  const name = new Set(termsOf(field.name));
  const wanted = new Set([...name, ...termsOf(field.description), ...termsOf(field.outcome ?? "")]);
  const weights = termWeights([
    ...reading.sentences.map((sentence) => sentence.text),
    ...tableRows(reading.paper).map((row) => row.quote),
  ]);
  const unheard = Math.log(1 + reading.sentences.length);
  const possible = [...name].reduce((sum, term) => sum + (weights.get(term) ?? unheard), 0);
  const shared = (text: string, terms: Set<string>): number =>
    [...new Set(termsOf(text))]
      .filter((term) => terms.has(term))
      .reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
  const sentences = reading.sentences.flatMap((sentence): Candidate[] => {
    const covered = shared(sentence.text, name) / Math.max(1e-9, possible);
    if (covered < 0.6 || weightOf(sentence) <= 0 || sentence.kind === "heading") return [];
    const value = valueIn(sentence.text, field);
    return value === undefined
      ? []
      : [
          {
            ...value,
            quote: sentence.text,
            near: sentence.start,
            score: covered * 4 + 0.15 * shared(sentence.text, wanted) + 0.3 * weightOf(sentence),
            method: "nearest sentence",
          },
        ];
  });
  const rows = tableRows(reading.paper).flatMap((row): Candidate[] => {
    const covered = shared(row.cells[0] ?? "", name) / Math.max(1e-9, possible);
    if (row.header || covered < 0.6 || !row.cells.slice(1).some((cell) => /\d/.test(cell)))
      return [];
    return [
      {
        value:
          field.type === "number"
            ? (row.cells.slice(1).find((cell) => /\d/.test(cell)) ?? "")
            : rowValue(row),
        quote: row.quote,
        near: row.start,
        score: covered * 4 + 0.5,
        method: "table row",
      },
    ];
  });
  return ranked([...sentences, ...rows]);
}

function valueIn(text: string, field: Field): { value: string; unit?: string } | undefined {
  if (field.type === "category" && field.options) {
    const option = field.options.find((one) => text.toLowerCase().includes(one.toLowerCase()));
    return option === undefined ? undefined : { value: option };
  }
  if (field.type !== "number") return { value: text };
  const first = termsOf(field.name)[0] ?? "";
  const from = Math.max(0, text.toLowerCase().indexOf(first.slice(0, 5)));
  const number = findNumbers(text).find((found) => found.start >= from) ?? findNumbers(text)[0];
  return number
    ? { value: number.raw.trim(), ...(field.unit === undefined ? {} : { unit: field.unit }) }
    : undefined;
}
