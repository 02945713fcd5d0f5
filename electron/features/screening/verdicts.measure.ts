/**
 * How often a criterion's verdict is right, on pairs of record and criterion of the labelled reviews that one person
 * read and marked (fixtures/verdicts.csv: ids and marks, no text): `node electron/features/screening/verdicts.measure.ts`.
 * "Yes" and "partial" count as met. ALL=1 lists what is wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Criterion } from "../../api/schemas/review.ts";
import { readLabelledSet, type LabelledRecord } from "./labelled-set.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";
import { createJudge, termWeights } from "./zero-shot.ts";

type Mark = {
  set: string;
  id: string;
  kind: Criterion["kind"];
  criterion: string;
  met: "yes" | "no";
};

const folder = sharedSetsOrEnd();
const marks: Mark[] = parse(readFileSync(join(import.meta.dirname, "fixtures", "verdicts.csv")), {
  columns: true,
});
const sets = new Map<string, LabelledRecord[]>();
for (const name of new Set(marks.map(({ set }) => set)))
  sets.set(name, await readLabelledSet(join(folder, `${name}.csv.gz`)));

const counts = {
  met: { yes: 0, partial: 0, no: 0, uncertain: 0 },
  not: { yes: 0, partial: 0, no: 0, uncertain: 0 },
};
for (const { set, id, kind, criterion, met } of marks) {
  const records = sets.get(set) ?? [];
  const weight = termWeights(records.map(({ title, abstract }) => `${title} ${abstract}`));
  const record = records.find((one) => one.id === id);
  if (record === undefined) throw new Error(`${set} has no record ${id}.`);
  const { judge } = createJudge(
    [{ id: "C", kind, element: "other", text: criterion, weight: 1, muted: false }],
    weight,
  );
  const [said] = judge(record).verdicts;
  const verdict = said?.verdict ?? "uncertain";
  counts[met === "yes" ? "met" : "not"][verdict] += 1;
  const right = (met === "yes") === (verdict === "yes" || verdict === "partial");
  if (process.env["ALL"] === "1" && !right)
    process.stdout.write(
      `${set} ${id} | ${criterion} | met: ${met} | ${verdict} | ${said?.quote.slice(0, 200)}\n`,
    );
}
const { met, not } = counts;
const total = (of: typeof met): number => of.yes + of.partial + of.no + of.uncertain;
process.stdout.write("mark | yes | partial | no | uncertain\n");
for (const [name, of] of Object.entries(counts))
  process.stdout.write(
    `${name} (${total(of)}) | ${of.yes} | ${of.partial} | ${of.no} | ${of.uncertain}\n`,
  );
const found = met.yes + met.partial;
const wrongly = not.yes + not.partial;
process.stdout.write(
  `sensitivity ${(found / total(met)).toFixed(3)}, specificity ${(1 - wrongly / total(not)).toFixed(3)}, right ${((found + total(not) - wrongly) / marks.length).toFixed(3)}\n`,
);
