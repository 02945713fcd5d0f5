import { expect, test } from "vitest";
import type { Grid, GridCell } from "../../../electron/api/schemas/extraction.ts";
import { findPlace, stepFrom, toTsv } from "./cells.ts";

function cell(
  recordId: string,
  fieldId: string,
  arm: string | null,
  value: string | null,
): GridCell {
  const subject = `record:${recordId}/field:${fieldId}${arm === null ? "" : `/arm:${arm}`}`;
  return {
    fieldId,
    arm,
    subject,
    state: "empty",
    value,
    unit: null,
    suggestion: null,
    decision: null,
    registry: null,
    dual: null,
  };
}
const field = (id: string, perArm: boolean) => ({
  id,
  name: id,
  description: "",
  type: "text" as const,
  perArm,
});
const grid: Grid = {
  fields: [field("age", false), field("size", true)],
  studies: [
    {
      recordId: "1",
      title: "One",
      label: "One 2020",
      included: true,
      report: null,
      cells: [
        cell("1", "age", null, "54\t(8)"),
        cell("1", "size", "A", "41"),
        cell("1", "size", "B", "40"),
      ],
    },
    {
      recordId: "2",
      title: "Two",
      label: "Two 2021",
      included: true,
      report: null,
      cells: [cell("2", "age", null, null), cell("2", "size", "A", "9")],
    },
  ],
};
const walk = (subject: string, step: "up" | "down" | "left" | "right"): string => {
  const place = findPlace(grid, subject);
  if (!place) throw new Error(`no cell ${subject}`);
  return stepFrom(grid, place, step);
};

test("down goes through a study's arms before the next study, and stays at the end", () => {
  expect(walk("record:1/field:size/arm:A", "down")).toBe("record:1/field:size/arm:B");
  expect(walk("record:1/field:size/arm:B", "down")).toBe("record:2/field:size/arm:A");
  expect(walk("record:2/field:size/arm:A", "down")).toBe("record:2/field:size/arm:A");
  expect(walk("record:2/field:size/arm:A", "up")).toBe("record:1/field:size/arm:B");
});

test("right from a cell without arms lands on the first arm", () => {
  expect(walk("record:1/field:age", "right")).toBe("record:1/field:size/arm:A");
  expect(walk("record:1/field:size/arm:B", "left")).toBe("record:1/field:age");
});

test("a tab inside a value cannot shift the columns of the copied table", () => {
  expect(toTsv(grid).split("\n")[1]).toBe("One 2020\t54 (8)\tA: 41; B: 40");
});

test("a value that a spreadsheet would run as a formula is pasted as text", () => {
  const [study] = grid.studies;
  if (!study) throw new Error("the grid has a study");
  const evil = { ...study, label: "=1+1", cells: [cell("1", "age", null, "\t=HYPERLINK(1)")] };
  expect(toTsv({ ...grid, studies: [evil] }).split("\n")[1]).toBe("'=1+1\t' =HYPERLINK(1)\t");
});
