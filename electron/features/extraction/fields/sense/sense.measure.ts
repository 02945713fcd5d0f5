/**
 * Whether *verified* values answer their field's question: values of 23 fields in seven sets of trial reports
 * (evidence_inference, JATS, CC BY), judged one by one by a reader against the paper's words (judged.json:
 * 1 answers the question, 0 does not; values by hash). Rules were mended after each set was judged, so that
 * a set tells how good they are on papers not seen before only with the rules of its time; what it prints
 * for all but the last is what is left on papers that the rules know.
 * Run: `node electron/features/extraction/fields/sense/sense.measure.ts`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const archive = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/evidence_inference/dev/nxml_250_ccby.tar.gz",
);
type Judged = Record<string, Record<string, Record<string, 0 | 1>>>;
const judged: Judged = JSON.parse(readFileSync(new URL("judged.json", import.meta.url), "utf8"));

type Asked = { name: string; description?: string; type?: string; perArm?: boolean };
const names =
  "Study design|Randomisation|Blinding|Country|Setting|Population|Sex|Dose|Follow-up|Duration of treatment|Primary outcome|Missing participants|Registration|Funding|Declarations of interest|Primary outcome result";
const fields: Asked[] = [
  ...names.split("|").map((name) => ({ name })),
  { name: "Sample size", type: "number" },
  {
    name: "Group size",
    description: "Number of participants per arm",
    type: "number",
    perArm: true,
  },
  { name: "Mean age", description: "Mean age of participants" },
  ...["Intervention", "Comparator", "Arms", "Outcomes"].map((name) => ({ name, type: "list" })),
];

type Found = { name: string; arm?: string; value: string | null; status: string };
const keyOf = ({ name, arm, value }: Found): string =>
  `${name}${arm === undefined ? "" : `[${arm}]`}|${createHash("sha256")
    .update(value ?? "")
    .digest("hex")
    .slice(0, 10)}`;

function extracted(papers: string[], work: string): Map<string, Found[]> {
  const asked = join(work, "fields.json");
  writeFileSync(asked, JSON.stringify(fields));
  const files = papers.map((id) => join(work, `${id}.nxml`));
  const run = spawnSync(
    process.execPath,
    ["electron/evidesk.js", "extract", ...files, "--fields", asked, "--data", work, "--json"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (run.status !== 0)
    throw new Error(`extract ended with ${run.status}: ${run.stderr.slice(-500)}`);
  const read = JSON.parse(run.stdout) as { file: string; fields: Found[] }[];
  return new Map(read.map(({ file, fields: found }) => [basename(file, ".nxml"), found]));
}

function main(): void {
  if (!existsSync(archive))
    return console.log(`skipped: no data at ${archive} (set EVIDESK_SHARED)`);
  const work = mkdtempSync(join(tmpdir(), "evidesk-sense-"));
  execFileSync("tar", ["xzf", archive, "-C", work]);
  try {
    for (const [set, papers] of Object.entries(judged)) {
      const found = extracted(Object.keys(papers), work);
      const tally = { right: 0, wrong: 0, unjudged: 0 };
      for (const [paper, known] of Object.entries(papers))
        for (const one of found.get(paper) ?? []) {
          if (one.status !== "verified") continue;
          const verdict = known[keyOf(one)];
          tally[verdict === undefined ? "unjudged" : verdict === 1 ? "right" : "wrong"] += 1;
        }
      const n = tally.right + tally.wrong;
      console.log(
        `${set} set, ${Object.keys(papers).length} papers: verified and judged ${n}, answers the question ${(tally.right / n).toFixed(3)} (wrong ${tally.wrong}); verified and not judged ${tally.unjudged}`,
      );
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();
