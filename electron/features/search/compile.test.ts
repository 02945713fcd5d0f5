import { describe, expect, it } from "vitest";
import { blocksOf, compile, filterFor } from "./compile.ts";
import { otherNumber, spellings, splitElement, suggestTerms } from "./terms.ts";

describe("terms", () => {
  it("splits what a clinician writes into terms without the filler words", () => {
    expect(splitElement("adults with type 2 diabetes (T2DM); obese patients")).toEqual([
      "type 2 diabetes (T2DM)",
      "obese patients",
    ]);
    expect(splitElement("exercise training or yoga")).toEqual(["exercise training", "yoga"]);
  });

  it("marks where each term comes from, and never invents a heading", () => {
    const terms = suggestTerms("paediatric tumours (PT); zorblaximab");
    expect(terms).toContainEqual({ text: "PT", source: "abbreviation" });
    expect(terms).toContainEqual({ text: "pediatric tumors", source: "spelling" });
    expect(terms.filter((term) => term.source === "MeSH")).toEqual([]);
    expect(suggestTerms("heart attack")).toContainEqual({
      text: "Myocardial Infarction",
      source: "MeSH",
    });
  });

  it.each([
    ["anaemia", "anemia"],
    ["leukemia", "leukaemia"],
    ["oedema", "edema"],
    ["randomised", "randomized"],
    ["hospitalization", "hospitalisation"],
  ])("spells %s as %s too", (one, other) => expect(spellings(one)).toContain(other));
  it("does not mangle words that only look American", () =>
    expect(spellings("chemistry therapy feta hemp")).toEqual([]));
  it.each([
    ["stroke", "strokes"],
    ["therapies", "therapy"],
    ["biopsy", "biopsies"],
    ["diabetes", undefined],
    ["sepsis", undefined],
    ["COPD", undefined],
  ])("number of %s", (one, other) => expect(otherNumber(one)).toBe(other));
});

describe("the registry's conditions", () => {
  it("never holds words that only name people, and says so", () => {
    const question = blocksOf({ population: "adults; hypertension", intervention: "yoga" });
    const { query, warnings } = compile(question, "ctgov");
    expect(query).toContain("hypertension");
    expect(query).not.toMatch(/adult/i);
    expect(warnings.join()).toContain('"adults"');
    expect(compile(question, "pubmed").query).toContain("adults");
  });
  it("is left out where nobody but people was named", () => {
    const { query } = compile(blocksOf({ population: "adults", intervention: "yoga" }), "ctgov");
    expect(query).not.toMatch(/adult/i);
    expect(query).toContain("yoga");
  });
});

describe("queries", () => {
  const blocks = blocksOf({
    population: "hypertension",
    intervention: "yoga",
    comparator: "usual care",
    outcome: "mortality",
  });

  it("uses population and intervention; outcome waits as an offer", () => {
    expect(blocks.map(({ concept, used }) => [concept, used])).toEqual([
      ["population", true],
      ["intervention", true],
      ["comparator", false],
      ["outcome", false],
    ]);
    expect(compile(blocks, "pubmed").query).toBe(
      '(hypertension[tiab] OR "high blood pressure"[tiab] OR "Hypertension"[mh]) AND yoga[tiab]',
    );
  });

  it("lets the outcome stand in when no intervention is given, but not an empty comparator", () => {
    expect(
      blocksOf({ population: "hypertension", comparator: "placebo", outcome: "stroke" })
        .filter((block) => block.used)
        .map((block) => block.concept),
    ).toEqual(["population"]);
    expect(
      blocksOf({ population: "hypertension", outcome: "stroke" })
        .filter((block) => block.used)
        .map((block) => block.concept),
    ).toEqual(["population", "outcome"]);
  });

  it("adds the trial filter as NOT animals after the whole, and none where only trials are held", () => {
    const { query } = compile(blocks, "pubmed", filterFor("Randomised trials"));
    expect(query).toMatch(/\) NOT \("Animals"\[mh\] NOT "Humans"\[mh\]\)$/);
    expect(query).toContain('"drug therapy"[sh]');
    expect(compile(blocks, "central", "rct").query).not.toContain("randomized");
    expect(filterFor("cohort studies")).toBe("none");
  });

  it("leaves out what the reviewer switched off", () => {
    const edited = blocks.map((block) => ({
      ...block,
      used: block.concept === "intervention",
      terms: block.terms.slice(0, 1),
    }));
    expect(compile(edited, "ovid").query).toBe("yoga.ti,ab,kf.");
    expect(compile([], "pubmed")).toMatchObject({ query: "", warnings: ["No block has a term."] });
  });
});
