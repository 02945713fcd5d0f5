/**
 * All goals of extraction in one table, with the packs and rules that ship, on data that had no part in
 * training: `node electron/features/extraction/goals.measure.ts [--pack ID]`; ONLY=NAME: the scripts whose name
 * holds it. Each line is measured by the
 * script that it names, which says more when it is run alone. `--pack` adds a column for the questions
 * that a generation pack can be asked: results per arm, and 20 papers x 20 fields.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

type Goal = {
  what: string;
  /** Finds the figure in what the script prints. */
  figure: RegExp;
  /** How many it is measured on. */
  of: RegExp | (() => string);
  goal: number;
  atMost?: boolean;
  /** The pack's own run of the same script gives a figure too. */
  byPack?: boolean;
};
type Measure = { script: string; args: string[]; goals: Goal[] };

const measures: Measure[] = [
  {
    script: "results.measure.ts",
    args: ["all"],
    goals: [
      {
        what: "llm_meta_analysis, 2×2 all exact, % (held-out half)",
        figure: /odd binary: all cells exact ([\d.]+) %/,
        of: /odd binary: all cells exact [\d.]+ % \(\d+\/(\d+)\)/,
        goal: 45,
        byPack: true,
      },
      {
        what: "llm_meta_analysis, continuous all exact, % (held-out half)",
        figure: /odd continuous: all cells exact ([\d.]+) %/,
        of: /odd continuous: all cells exact [\d.]+ % \(\d+\/(\d+)\)/,
        goal: 30,
        byPack: true,
      },
      ...(["binary", "continuous"] as const).map((kind) => ({
        what: `… *verified* ${kind} results all exact, % (held-out half)`,
        figure: new RegExp(String.raw`odd ${kind}:.*all cells of these exact ([\d.]+) %`),
        of: new RegExp(String.raw`odd ${kind}:.*all cells of these exact [\d.]+ % \(\d+\/(\d+)\)`),
        goal: 90,
        byPack: true,
      })),
      ...(["odd binary", "odd continuous", "even binary", "even continuous"] as const).map(
        (kind) => ({
          what: `… *verified* ${kind} without their quote in the paper`,
          figure: new RegExp(`${kind}:.*without their quote in the paper (\\d+)`),
          of: new RegExp(String.raw`${kind}:.*verified [\d.]+ % \((\d+)\/`),
          goal: 0,
          atMost: true,
          byPack: true,
        }),
      ),
    ],
  },
  {
    script: "evidence.measure.ts",
    args: ["odd"],
    goals: [
      {
        what: "evidence_inference, evidence sentence recall@3 (held-out half)",
        figure: /recall@3 ([\d.]+)/,
        of: /odd: (\d+) questions/,
        goal: 0.8,
      },
      {
        what: "evidence_inference, direction macro-F1 (held-out half)",
        figure: /direction macro-F1 ([\d.]+)/,
        of: /odd: (\d+) questions/,
        goal: 0.7,
      },
    ],
  },
  {
    script: "consort.measure.ts",
    args: [],
    goals: [
      {
        what: "consort_tm, methods items micro F1 (five folds; not shipped)",
        figure: /methods items micro F1 ([\d.]+)/,
        of: /, (\d+) sentences/,
        goal: 0.6,
      },
    ],
  },
  {
    script: "text.measure.ts",
    args: [],
    goals: [
      {
        what: "PDF against JATS, words in order, mean",
        figure: /mean of papers ([\d.]+)/,
        of: () => "15",
        goal: 0.98,
      },
      {
        what: "PDF against JATS, table cells F1",
        figure: /F1 ([\d.]+) over/,
        of: /over (\d+) cells/,
        goal: 0.85,
      },
    ],
  },
  {
    script: "../export/shape.measure.ts",
    args: [],
    goals: [
      {
        what: "trialreviewbench, characteristics tables back whole from CSV and XLSX, share",
        figure: /back whole from CSV and XLSX \d+ of \d+ \(share ([\d.]+)\)/,
        of: /^(\d+) tables/,
        goal: 1,
      },
    ],
  },
  {
    script: "extract.measure.ts",
    args: [],
    goals: [
      {
        what: "20 papers x 20 fields, seconds",
        figure: /fields: ([\d.]+) s/,
        of: /^(\d+) papers/,
        goal: 60,
        atMost: true,
        byPack: true,
      },
      {
        what: "… *verified* values without their quote in the paper",
        figure: /verified without their quote in the paper (\d+)/,
        of: /verified (\d+)/,
        goal: 0,
        atMost: true,
        byPack: true,
      },
    ],
  },
];

function printed({ script }: Measure, args: string[]): string {
  const path = fileURLToPath(new URL(script, import.meta.url));
  process.stderr.write(`${script} ${args.join(" ")}\n`);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", path, ...args],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr.slice(-500)}`);
  return stdout;
}

function main(): void {
  const at = process.argv.indexOf("--pack");
  const pack = at < 0 ? undefined : process.argv[at + 1];
  const head = ["goal", "embedded", "n", ...(pack ? [pack] : []), "wanted", ""];
  const widest = measures.flatMap(({ goals }) => goals.map(({ what }) => what.length));
  const widths = [Math.max(...widest), 10, 6, ...(pack ? [Math.max(12, pack.length)] : []), 8, 18];
  // Each line as soon as it is measured: a run that is stopped keeps what it has.
  const print = (row: string[]): void =>
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  print(head);
  const only = process.env["ONLY"] ?? "";
  for (const measure of measures.filter(({ script }) => script.includes(only))) {
    const own = printed(measure, measure.args);
    const byPack =
      pack !== undefined && measure.goals.some((goal) => goal.byPack)
        ? printed(measure, [...measure.args, "--pack", pack])
        : "";
    for (const { what, figure, of, goal, atMost = false } of measure.goals) {
      const found = figure.exec(own)?.[1];
      const met = found === undefined ? "not measured here" : judged(Number(found), goal, atMost);
      print([
        what,
        found ?? "–",
        (typeof of === "function" ? of() : of.exec(own)?.[1]) ?? "–",
        ...(pack ? [figure.exec(byPack)?.[1] ?? "–"] : []),
        `${atMost ? "≤" : "≥"} ${goal}`,
        met,
      ]);
    }
  }
}

const judged = (found: number, goal: number, atMost: boolean): string =>
  (atMost ? found <= goal : found >= goal) ? "met" : "MISSED";

main();
