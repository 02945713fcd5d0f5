import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { samplesFolder } from "../../places.ts";
import { readPaper } from "../extraction/read-paper.ts";
import { passagesOfPaper, passagesOfRecord } from "./passages.ts";
import { absentWords, countTerms, coverageOf, mergeRanks, weighQuestion } from "./ranking.ts";

const record = {
  id: "7",
  title: "Yoga for asthma",
  abstract: "We asked 40 adults. They breathed.",
};
const bytes = readFileSync(join(samplesFolder, "review", "PMC3654355.pdf"));

test("a record's passage gives its place in title and abstract", () => {
  const [passage, ...more] = passagesOfRecord(record);
  expect(more).toEqual([]);
  expect(passage).toMatchObject({ recordId: "7", page: null, assetId: null, start: 0 });
  expect(`${record.title}\n\n${record.abstract}`.slice(passage?.start, passage?.end)).toContain(
    "They breathed.",
  );
});

test("a paper's passages are its own words, with the page and boxes they stand in; no reference is one", async () => {
  const paper = await readPaper(bytes, {});
  const passages = passagesOfPaper(record, "a".repeat(64), paper);
  expect(passages.length).toBeGreaterThan(40);
  const plain = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  for (const { text, start, end, page, boxes } of passages) {
    expect(plain(paper.text.slice(start, end))).toBe(text);
    expect(text.length).toBeLessThanOrEqual(1200);
    expect(boxes[0]?.page).toBe(page);
  }
  const references = paper.blocks.filter(
    ({ kind, section }) => kind === "reference" || paper.sections[section]?.role === "references",
  );
  expect(references.length).toBeGreaterThan(0);
  for (const { start } of references)
    expect(passages.some((one) => one.start <= start && start < one.end)).toBe(false);
});

test("an abstract that the record has too is told once; one that it lacks is told", async () => {
  const told =
    "TITLE:\nYoga for asthma\n\nABSTRACT.METHODS:\nForty adults were randomly assigned to yoga or to a waiting list.\n\nMETHODS:\nFifty centres in Norway were asked to take part in it.\n";
  const paper = await readPaper(new TextEncoder().encode(told), {});
  const textsFor = (abstract: string) =>
    passagesOfPaper({ ...record, abstract }, "a".repeat(64), paper).map(({ text }) => text);
  expect(textsFor("Known.").join(" ")).toMatch(/^(?!.*Forty adults).*Fifty centres/);
  expect(textsFor("").join(" ")).toMatch(/Forty adults.*Fifty centres/);
});

test("an item that both orders hold comes before one that leads a single order", () => {
  expect(
    mergeRanks([
      [1, 2, 3],
      [4, 2],
    ]),
  ).toEqual([2, 1, 4, 3]);
});

test("a question counts by its rare words, and the words that stand nowhere are named", () => {
  const texts = ["yoga for asthma", "running for asthma", "asthma in adults"];
  const counts = countTerms(texts);
  const weights = weighQuestion("Does yoga help asthma?", counts, texts.length);
  expect(coverageOf(weights, "yoga for asthma")).toBeGreaterThan(
    coverageOf(weights, "asthma in adults"),
  );
  expect(coverageOf(weighQuestion("Why?", counts, 3), "why")).toBe(0);
  expect(absentWords("How does Metformin help in asthma?", counts)).toEqual(["Metformin", "help"]);
});
