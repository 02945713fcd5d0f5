import { expect, test } from "vitest";
import { leansBinary } from "./kinds.ts";

test("what befalls people is counted, a measure is not, and the condition after 'in' decides nothing", () => {
  for (const outcome of [
    "Dizziness",
    "Major bleeds",
    "successful closure",
    "readmission at 30 days",
  ])
    expect(leansBinary(outcome), outcome).toBeGreaterThan(0);
  for (const outcome of [
    "frequency of occurrence in reversible inguinal hernia",
    "ulcer pain score",
    "HbA1c level",
  ])
    expect(leansBinary(outcome), outcome).toBeLessThan(0);
});
