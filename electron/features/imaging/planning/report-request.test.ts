import { expect, test } from "vitest";
import { asksForReport, reportTurn } from "./report-request.ts";

test("a mask for the report, or reported findings, are no request for a report", () => {
  for (const request of ["draft a report", "Write me the chest film report, please", "report"])
    expect([request, asksForReport(request)]).toEqual([request, true]);
  for (const request of [
    "make a mask of the lungs for the report",
    "report the findings",
    "outline the lungs for the report",
    "was this reported before?",
  ])
    expect([request, asksForReport(request)]).toEqual([request, false]);
});

test("without anything accepted there is no draft, and it is said what to do", () => {
  const empty = [{ id: "lungs", title: "Lungs", sentences: [] }];
  expect(reportTurn(empty)).not.toHaveProperty("draft");
  expect(reportTurn(empty).text).toContain("Nothing of this study was accepted yet");
  const sentences = [{ text: "Lungs: 31 %.", sources: [{ kind: "suggestion" as const, id: "s" }] }];
  expect(reportTurn([...empty, { id: "other", title: "Other", sentences }]).draft).toEqual([
    { id: "other", title: "Other", sentences },
  ]);
});
