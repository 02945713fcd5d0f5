/** Ranking before any decision, by the criteria, on the labelled reviews that have them, beside BM25: `node …/zero-shot.measure.ts`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLabelledSet } from "./labelled-set.ts";
import { measureOrder } from "./metrics.ts";
import { bm25, judgeSet } from "./zero-shot.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const folder = sharedSetsOrEnd();

type Known = {
  title: string;
  research_questions: string | null;
  inclusion_criteria: string;
  exclusion_criteria: string;
};
const known: Record<string, Known> = JSON.parse(
  readFileSync(join(folder, "criteria.json"), "utf8"),
);
const total = [0, 0, 0, 0];
process.stdout.write(
  "set | n / included | WSS@95 criteria | BM25 | recall@50 criteria | BM25 | verdicts yes / partial / no / uncertain % | ms per record\n",
);
for (const [name, review] of Object.entries(known)) {
  const path = join(folder, `${name}.csv.gz`);
  if (!existsSync(path)) continue;
  const records = await readLabelledSet(path);
  const texts = records.map(({ title, abstract }) => `${title} ${abstract}`);
  const file = {
    title: review.title,
    question: review.research_questions,
    inclusion: review.inclusion_criteria,
    exclusion: review.exclusion_criteria,
  };
  const started = performance.now();
  const judged = judgeSet(records, file);
  const ms = (performance.now() - started) / records.length;
  const plain = bm25(
    texts,
    [review.title, review.research_questions ?? "", review.inclusion_criteria].join(" "),
  );
  const [ours, base] = [judged.map((one) => one.score), [...plain]].map((scores) =>
    measureOrder(
      records
        .map((record, row) => ({ relevant: record.relevant === true, score: scores[row] ?? 0 }))
        .toSorted((a, b) => b.score - a.score)
        .map(({ relevant }) => relevant),
    ),
  );
  const figures = [ours?.wss95, base?.wss95, ours?.recall["50"], base?.recall["50"]].map(
    (value) => value ?? Number.NaN,
  );
  for (const [index, value] of figures.entries()) total[index] = (total[index] ?? 0) + value;
  const verdicts = judged.flatMap((one) => one.verdicts.map(({ verdict }) => verdict));
  const shares = ["yes", "partial", "no", "uncertain"].map((verdict) =>
    Math.round((100 * verdicts.filter((one) => one === verdict).length) / verdicts.length),
  );
  process.stdout.write(
    `${name} | ${records.length} / ${records.filter(({ relevant }) => relevant).length} | ${figures.map((value) => value.toFixed(3)).join(" | ")} | ${shares.join(" / ")} | ${ms.toFixed(2)}\n`,
  );
}
const sets = Object.keys(known).filter((name) => existsSync(join(folder, `${name}.csv.gz`))).length;
process.stdout.write(
  `mean of ${sets} | | ${total.map((value) => (value / sets).toFixed(3)).join(" | ")}\n`,
);
