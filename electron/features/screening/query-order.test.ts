import { expect, test } from "vitest";
import { inOrder } from "./query-order.ts";

const scores = [0.1, 0.9, 0.5, 0.7, 0.3, 0.2, 0.8];
const open = [1, 2, 3, 4, 5, 6];
const scoreOf = (row: number): number | null => scores[row] ?? null;

test("certain asks for the likeliest first, one without a score comes last", () => {
  const asked = { order: "certain", open: [...open, 9], scoreOf, decided: [] } as const;
  expect(inOrder(asked)).toEqual([1, 6, 3, 2, 4, 5, 9]);
});

test("uncertain asks first for what lies where included and excluded records part", () => {
  const known = [...scores, 0.95, 0.62, 0.42, 0.05];
  const decided = [
    { row: 7, relevant: true },
    { row: 8, relevant: true },
    { row: 9, relevant: false },
    { row: 10, relevant: false },
  ];
  const asked = {
    order: "uncertain",
    open,
    scoreOf: (row: number) => known[row] ?? null,
    decided,
  } as const;
  expect(inOrder(asked)[0]).toBe(2);
  // With one class there is no such place.
  expect(inOrder({ ...asked, decided: decided.slice(0, 2) })).toEqual([1, 6, 3, 2, 4, 5]);
});

test("mixed keeps every record once, is the same when asked again, and draws one in twenty", () => {
  const many = Array.from({ length: 400 }, (_, row) => row);
  const byRow = (row: number): number => -row;
  const ask = (decided: number) =>
    inOrder({
      order: "mixed",
      open: many,
      scoreOf: byRow,
      decided: Array.from({ length: decided }, (_, at) => ({ row: 500 + at, relevant: false })),
    });
  expect(ask(3)).toEqual(ask(3));
  expect(ask(3).toSorted((a, b) => a - b)).toEqual(many);
  // The twentieth of the whole screening is drawn, whatever the list started with.
  expect(ask(18)[0]).toBe(0);
  expect(ask(19)[0]).toBeGreaterThan(0);
});
