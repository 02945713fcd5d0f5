import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreClusters, scoreFlags } from "./dedupe-score.ts";
import { deduplicate } from "./dedupe.ts";
import { findDuplicates, type Known } from "./deduplicate.ts";
import type { Comparable } from "./similarity.ts";

const known = (id: number, fields: Partial<Known>): Known => ({
  id,
  title: "",
  authors: [],
  year: null,
  journal: "",
  doi: "",
  pmid: "",
  ...fields,
});
const report = {
  title: "Effect of exercise on heart failure outcomes",
  authors: ["Lee, K"],
  year: 2019,
};

describe("the import rule", () => {
  it("finds repeats by DOI, PMID, then title with year and first author, in the file and in the review", () => {
    const review = [
      known(1, { ...report, doi: "10.1000/a" }),
      known(2, { title: "Other", pmid: "123" }),
    ];
    const incoming = [
      known(3, { doi: "10.1000/a" }),
      known(4, { title: "Renamed", pmid: "123" }),
      known(5, {
        ...report,
        title: "Effect of Exercise on Heart-Failure Outcomes.",
        authors: ["K. Lee"],
      }),
      known(6, { title: "A new record about statins in stroke", year: 2020 }),
      known(7, { title: "A new record about statins in stroke", year: 2020 }),
    ];
    expect(findDuplicates(review, incoming).map((verdict) => verdict?.ofId ?? null)).toEqual([
      1,
      2,
      1,
      null,
      6,
    ]);
  });

  it("keeps apart: other year, other first author, versions with their own DOI, bare titles, congress abstracts under one DOI", () => {
    const review = [
      known(1, { ...report, doi: "10.1002/14651858.cd1.pub2" }),
      known(2, { title: "Editorial", year: 2019 }),
      known(3, {
        title: "Linagliptin improves the prognosis of ischemic cardiomyopathy",
        authors: ["Nakaoka, H"],
        doi: "10.2337/db14",
      }),
    ];
    const incoming = [
      known(4, { ...report, year: 2021 }),
      known(5, { ...report, authors: ["Roy, P"] }),
      known(6, { ...report, doi: "10.1002/14651858.cd1.pub3" }),
      known(7, { title: "Editorial", year: 2019 }),
      known(8, {
        title: "Comparison of sitagliptin effects on survival in sepsis",
        authors: ["Daiber, A"],
        doi: "10.2337/db14",
      }),
    ];
    expect(findDuplicates(review, incoming)).toEqual([null, null, null, null, null]);
  });

  it("stays linear: 40,000 records with one title in common", { timeout: 20_000 }, () => {
    const many = Array.from({ length: 40_000 }, (_, id) =>
      known(id, { ...report, doi: `10.1000/${id}` }),
    );
    expect(findDuplicates([], many).filter((verdict) => verdict !== null)).toEqual([]);
  });
});

const paper = (id: string, fields: Partial<Comparable>): Comparable => ({
  id,
  title: "Antibiotic prophylaxis in pulmonary surgery: a randomised trial",
  abstract: "",
  authors: ["Train, M", "Soulard, D"],
  year: 1994,
  journal: "Annals of Surgery",
  doi: "",
  pmid: "",
  volume: "13",
  issue: "3",
  pages: "280-284",
  ...fields,
});

describe("groups", () => {
  it("joins the same paper across spellings, journal abbreviations and page styles, and says why", () => {
    const { groups, pairs, n } = deduplicate([
      paper("a", {}),
      paper("b", {
        title: "ANTIBIOTIC PROPHYLAXIS IN PULMONARY SURGERY - A RANDOMIZED TRIAL.",
        authors: ["M. Train"],
        journal: "Ann Surg",
        pages: "280-4",
      }),
      paper("c", {
        title: "Something else entirely about the kidney",
        authors: ["Roy, P"],
        pages: "1-9",
        volume: "2",
      }),
    ]);
    expect({ groups, n }).toEqual({ groups: [["a", "b"]], n: 3 });
    expect(pairs[0]).toMatchObject({
      a: "a",
      b: "b",
      score: expect.any(Number),
      reason: expect.stringContaining("first page"),
    });
  });

  it("keeps parts of a series, a congress abstract and its full paper, and different PMIDs apart", () => {
    const records = [
      paper("a", {
        title: "The lung surgery cohort study, part 1: methods and results",
        pages: "1-9",
      }),
      paper("b", {
        title: "The lung surgery cohort study, part 2: methods and results",
        pages: "10-19",
      }),
      paper("c", {
        year: 1992,
        journal: "European Respiratory Congress",
        volume: "5",
        pages: "S12",
      }),
      paper("d", {}),
      paper("e", { pmid: "1" }),
      paper("f", { pmid: "2" }),
    ];
    const together = deduplicate(records.slice(0, 4)).groups;
    expect(together).toEqual([]);
    expect(deduplicate(records.slice(4)).groups).toEqual([]);
  });
});

const data = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/dedup/dev");
describe.skipIf(!existsSync(data))("gold sets (skipped where the shared data is absent)", () => {
  it.each(["asysd_diabetes", "cytology_screening", "respiratory", "stroke"])(
    "%s: precision and recall over pairs stay above 0.985",
    { timeout: 60_000 },
    async (set) => {
      const { truePositive, falsePositive, falseNegative } = await scoreClusters(set);
      expect(truePositive / (truePositive + falsePositive)).toBeGreaterThan(0.985);
      expect(truePositive / (truePositive + falseNegative)).toBeGreaterThan(0.985);
    },
  );

  it("tafenoquine: finds exactly the flagged records", { timeout: 60_000 }, async () => {
    expect(await scoreFlags("tafenoquine")).toMatchObject({ flagged: 114, found: 114, right: 114 });
  });
});
