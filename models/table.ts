/**
 * Writes the table of packs and figures in README.md beside it, from the manifests and nothing else.
 * Run: node models/table.ts
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest, type Manifest } from "../electron/features/models/manifest.ts";

const here = import.meta.dirname;
const [start, end] = ["<!-- figures: begin -->", "<!-- figures: end -->"];

const packs = readdirSync(here)
  .toSorted()
  .filter((name) => existsSync(join(here, name, "manifest.json")))
  .map((name) => parseManifest(readFileSync(join(here, name, "manifest.json"), "utf8"), name));

function rowsOf({ id, version, files, licence, figures }: Manifest): string[] {
  const megabytes = files.reduce((sum, file) => sum + file.bytes, 0) / 1e6;
  const about = `${id} ${version} | ${megabytes.toFixed(1)} MB | ${licence.name}`;
  if (figures.length === 0) return [`| ${about} | none measured | | | |`];
  return figures.map(({ metric, value, n, cohort, subgroup, date }, index) =>
    `| ${index === 0 ? about : " | | "} | ${metric} (${[cohort, subgroup].filter(Boolean).join(", ")}) | ${value} | ${n} | ${date} |`.replaceAll(
      "|  |",
      "| |",
    ),
  );
}

const total = packs.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0) / 1e6;
const table = [
  "| pack | size | licence | metric (cohort) | value | n | date |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...packs.flatMap(rowsOf),
  "",
  `${packs.length} packs, ${total.toFixed(1)} MB of weights.`,
].join("\n");
const readme = join(here, "README.md");
const text = readFileSync(readme, "utf8");
const [before, after] = [text.indexOf(start), text.indexOf(end)];
if (before < 0 || after < before)
  throw new Error(`README.md has no "${start}" and "${end}" around its table.`);
writeFileSync(readme, `${text.slice(0, before + start.length)}\n${table}\n${text.slice(after)}`);
console.log(table);
