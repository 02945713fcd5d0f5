/**
 * Stop rules and the live recall estimate on the orders of the app's recipe:
 * `node electron/features/screening/stopping.measure.ts SET …` (PAIRS: prior pairs per set, 1 unless given;
 * RULES: comma-separated, all unless given: the two tests take minutes per set).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipeFor } from "./learner.ts";
import { simulate } from "./simulate.ts";
import { estimateRelevant, parseStopRule } from "./stopping.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const folder = sharedSetsOrEnd();

type Run = { screened: number; recall: number };
const everyRule = [
  "consecutive:50",
  "consecutive:200",
  "safe",
  "callaghan:0.95",
  "buscar:0.95",
  "root:5",
];
const ruleNames = process.env["RULES"]?.split(",") ?? everyRule;
const runs = new Map<string, Run[]>(ruleNames.map((name) => [name, []]));
let covered = 0;
let estimates = 0;
const priors: Record<string, { included: number; excluded: number }[]> = JSON.parse(
  readFileSync(join(folder, "priors.json"), "utf8"),
);
const sets = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(priors);
for (const name of sets) {
  const records = await readLabelledSet(join(folder, `${name}.csv.gz`));
  const rowOf = new Map(records.map((record, row) => [record.id, row]));
  for (const pair of (priors[name] ?? []).slice(0, Number(process.env["PAIRS"] ?? 1))) {
    const known = [pair.included, pair.excluded].map((id) => rowOf.get(String(id)) ?? 0);
    const learner = createLearner(
      records.map(({ title, abstract }) => `${title} ${abstract}`),
      recipeFor(records.length),
    );
    const found = simulate({
      learner,
      labels: records.map(({ relevant }) => relevant === true),
      priors: known,
      clock: () => 0,
      // Refitted after each decision at first, then after every fortieth part of what is known.
      refitAfter: (labelled) => (labelled < 60 ? 1 : Math.floor(labelled / 40) + 1),
    }).order.map(({ relevant }) => relevant);
    const total = found.filter(Boolean).length;
    for (const rule of ruleNames) {
      const { stop } = parseStopRule(rule) ?? { stop: () => true };
      let at = 1;
      while (at < found.length && !stop(found.slice(0, at), found.length - at)) at += 1;
      runs.get(rule)?.push({
        screened: at / found.length,
        recall: found.slice(0, at).filter(Boolean).length / total,
      });
    }
    // The interval is checked at every twentieth of the set: does it hold the true number?
    for (let twentieth = 1; twentieth < 20; twentieth += 1) {
      const at = Math.floor((twentieth / 20) * found.length);
      const estimate = estimateRelevant(found.slice(0, at), found.length - at);
      if (estimate === null) continue;
      estimates += 1;
      if (estimate.low <= total && total <= estimate.high) covered += 1;
    }
  }
}
const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
process.stdout.write(
  `rule (${runs.get(ruleNames[0] ?? "")?.length} runs: ${sets.join(", ")}) | mean recall | minimum | runs at 95 % | mean screened\n`,
);
for (const [rule, of] of runs) {
  const recalls = of.map(({ recall }) => recall);
  process.stdout.write(
    `${rule} | ${mean(recalls).toFixed(3)} | ${Math.min(...recalls).toFixed(3)} | ${Math.round(100 * mean(recalls.map((recall) => Number(recall >= 0.95))))} % | ${Math.round(100 * mean(of.map(({ screened }) => screened)))} %\n`,
  );
}
process.stdout.write(
  `live estimate: the interval held the true number at ${covered} of ${estimates} points\n`,
);
