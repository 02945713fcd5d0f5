/**
 * Time of `evidesk extract` for 20 papers (15 trial PDFs and 5 of them again as JATS XML) and 20 fields,
 * whole process, packs included, and whether every verified value's quote stands in its paper.
 * Run: `node electron/features/extraction/extract.measure.ts [--pack ID]`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPaper } from "./read-paper.ts";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/pdfs/dev");
const names =
  "Sample size|Mean age|Sex|Country|Setting|Design|Duration|Randomisation|Allocation concealment|Blinding|Number of arms|Arms|Intervention|Comparator|Dose|Primary outcome|Secondary outcomes|Follow-up|Funding|Conflicts of interest".split(
    "|",
  );

/** Looked up apart from the code that is measured: white space and hyphens aside. */
const bare = (text: string): string => text.replaceAll(/[\s\u00AD\u2010-\u2015\u2212-]/g, "");

async function main(): Promise<void> {
  const at = process.argv.indexOf("--pack");
  const pack = at < 0 ? [] : ["--pack", process.argv[at + 1] ?? ""];
  if (!existsSync(folder)) return console.log(`skipped: no data at ${folder} (set EVIDESK_SHARED)`);
  const of = (end: string): string[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith("PMC") && name.endsWith(end))
      .map((name) => join(folder, name));
  const papers = [...of(".pdf").slice(0, 15), ...of(".nxml").slice(0, 5)];
  const work = mkdtempSync(join(tmpdir(), "evidesk-extract-"));
  const fields = join(work, "fields.json");
  writeFileSync(
    fields,
    JSON.stringify(names.map((name) => ({ name, description: name, type: "text" }))),
  );
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      "electron/evidesk.js",
      "extract",
      ...papers,
      "--fields",
      fields,
      ...(pack.length > 0 ? pack : ["--data", work]),
      "--json",
    ],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - started) / 1000;
  rmSync(work, { recursive: true, force: true });
  if (run.status !== 0)
    throw new Error(`extract failed with ${run.status}: ${run.stderr.slice(-500)}`);
  const read = JSON.parse(run.stdout) as {
    file: string;
    fields: { status: string; quote: string }[];
  }[];
  let unquoted = 0;
  for (const { file, fields: found } of read) {
    const text = bare((await readPaper(readFileSync(file))).text);
    for (const { status, quote } of found)
      unquoted += Number(status === "verified" && (quote === "" || !text.includes(bare(quote))));
  }
  const statuses = new Map<string, number>();
  for (const { status } of read.flatMap((paper) => paper.fields))
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  console.log(
    `${read.length} papers x ${names.length} fields: ${seconds.toFixed(1)} s; ${[...statuses].map(([status, n]) => `${status} ${n}`).join(", ")}; verified without their quote in the paper ${unquoted}`,
  );
}

await main();
