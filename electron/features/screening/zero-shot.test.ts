import { expect, test } from "vitest";
import { splitCriteria } from "./split-criteria.ts";
import { createJudge, termWeights } from "./zero-shot.ts";

const records = [
  {
    title: "Yoga for low back pain: a randomised controlled trial",
    abstract:
      "We enrolled 120 adults with chronic low back pain. They were randomly assigned to yoga or usual care. Pain fell in both groups.",
  },
  {
    title: "Yoga and back pain in office workers",
    abstract: "A cross-sectional survey of 900 employees. Pain was common.",
  },
  { title: "Spinal surgery in children", abstract: "" },
  { title: "", abstract: "" },
  { title: "Йога при боли в спине", abstract: "Рандомизированное исследование йоги у взрослых." },
];
const criteria = splitCriteria({
  title: "Yoga",
  inclusion:
    "Population: adults with low back pain\nIntervention: yoga\nStudy design: randomised controlled trials",
  exclusion: "Case reports",
});
const judge = createJudge(
  criteria,
  termWeights(records.map(({ title, abstract }) => `${title} ${abstract}`)),
);

test("criteria are told apart with their element", () => {
  expect(criteria.map(({ kind, element }) => `${kind} ${element}`)).toEqual([
    "inclusion population",
    "inclusion intervention",
    "inclusion design",
    "exclusion design",
  ]);
});

test("every verdict but uncertain quotes a sentence that stands in the record", () => {
  for (const record of records) {
    for (const { verdict, quote } of judge.judge(record).verdicts) {
      if (verdict === "uncertain") expect(quote).toBe("");
      else
        expect(
          quote !== "" && (record.title.includes(quote) || record.abstract.includes(quote)),
        ).toBe(true);
    }
  }
});

test("a trial that meets all comes first; another design is a no; silence is uncertain, never no", () => {
  const scores = records.map((record) => judge.scoreOf(record));
  expect(Math.max(...scores)).toBe(scores[0]);
  const design = (at: number) =>
    judge.judge(records[at] ?? { title: "", abstract: "" }).verdicts[2]?.verdict;
  expect([design(0), design(1), design(2), design(3)]).toEqual([
    "yes",
    "no",
    "uncertain",
    "uncertain",
  ]);
});

test("the score for ranking is the score that is shown, and an empty record has one", () => {
  for (const record of records) expect(judge.scoreOf(record)).toBe(judge.judge(record).score);
  expect(Number.isFinite(judge.scoreOf({ title: "", abstract: "" }))).toBe(true);
});

test("a 30,000-character abstract without a full stop is read in time", () => {
  const abstract = "yoga back pain adults ".repeat(1400);
  expect(judge.judge({ title: "Long", abstract }).verdicts[1]).toMatchObject({
    verdict: "yes",
    quote: abstract.trim(),
  });
});
