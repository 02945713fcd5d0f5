/**
 * `PYTHON=python node electron/features/models/routing/assign.measure.ts`: the table of who answers what for 24
 * categories and 80 packs, 20 made-up instances: milliseconds, and how far from the optimum, which SciPy's HiGHS
 * proves (assign_optimum.py) where PYTHON is given.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { randomOf } from "../runtime/generated-sessions.ts";
import { chooseSet } from "./assign.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const instances = Array.from({ length: 20 }, (_, seed) => {
  const random = randomOf(seed + 1);
  // A pack answers some categories, one of them best; larger packs are a little better.
  const bytes = Array.from({ length: 80 }, () => Math.round(10 + 490 * random() ** 2));
  const table = Array.from({ length: 24 }, () =>
    bytes.map((size) => (random() < 0.75 ? 0 : 0.5 + 0.4 * random() + 0.1 * (size / 500))),
  );
  return { table, bytes, budget: 1500 };
});
const worth = (table: readonly (readonly number[])[], set: Iterable<number>): number =>
  table.reduce((sum, row) => sum + Math.max(0, ...[...set].map((column) => row[column] ?? 0)), 0);

let slowest = 0;
const values = instances.map(({ table, bytes, budget }) => {
  const started = performance.now();
  const set = chooseSet(table, bytes, budget);
  slowest = Math.max(slowest, performance.now() - started);
  return worth(table, set);
});
say(
  `${slowest <= 2000 ? "met" : "MISSED"} | 24 categories, 80 packs: slowest ${slowest.toFixed(0)} ms, goal 2000`,
);
const python = process.env["PYTHON"];
if (python) {
  const { stdout } = spawnSync(python, [join(import.meta.dirname, "assign_optimum.py")], {
    input: JSON.stringify(instances),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  const best = JSON.parse(stdout) as number[];
  const behind = values.map((value, at) => 1 - value / (best[at] ?? value));
  say(
    `baseline | of the proven optimum (HiGHS) it misses ${(100 * Math.max(...behind)).toFixed(2)} % at most, ${((100 * behind.reduce((a, b) => a + b, 0)) / behind.length).toFixed(2)} % on average; up to fourteen packs it is exact`,
  );
}
