import { expect, test } from "vitest";
import type { Decision } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { cellSubject } from "../../api/subjects.ts";
import { characteristicsTable } from "./cells.ts";

test("two fields of one name keep each its own value", () => {
  const decision = (fieldId: string, value: string): Decision => ({
    id: fieldId,
    sequence: 0,
    at: "2026-01-01T00:00:00.000Z",
    kind: "extract",
    subject: cellSubject("r", fieldId),
    action: "correct",
    value: { value },
    reviewer: "Ana",
  });
  const record = { id: "r", title: "T", authors: [], year: null, doi: "", pmid: "" };
  const { rows } = characteristicsTable({
    records: [record as unknown as ReviewRecord],
    fields: [
      { id: "a", name: "Dose" },
      { id: "b", name: "Dose" },
    ],
    decisions: [decision("a", "10 mg"), decision("b", "20 mg")],
    suggestions: [],
  });
  expect(rows[0]?.slice(-2)).toEqual(["10 mg", "20 mg"]);
});
