import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { paperFromPdf } from "../pdf-paper.ts";
import type { RawPdf } from "../pdf.ts";
import { readPaper } from "../read-paper.ts";
import { suggestFields } from "../suggest.ts";
import { recognisePages } from "./recognise.ts";
import { openRecognised, withRecognised, type RecognisedPage } from "./recognised.ts";

const blank = { rules: [], uprights: [], images: [], hidden: [], both: [], marks: 4 };
const scan: RawPdf = {
  title: "",
  warnings: [],
  pages: [{ number: 1, width: 600, height: 800, items: [], paint: blank, read: true }],
};
/** A line of words at a height, as a recogniser gives them: boxes of uneven height, one baseline. */
function line(text: string, top: number): RecognisedPage["words"] {
  let x = 60;
  return text.split(" ").map((word, index) => {
    const width = word.length * 5.2;
    const at = x;
    x += width + 3;
    return {
      text: word,
      confidence: 0.9,
      x: at,
      width,
      top,
      bottom: top + 9 + (index % 3),
      baseline: top + 8,
    };
  });
}
const page: RecognisedPage = {
  page: 1,
  width: 600,
  height: 800,
  turn: 0,
  words: [
    ...line("A total of 60 participants were randomised to yoga or to usual care.", 100),
    ...line("The mean age was 52.4 years and 31 of them were women in this trial.", 112),
  ],
};

describe("recognised words on a page without text", () => {
  it("become the paper's text, with boxes on the picture and a word of warning", () => {
    const paper = paperFromPdf(withRecognised(scan, [page]));
    expect(paper.text).toContain("A total of 60 participants were randomised to yoga");
    expect(paper.pages[0]?.state).toBe("recognised");
    expect(paper.warnings.join()).toMatch(/read from a scan \(page 1, mean confidence 90 %\)/);
    const run = paper.runs[0];
    expect(run).toMatchObject({ page: 1, x: 60 });
    expect(run?.y).toBeGreaterThan(95);
    expect(run?.y).toBeLessThan(105);
  });
  it("of a page that lay on its side are read, with boxes where they stand on the page as it is", () => {
    // Seen upright, the page is 600 by 800 and its first line begins 60 from the left, 108 from the top.
    const places = ([90, 180, 270] as const).map((turn) => {
      const size = turn === 180 ? { width: 600, height: 800 } : { width: 800, height: 600 };
      const shown = { ...scan, pages: scan.pages.map((one) => ({ ...one, ...size })) };
      const paper = paperFromPdf(withRecognised(shown, [{ ...page, turn, ...size }]));
      expect(paper.text).toContain("A total of 60 participants were randomised to yoga");
      const [run] = paper.runs;
      return { x: run?.x, y: run?.y, height: run?.height, width: run?.width };
    });
    const [left, over, right] = places;
    expect((left?.y ?? 0) + (left?.height ?? 0)).toBeCloseTo(600 - 60, 0);
    expect((over?.x ?? 0) + (over?.width ?? 0)).toBeCloseTo(600 - 60, 0);
    expect(right?.y).toBeCloseTo(60, 0);
    for (const [at, expected] of [
      [(left?.x ?? 0) + (left?.width ?? 0) / 2, 104],
      [800 - (over?.y ?? 0) - (over?.height ?? 0) / 2, 104],
      [800 - (right?.x ?? 0) - (right?.width ?? 0) / 2, 104],
    ] as const)
      expect(Math.abs(at - expected)).toBeLessThan(5);
  });
  it("never replace a page's own text", () => {
    const own = {
      text: "Own",
      x: 1,
      y: 1,
      width: 9,
      height: 9,
      baseline: 8,
      size: 9,
      font: "F",
      angle: 0,
      visible: true,
    };
    const [first] = scan.pages;
    const pdf = { ...scan, pages: [{ ...first!, items: [own] }] };
    expect(withRecognised(pdf, [page]).pages[0]?.items).toEqual([own]);
  });
  it("give values that nobody can accept unseen", () => {
    const paper = paperFromPdf(withRecognised(scan, [page]));
    const proposals = suggestFields(paper, [
      {
        id: "sampleSize",
        name: "Sample size",
        description: "Number randomised",
        type: "number",
        perArm: false,
      },
    ]);
    const [found] = proposals;
    expect(found?.value).toBe("60");
    expect(found?.status).not.toBe("verified");
    expect(found?.checks.at(-1)).toMatchObject({
      ok: false,
      message: expect.stringContaining("scan"),
    });
  });
  it("are kept by asset; a damaged file costs only the recognition", () => {
    const folder = mkdtempSync(join(tmpdir(), "evidesk-ocr-"));
    const store = openRecognised(folder);
    store.put("abc", [page]);
    expect(openRecognised(folder).get("abc")).toEqual([page]);
    writeFileSync(join(folder, "abc.json"), "{ cut");
    expect(store.get("abc")).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

const scanned = join(import.meta.dirname, "..", "fixtures", "scan.pdf");

describe("a scanned page (fixtures/scan.py)", () => {
  const bytes = () => new Uint8Array(readFileSync(scanned));
  const signal = new AbortController().signal;
  it("is read without any network", async () => {
    const pages: number[] = [];
    const recognised = await recognisePages(bytes(), [1], {
      signal,
      onPage: (done) => pages.push(done),
    });
    const paper = await readPaper(bytes(), { recognised });
    expect(paper.text).toContain("A total of 60 participants were randomised to yoga");
    expect(paper.title).toBe("Yoga for high blood pressure: a randomised trial");
    expect(pages).toEqual([0, 1]);
  });
  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    await expect(
      recognisePages(bytes(), [1], {
        signal: controller.signal,
        onPage: () => setTimeout(() => controller.abort(), 50),
      }),
    ).rejects.toMatchObject({ name: "AbortError" });
  });
});
