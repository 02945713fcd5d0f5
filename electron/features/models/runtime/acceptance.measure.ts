/**
 * `node electron/features/models/runtime/acceptance.measure.ts [--write]`: the acceptance of the expert runtime in
 * one table, each line with its baseline: what is kept in memory (LRU, LFU, prefetching everything), routing (the
 * best single pack, the nearest expert), how many experts are asked (fixed top-k, one model trained on everything).
 * PYTHON runs the last part; FOREIGN names pictures that are not medical. `--write` puts the table into
 * docs/figures.md.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programFolder } from "../../../places.ts";

const here = (path: string): string => join(programFolder, path);
const python = process.env["PYTHON"];
const parts: { name: string; command: string; args: string[] }[] = [
  {
    name: "residency",
    command: process.execPath,
    args: [here("electron/features/models/runtime/residency.bench.ts")],
  },
  {
    name: "routing",
    command: process.execPath,
    args: [here("electron/features/imaging/routing/routing.measure.ts")],
  },
  {
    name: "who answers what",
    command: process.execPath,
    args: [here("electron/features/models/routing/assign.measure.ts")],
  },
  ...(python
    ? [
        {
          name: "how many",
          command: python,
          args: [here("models/training/text/how_many_experts.py")],
        },
      ]
    : []),
];

const rows = parts.flatMap(({ name, command, args }) => {
  const { stdout, status } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1e8,
  });
  process.stdout.write(`\n## ${name}\n${stdout}`);
  if (status !== 0) throw new Error(`${name} ended with ${status}`);
  return stdout.split("\n").flatMap((line) => {
    const [, verdict, text] = /^(met|MISSED|baseline) \| (.*)$/.exec(line) ?? [];
    return verdict && text
      ? [`| ${name} | ${text} | ${verdict === "MISSED" ? "**missed**" : verdict} |`]
      : [];
  });
});
const table = ["| part | what, measured, goal | |", "| --- | --- | --- |", ...rows].join("\n");
process.stdout.write(`\n${table}\n`);

if (process.argv.includes("--write")) {
  const file = here("docs/figures.md");
  const [start, end] = ["<!-- runtime: begin -->", "<!-- runtime: end -->"];
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/figures.md has no "${start}" and "${end}".`);
  writeFileSync(file, `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`);
}
