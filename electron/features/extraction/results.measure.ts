/**
 * Measures `extract-results` on llm_meta_analysis (abstracts and results as XML) and `evidence` on
 * evidence_inference. Articles are halved by the parity of their PMCID's digit sum: rules were tuned
 * on the even half only. Run: `node electron/features/extraction/results.measure.ts [even|odd|all] [--show]
 * [--pack ID]`; `--pack`: read by that generation pack instead.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Paper } from "../../api/schemas/extraction.ts";
import { paperFromJats } from "./jats.ts";
import type { ArmNumbers } from "./results/arm-numbers.ts";
import { createApp } from "../../app.ts";
import { defaultDataFolder } from "../../places.ts";
import { forkWorker } from "../models/fork-worker.ts";
import { findResultByModel } from "./result-by-model.ts";
import type { Question } from "./results/likeness.ts";
import { findResult, type TrialResult } from "./results/result.ts";

const folder = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/pico_results/llm_meta_analysis/dev",
);

type Gold = Record<string, string | number> & {
  pmcid: number;
  outcome: string;
  intervention: string;
  comparator: string;
  outcome_type: string;
  is_data_complete: string;
};

const lines = (name: string): unknown[] =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const half = (pmcid: number): "even" | "odd" =>
  [...String(pmcid)].reduce((sum, digit) => sum + Number(digit), 0) % 2 === 0 ? "even" : "odd";

const same = (gold: string | number | undefined, value: number | null): boolean =>
  gold === "" || gold === undefined
    ? value === null
    : value !== null && Math.abs(Number(String(gold).replaceAll(",", "")) - value) < 1e-9;

function cells(
  gold: Gold,
  one: ArmNumbers,
  two: ArmNumbers,
): [string | number | undefined, number | null][] {
  const g = (key: string): string | number | undefined => gold[key];
  return gold.outcome_type === "binary"
    ? [
        [g("intervention_events"), one.events],
        [g("intervention_group_size"), one.n],
        [g("comparator_events"), two.events],
        [g("comparator_group_size"), two.n],
      ]
    : [
        [g("intervention_mean"), one.mean],
        [g("intervention_standard_deviation"), one.sd],
        [g("intervention_group_size"), one.n],
        [g("comparator_mean"), two.mean],
        [g("comparator_standard_deviation"), two.sd],
        [g("comparator_group_size"), two.n],
      ];
}

type Tally = {
  rows: number;
  exact: number;
  complete: number;
  completeExact: number;
  kindRight: number;
  cells: number;
  cellsRight: number;
  verified: number;
  verifiedRight: number;
  verifiedCells: number;
  verifiedCellsRight: number;
  unquoted: number;
};
const empty = (): Tally => ({
  rows: 0,
  exact: 0,
  complete: 0,
  completeExact: 0,
  kindRight: 0,
  cells: 0,
  cellsRight: 0,
  verified: 0,
  verifiedRight: 0,
  verifiedCells: 0,
  verifiedCellsRight: 0,
  unquoted: 0,
});

/** Whether every quote stands in the paper, white space aside; looked up apart from the code that is measured. */
function quotedThere(paper: Paper, quotes: string[]): boolean {
  const bare = (text: string): string => text.replaceAll(/\s/g, "");
  return quotes.length > 0 && quotes.every((quote) => bare(paper.text).includes(bare(quote)));
}

/** By the rules, or by the pack that `--pack` names. */
function reader(): {
  read: (paper: Paper, question: Question) => Promise<TrialResult>;
  close: () => Promise<void>;
} {
  const at = process.argv.indexOf("--pack");
  const packId = at < 0 ? undefined : process.argv[at + 1];
  if (packId === undefined)
    return { read: async (...asked) => findResult(...asked), close: async () => {} };
  const app = createApp({ dataFolder: defaultDataFolder(), spawnWorker: forkWorker });
  const read = (paper: Paper, question: Question): Promise<TrialResult> =>
    findResultByModel(paper, question, (values) =>
      app.call("generation.ask", { packId, prompt: "trial-result", values, seed: 1 }),
    );
  return { read, close: app.close };
}

async function main(): Promise<void> {
  if (!existsSync(folder)) return console.log(`skipped: no data at ${folder} (set EVIDESK_SHARED)`);
  const wanted = process.argv[2] ?? "all";
  const show = process.argv.includes("--show");
  const { read, close } = reader();
  const papers = new Map<number, Paper>();
  for (const entry of lines("abstract_results_text.jsonl.gz") as { pmcid: string; xml: string }[])
    papers.set(Number(entry.pmcid.slice(3)), paperFromJats(entry.xml));
  // Both halves at once, each told apart: no question is read twice.
  const halves = wanted === "all" ? (["even", "odd"] as const) : [wanted as "even" | "odd"];
  const tallies: Record<string, Tally> = Object.fromEntries(
    halves.flatMap((one) => ["binary", "continuous"].map((kind) => [`${one} ${kind}`, empty()])),
  );
  for (const gold of lines("numeric_gold.jsonl.gz") as Gold[]) {
    const paper = papers.get(gold.pmcid);
    const tally = tallies[`${half(gold.pmcid)} ${gold.outcome_type}`];
    if (!paper || !tally) continue;
    const result = await read(paper, gold);
    const pairs = cells(gold, result.intervention, result.comparator);
    const right = pairs.filter(([truth, value]) => same(truth, value)).length;
    const exact = result.kind === gold.outcome_type && right === pairs.length;
    tally.rows += 1;
    tally.cells += pairs.length;
    tally.cellsRight += right;
    tally.exact += Number(exact);
    tally.kindRight += Number(result.kind === gold.outcome_type);
    if (gold.is_data_complete === "TRUE") {
      tally.complete += 1;
      tally.completeExact += Number(exact);
    }
    if (result.status === "verified") {
      tally.verified += 1;
      tally.verifiedRight += Number(exact);
      tally.unquoted += Number(
        !quotedThere(
          paper,
          result.evidence.map((piece) => piece.quote),
        ),
      );
      const stated = pairs.filter(([truth, value]) => value !== null && truth !== "");
      tally.verifiedCells += stated.length;
      tally.verifiedCellsRight += stated.filter(([truth, value]) => same(truth, value)).length;
    }
    if (show && !exact)
      console.log(
        `PMC${gold.pmcid} ${gold.outcome_type} ${result.status} | ${gold.outcome} | ${gold.intervention} | ${gold.comparator}\n   gold ${pairs.map(([truth]) => truth).join(", ")}\n   ours ${pairs.map(([, value]) => value).join(", ")}  ${result.checks.find((check) => check.name === "match")?.message ?? ""}\n   ${result.evidence.map((piece) => piece.quote.replaceAll(/\s+/g, " ").slice(0, 160)).join("\n   ")}`,
      );
  }
  const share = (part: number, whole: number): string =>
    `${((100 * part) / Math.max(1, whole)).toFixed(1)} % (${part}/${whole})`;
  await close();
  for (const [kind, t] of Object.entries(tallies)) {
    console.log(
      `${kind}: all cells exact ${share(t.exact, t.rows)}; on complete rows ${share(t.completeExact, t.complete)}; cells ${share(t.cellsRight, t.cells)}; kind right ${share(t.kindRight, t.rows)}; verified ${share(t.verified, t.rows)}, all cells of these exact ${share(t.verifiedRight, t.verified)}, single values right ${share(t.verifiedCellsRight, t.verifiedCells)}, without their quote in the paper ${t.unquoted}`,
    );
  }
}

await main();
