import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import type { Field } from "../../api/schemas/extraction.ts";
import { openDesk } from "../team/team-desk.ts";

const perArm = (id: string, name: string): Field => ({
  id,
  name,
  description: "",
  type: "number",
  perArm: true,
});
const fields: Field[] = [
  { ...perArm("comparator", "Comparator"), type: "list", perArm: false },
  { ...perArm("design", "Study design"), type: "text", perArm: false },
  perArm("size", "Group size"),
  perArm("death", "Death, events"),
  perArm("pain", "Pain, mean (SD)"),
  perArm("sleep", "Sleep, mean"),
  perArm("sleepSe", "Sleep, SE"),
];

async function reviewOfTrials() {
  const desk = await openDesk(
    'title,authors,year,doi\nOne trial,"Doe, J",2020,10.1/a\nTwo trial,"Doe, K",2020,10.1/b\nThree trial,"=HYPERLINK(1)",2021,10.1/c\n',
  );
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  await ana("extraction.setFields", { reviewId, fields });
  for (const recordId of ["1", "2", "3"])
    await ana("screening.decide", { reviewId, recordId, action: "include" });
  const set = (recordId: string, fieldId: string, arm: string | null, value: string) =>
    ana("extraction.decide", {
      reviewId,
      recordId,
      fieldId,
      arm,
      action: "correct",
      value: { value },
    });
  const read = async (format: "csv" | "revman" | "bundle") => {
    const { files } = await ana("export.create", { reviewId, format });
    return new Map(
      await Promise.all(
        files.map(async ({ name, assetId }): Promise<[string, string]> => [
          name,
          await desk.textOf(assetId),
        ]),
      ),
    );
  };
  const table = (content: string | undefined): Record<string, string>[] =>
    parse(content ?? "", { bom: true, columns: true });
  return { set, read, table };
}

test("decided arms become two-by-two and continuous tables with the columns a meta-analysis reads", async () => {
  const { set, read, table } = await reviewOfTrials();
  await set("1", "comparator", null, "Walking");
  await set("1", "size", "Yoga", "50");
  await set("1", "size", "Walking", "48");
  await set("1", "death", "Yoga", "3");
  await set("1", "death", "Walking", "5/47");
  await set("2", "pain", "Placebo", "4.0 (1.5)");
  await set("2", "pain", "Drug", "-3.1 (1.2)");
  await set("2", "size", "Placebo", "100");
  await set("2", "size", "Drug", "99");
  await set("2", "sleep", "Placebo", "7");
  await set("2", "sleep", "Drug", "8");
  await set("2", "sleepSe", "Placebo", "0.1");
  await set("2", "sleepSe", "Drug", "0.2");
  const files = await read("csv");
  expect(table(files.get("results-death-binary.csv"))).toEqual([
    {
      study: "Doe 2020a",
      ...{ ai: "3", n1i: "50", ci: "5", n2i: "47" },
      ...{ experimental: "Yoga", comparator: "Walking", note: "n is the group size" },
    },
  ]);
  expect(table(files.get("results-pain-continuous.csv"))).toMatchObject([
    { study: "Doe 2020b", m1i: "-3.1", sd1i: "1.2", n1i: "99", m2i: "4", sd2i: "1.5", n2i: "100" },
  ]);
  expect(table(files.get("results-sleep-continuous.csv"))).toMatchObject([
    { sd1i: "1.989974874", sd2i: "1", note: "n is the group size; SD from SE" },
  ]);
  expect(table(files.get("arms.csv"))).toHaveLength(6);
  expect(files.has("results-left-out.csv")).toBe(false);
});

test("what cannot be pooled is told with its reason, and never filled in", async () => {
  const { set, read, table } = await reviewOfTrials();
  await set("1", "death", "Yoga", "51/50");
  await set("1", "death", "Placebo", "2/50");
  await set("2", "pain", "Low dose", "4 (1)");
  await set("2", "pain", "High dose", "5 (1)");
  await set("3", "death", "Drug", "12%");
  await set("3", "death", "Placebo", "3/40");
  const files = await read("csv");
  expect([...files.keys()].filter((name) => /^results-.*(?:binary|continuous)/.test(name))).toEqual(
    [],
  );
  const reasons = table(files.get("results-left-out.csv"));
  expect(reasons.map(({ study, reason }) => `${study}: ${reason}`)).toEqual([
    "Doe 2020a: 51 events in 50 people.",
    "Doe 2020b: Which arm is the comparator cannot be told: none of Low dose, High dose matches.",
    `'=HYPERLINK(1) 2021: "12%" is a percentage, not a count`,
    "'=HYPERLINK(1) 2021: Only one arm has a value.",
  ]);
});

test("two arms against one comparator say that their rows are not independent", async () => {
  const { set, read, table } = await reviewOfTrials();
  for (const [arm, events] of [
    ["Low dose", "3/40"],
    ["High dose", "4/41"],
    ["Placebo", "9/42"],
  ] as const)
    await set("1", "death", arm, events);
  const rows = table((await read("csv")).get("results-death-binary.csv"));
  expect(rows.map((row) => [row["ai"], row["ci"], row["note"]])).toEqual([
    ["3", "9", "Placebo is the comparator of 2 rows: not independent"],
    ["4", "9", "Placebo is the comparator of 2 rows: not independent"],
  ]);
});

test("the RevMan set names each study and arm once, and results under the same names", async () => {
  const { set, read, table } = await reviewOfTrials();
  await set("1", "design", null, "Parallel");
  await set("1", "death", "Yoga", "3/50");
  await set("1", "death", "Placebo", "5/47");
  const files = await read("revman");
  const studies = table(files.get("revman-study-information.csv"));
  expect(studies.map((row) => row["Study"])).toEqual([
    "Doe 2020a",
    "Doe 2020b",
    "'=HYPERLINK(1) 2021",
  ]);
  expect(studies[0]?.["Char: Methods"]).toBe("Study design: Parallel");
  expect(table(files.get("revman-study-arms.csv")).map((row) => row["Arm"])).toEqual([
    "Yoga",
    "Placebo",
  ]);
  expect(table(files.get("revman-study-results.csv"))).toMatchObject([
    {
      Study: "Doe 2020a",
      Outcome: "Death",
      "Data type": "Dichotomous",
      Arm: "Yoga",
      "Sample size": "50",
      Cases: "3",
    },
    { Study: "Doe 2020a", Arm: "Placebo", "Sample size": "47", Cases: "5" },
  ]);
  const bundle = await read("bundle");
  expect([...bundle.keys()]).toEqual(
    expect.arrayContaining(["included.bib", "revman-study-results.csv"]),
  );
});
