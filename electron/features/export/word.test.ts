import { XMLParser } from "fast-xml-parser";
import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { characteristicsTable } from "./cells.ts";
import { characteristicsOf, sectionOf, toDocx } from "./word.ts";

const record = {
  id: "1",
  title: "Yoga <or> care & rest",
  abstract: "",
  authors: ["Doe, J", "Roe, R"],
  year: 2020,
  journal: "Spine",
  doi: "10.1/a",
  pmid: "",
  source: "",
} as unknown as ReviewRecord;
const fields = [
  { id: "design", name: "Study design" },
  { id: "groupSize", name: "Group size" },
  { id: "funding", name: "Funding" },
];
const decision = (subject: string, more: Partial<Decision>): Decision =>
  ({ kind: "extract", subject, action: "accept", reviewer: "AB", at: "t", ...more }) as Decision;
const suggestion = {
  id: "s1",
  model: "rules",
  modelVersion: "1",
  value: { value: "parallel" },
  evidence: [{ quote: "two parallel groups", page: 3 }],
} as unknown as Suggestion;
const decisions = [
  decision("record:1/field:design", { suggestionId: "s1" }),
  decision("record:1/field:groupSize/arm:Yoga", { action: "correct", value: { value: "20" } }),
  decision("record:1/field:groupSize/arm:Care", { action: "correct", value: { value: "21" } }),
  decision("record:1/field:funding", { action: "reject" }),
];

test("each value stands once in its Cochrane section with its source; a rejected one stands nowhere", async () => {
  const table = characteristicsTable({
    records: [record],
    fields,
    decisions,
    suggestions: [suggestion],
  });
  const content = characteristicsOf(table, [record], fields);
  const bytes = await toDocx(content, { title: "Yoga & backs" });
  const xml = strFromU8(unzipSync(bytes)["word/document.xml"] as Uint8Array);
  // Another reader than the writer: the document is well-formed and says what was decided.
  const texts: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node !== null && typeof node === "object")
      for (const [key, value] of Object.entries(node)) {
        if (key === "w:t") texts.push(...[value].flat().map((t) => String(t?.["#text"] ?? t)));
        else walk(value);
      }
  };
  walk(new XMLParser({ ignoreAttributes: false, trimValues: false }).parse(xml));
  expect(texts).toContain("Study design: parallel");
  expect(texts).toContain("Group size: Yoga: 20; Care: 21");
  expect(texts.filter((text) => text.includes("Funding"))).toEqual([]);
  expect(texts.some((text) => text.includes("Yoga <or> care & rest"))).toBe(true);
  expect(texts).toContain(
    "1. Doe 2020, page 3: “two parallel groups” (suggested by rules@1; accepted by AB)",
  );
  expect(texts.filter((text) => text === "Participants")).toHaveLength(1);
});

test.each([
  ["Primary outcome result", "Outcomes"],
  ["Comparator", "Interventions"],
  ["Age", "Participants"],
  ["Follow-up", "Methods"],
  ["Registration", "Notes"],
])("%s stands under %s", (name, section) => {
  expect(sectionOf({ id: "x", name })).toBe(section);
});
