/**
 * Milliseconds per decision (refit and new order) beside the published recipe in scikit-learn, in turns on one machine:
 * `PYTHON=python3 node electron/features/screening/step.bench.ts`. CPU time beside the clock: other work disturbs it less.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipeFor, type Label } from "./learner.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const path = join(sharedSetsOrEnd(), "BannachBrown_2019.csv.gz");
const records = Number(process.env["RECORDS"] ?? 4000);
const steps = 20;
const base = await readLabelledSet(path);
const labelOf = (row: number): Label => ({
  row,
  relevant: base[row % base.length]?.relevant === true,
});
const learner = createLearner(
  Array.from({ length: records }, (_, row) => {
    const { title, abstract } = base[row % base.length] ?? { title: "", abstract: "" };
    return `${title} ${abstract} study${Math.floor(row / base.length)} site${row % 977}`;
  }),
  recipeFor(records),
);
const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function ours(first: number): { wallMs: number; cpuMs: number } {
  const labels = Array.from({ length: first - 1 }, (_, row) => labelOf(row));
  learner.learn(labels);
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step += 1) {
    const [fromWall, fromCpu] = [performance.now(), process.cpuUsage()];
    labels.push(labelOf(labels.length));
    const scores = learner.learn(labels);
    // The new order is part of the step.
    Float64Array.from(scores ?? []).sort();
    const used = process.cpuUsage(fromCpu);
    wall.push(performance.now() - fromWall);
    cpu.push((used.user + used.system) / 1000);
  }
  return { wallMs: median(wall), cpuMs: median(cpu) };
}

process.stdout.write(
  `${records} records | labels | ours ms (CPU ms) | scikit-learn ms (CPU ms) | ratio (CPU)\n`,
);
for (const first of [50, 200, 1000]) {
  const mine = ours(first);
  const theirs = JSON.parse(
    execFileSync(
      process.env["PYTHON"] ?? "python3",
      [
        join(import.meta.dirname, "published-step.py"),
        path,
        String(records),
        String(first),
        String(steps),
      ],
      { encoding: "utf8", env: { ...process.env, OMP_NUM_THREADS: "1" } },
    ),
  ) as { wallMs: number; cpuMs: number };
  process.stdout.write(
    `| ${first} | ${mine.wallMs.toFixed(2)} (${mine.cpuMs.toFixed(2)}) | ${theirs.wallMs.toFixed(1)} (${theirs.cpuMs.toFixed(1)}) | ${(mine.wallMs / theirs.wallMs).toFixed(3)} (${(mine.cpuMs / theirs.cpuMs).toFixed(3)})\n`,
  );
}
