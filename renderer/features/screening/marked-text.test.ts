import { expect, test } from "vitest";
import { cutAtHighlights } from "./marked-text.tsx";

test("overlapping highlights never repeat or lose a word of the abstract", () => {
  const text = "Adults with diabetes were randomised.";
  const pieces = cutAtHighlights(text, [
    { start: 12, end: 20, criterionId: "b" },
    { start: 0, end: 15, criterionId: "a" },
    { start: 30, end: 400, criterionId: "c" },
  ]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.map((piece) => piece.criterionId)).toEqual(["a", "b", null, "c"]);
});
