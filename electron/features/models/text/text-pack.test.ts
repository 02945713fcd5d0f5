import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSession } from "../onnx.ts";
import { packFile, readPack, verifyPack } from "../pack.ts";
import { splitSentences } from "./sentences.ts";
import { openTextPack, runTagPack, vocabularyFile, type TextPack } from "./text-pack.ts";
import type { RunNetwork } from "./tensors.ts";
import { embedTexts, pool, scoreTexts, similarity } from "./vectors.ts";

const models = join(import.meta.dirname, "../../../../models");
const abstract = `Budesonide for chronic cough in adults: a randomised trial. BACKGROUND: Chronic cough is common and hard to treat. We aimed to compare inhaled budesonide with placebo. METHODS: We randomly assigned 120 adults with chronic cough, mean age 54.3 (SD 12.1) years, to inhaled budesonide 400 µg twice daily (n = 60) or placebo (n = 60) for 12 weeks. The primary outcome was cough frequency at 12 weeks. RESULTS: Cough frequency fell by 32% with budesonide and by 18% with placebo (p = 0.01). Oral candidiasis occurred in 6 (10%) and 1 (2%) patients. CONCLUSIONS: Budesonide reduced cough frequency. TRIAL REGISTRATION: NCT00000000.`;
const observational =
  "Incidence of chronic cough among coal miners. We followed a cohort of 4,210 miners between 1990 and 2010 using employment registers. Retrospective exposure was estimated from job titles, and prevalence was compared with that of the general population. Chronic cough was more frequent with longer exposure.";

async function open(id: string): Promise<{ pack: TextPack; run: RunNetwork }> {
  const stored = await readPack(join(models, id), true);
  await verifyPack(stored);
  const pack = openTextPack(
    stored.manifest,
    await readFile(packFile(stored, vocabularyFile(stored.manifest)), "utf8"),
  );
  const session = await openSession(packFile(stored, pack.file), ["cpu"], 1);
  return { pack, run: async (feeds) => (await session.run(feeds)).outputs };
}

describe("pico-tagger", () => {
  it("finds who was treated, with what, and what was measured, at the right characters", async () => {
    const { pack, run } = await open("pico-tagger");
    const spans = await runTagPack(pack, abstract, run);
    for (const span of spans) expect(abstract.slice(span.start, span.end)).toBe(span.text);
    const of = (label: string): string =>
      spans
        .filter((span) => span.label === label)
        .map((span) => span.text.toLowerCase())
        .join(" | ");
    expect(of("participants")).toContain("cough");
    expect(of("interventions")).toContain("budesonide");
    expect(of("outcomes")).toContain("cough frequency");
  });

  it("gives no span for an empty text and survives a text longer than one piece", async () => {
    const { pack, run } = await open("pico-tagger");
    expect(await runTagPack(pack, " \n", run)).toEqual([]);
    const long = `${abstract} `.repeat(8);
    const spans = await runTagPack(pack, long, run);
    expect(Math.max(...spans.map((span) => span.end))).toBeGreaterThan(abstract.length * 7);
    for (const span of spans) expect(long.slice(span.start, span.end)).toBe(span.text);
  });
});

describe("trial-facts", () => {
  it("marks the total number of participants and the arms", async () => {
    const { pack, run } = await open("trial-facts");
    const spans = await runTagPack(pack, abstract, run);
    expect(
      spans.filter((span) => span.label === "total-participants").map((span) => span.text),
    ).toContain("120");
    expect(spans.some((span) => span.label === "control" && span.text.includes("placebo"))).toBe(
      true,
    );
  });
});

describe("sentence-roles", () => {
  it("gives the obvious sentences their role and keeps offsets into the original text", async () => {
    const { pack, run } = await open("sentence-roles");
    const roles = await runTagPack(pack, abstract, run);
    for (const role of roles) expect(abstract.slice(role.start, role.end)).toBe(role.text);
    const roleOf = (part: string): string | undefined =>
      roles.find((role) => role.text.includes(part))?.label;
    expect(roleOf("randomly assigned")).toBe("METHODS");
    expect(roleOf("fell by 32%")).toBe("RESULTS");
    expect(roleOf("NCT00000000")).toBe("OTHER");
  });
});

describe("rct-classifier", () => {
  it("puts a randomised trial far above a cohort study", async () => {
    const { pack, run } = await open("rct-classifier");
    const [trial = 0, cohort = 1] = await scoreTexts([abstract, observational], pack, run);
    expect(trial).toBeGreaterThan(0.8);
    expect(cohort).toBeLessThan(0.2);
  });
});

describe("text-encoder", () => {
  it("places a question nearer to the trial that answers it, whatever else is in the batch", async () => {
    const { pack, run } = await open("text-encoder");
    const [question, trial, other] = await embedTexts(
      [
        "inhaled corticosteroids for cough",
        abstract,
        "Knee replacement surgery and rehabilitation exercises after fracture.",
      ],
      pack,
      run,
    );
    const [alone] = await embedTexts(["inhaled corticosteroids for cough"], pack, run);
    if (question === undefined || trial === undefined || other === undefined || alone === undefined)
      throw new Error("a vector is missing");
    expect(similarity(question, question)).toBeCloseTo(1, 5);
    expect(similarity(question, alone)).toBeCloseTo(1, 5);
    expect(similarity(question, trial)).toBeGreaterThan(similarity(question, other));
  });

  it("refuses to tag", async () => {
    const { pack, run } = await open("text-encoder");
    await expect(runTagPack(pack, abstract, run)).rejects.toThrow(/does embedding/);
  });
});

describe("sentences", () => {
  it("does not split at initials, abbreviations or decimals, and keeps offsets", () => {
    const text =
      "Drug A vs. Placebo was given by J. Smith et al. in 2019. Mean was 3.5 mg.  Was it safe? Yes.\nNext line";
    const sentences = splitSentences(text);
    expect(sentences.map((sentence) => sentence.text)).toEqual([
      "Drug A vs. Placebo was given by J. Smith et al. in 2019.",
      "Mean was 3.5 mg.",
      "Was it safe?",
      "Yes.",
      "Next line",
    ]);
    for (const sentence of sentences)
      expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
  });
});

describe("pooling", () => {
  it("weighs rows and scales to length one; nothing pools to zeros", () => {
    expect([...pool(Float32Array.from([1, 0, 0, 1]), 2, [3, 0])]).toEqual([1, 0]);
    expect([...pool(Float32Array.from([1, 0, 0, 1]), 2, [0, 0])]).toEqual([0, 0]);
  });
});
