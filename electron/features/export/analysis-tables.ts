/** Rows of the tables for meta-analysis: arms, comparisons by outcome, and the set RevMan imports. */
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { distinctLabels, type Analysis, type Comparison } from "./analysis.ts";
import type { Characteristics } from "./word.ts";

type NamedRows = { name: string; rows: string[][] };
const text = (value: number | null): string => (value === null ? "" : String(value));

/** One row an arm and outcome, complete or not. */
export function armRows({ arms }: Analysis): string[][] {
  return [
    ["study", "record", "outcome", "arm", "role", "events", "n", "mean", "sd", "se", "note"],
    ...arms.map((arm) => [
      arm.study,
      arm.recordId,
      arm.outcome,
      arm.arm,
      arm.comparator ? "comparator" : "experimental",
      ...[arm.events, arm.n, arm.mean, arm.sd, arm.se].map(text),
      arm.note,
    ]),
  ];
}

/** What stands in no comparison, and why. */
export function leftOutRows({ leftOut }: Analysis): string[][] {
  return [
    ["study", "outcome", "arm", "reason"],
    ...leftOut.map((one) => [one.study, one.outcome, one.arm, one.reason]),
  ];
}

/**
 * One table an outcome and kind, as a meta-analysis takes one at a time. Group 1 is experimental,
 * group 2 the comparator; column names as in metafor's `escalc`.
 */
export function outcomeTables({ comparisons }: Analysis): NamedRows[] {
  const groups = new Map<string, Comparison[]>();
  for (const one of comparisons) {
    const key = JSON.stringify([one.outcome.toLowerCase(), one.kind]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const taken = new Set<string>();
  return [...groups.values()].map((group) => {
    const [first] = group as [Comparison, ...Comparison[]];
    const columns =
      first.kind === "binary"
        ? ["ai", "n1i", "ci", "n2i"]
        : ["m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"];
    const rows = group.map(({ study, kind, experimental: a, control: b, note }) => [
      study,
      ...(kind === "binary"
        ? [a.events, a.n, b.events, b.n]
        : [a.mean, a.sd, a.n, b.mean, b.sd, b.n]
      ).map(text),
      a.arm,
      b.arm,
      note,
    ]);
    return {
      name: fileName(`results-${first.outcome}-${first.kind}`, taken),
      rows: [["study", ...columns, "experimental", "comparator", "note"], ...rows],
    };
  });
}

/** Letters, digits and hyphens, short, and not taken by an outcome of much the same name. */
function fileName(name: string, taken: Set<string>): string {
  const base = name
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  let free = base;
  for (let count = 2; taken.has(free); count++) free = `${base}-${count}`;
  taken.add(free);
  return `${free}.csv`;
}

const characteristics = ["Methods", "Participants", "Interventions", "Outcomes", "Notes"];

/**
 * Study information, arms and results as RevMan's import for study-centric reviews names them
 * (Cochrane's data extraction templates). "Intervention" is left for the review's own list.
 */
export function revmanTables(
  analysis: Analysis,
  { studies }: Characteristics,
  records: readonly ReviewRecord[],
): NamedRows[] {
  const labels = distinctLabels(records);
  const arms = new Set(analysis.arms.map((arm) => JSON.stringify([arm.study, arm.arm])));
  const resultArms = new Set(
    analysis.comparisons.flatMap((one) => [one.experimental, one.control]),
  );
  return [
    {
      name: "revman-study-information.csv",
      rows: [
        ["Study", ...characteristics.map((name) => `Char: ${name}`)],
        ...records.map((record, index) => [
          labels.get(record.id) ?? "",
          ...characteristics.map((name) =>
            (studies[index]?.rows.find((row) => row.section === name)?.entries ?? [])
              .map((entry) => entry.text)
              .join("\n"),
          ),
        ]),
      ],
    },
    {
      name: "revman-study-arms.csv",
      rows: [
        ["Study", "Arm", "Description", "Intervention"],
        ...[...arms].map((key) => [...(JSON.parse(key) as [string, string]), "", ""]),
      ],
    },
    {
      name: "revman-study-results.csv",
      rows: [
        ["Study", "Outcome", "Data type", "Arm", "Sample size", "Cases", "Mean", "SD", "Footnotes"],
        ...[...resultArms].map((arm) => [
          arm.study,
          arm.outcome,
          arm.events === null ? "Continuous" : "Dichotomous",
          arm.arm,
          ...[arm.n, arm.events, arm.mean, arm.sd].map(text),
          arm.note,
        ]),
      ],
    },
  ];
}
