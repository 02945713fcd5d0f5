/**
 * Time of `evidesk extract` for 20 papers (15 trial PDFs and 5 of them again as JATS XML) and 20 fields,
 * whole process, packs included. Run: `node electron/features/extraction/extract.measure.ts`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/pdfs/dev");
const names =
  "Sample size|Mean age|Sex|Country|Setting|Design|Duration|Randomisation|Allocation concealment|Blinding|Number of arms|Arms|Intervention|Comparator|Dose|Primary outcome|Secondary outcomes|Follow-up|Funding|Conflicts of interest".split(
    "|",
  );

function main(): void {
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
    ["electron/evidesk.js", "extract", ...papers, "--fields", fields, "--data", work, "--json"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - started) / 1000;
  rmSync(work, { recursive: true, force: true });
  if (run.status !== 0)
    throw new Error(`extract failed with ${run.status}: ${run.stderr.slice(-500)}`);
  const read = JSON.parse(run.stdout) as { fields: { status: string }[] }[];
  const statuses = new Map<string, number>();
  for (const { status } of read.flatMap((paper) => paper.fields))
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  console.log(
    `${read.length} papers x ${names.length} fields: ${seconds.toFixed(1)} s; ${[...statuses].map(([status, n]) => `${status} ${n}`).join(", ")}`,
  );
}

main();
