import { expect, test } from "vitest";
import { fillHoles, keepLargest } from "./components.ts";

const plane = (...rows: string[]): Uint8Array => Uint8Array.from(rows.join(""), Number);

test("pieces that touch at a corner count as two, or small ones stay", () => {
  const mask = plane("11000", "00100", "00000", "00011", "10011");
  expect(keepLargest(mask, [5, 5, 1], 1, 0)).toEqual(
    plane("00000", "00000", "00000", "00011", "00011"),
  );
  expect(keepLargest(mask, [5, 5, 1], 2, 0)).toEqual(
    plane("11000", "00100", "00000", "00011", "00011"),
  );
  expect(keepLargest(mask, [5, 5, 1], 9, 0.08)).toEqual(
    plane("11000", "00100", "00000", "00011", "00011"),
  );
});

test("a hole open through a corner is filled wrongly, and holes forget their label", () => {
  expect(fillHoles(plane("2220", "2020", "2220", "0000"), [4, 4, 1])).toEqual(
    plane("2220", "2220", "2220", "0000"),
  );
  expect(fillHoles(plane("0111", "1001", "1111"), [4, 3, 1])).toEqual(
    plane("0111", "1111", "1111"),
  );
  expect(fillHoles(plane("0111", "0001", "1111"), [4, 3, 1])).toEqual(
    plane("0111", "0001", "1111"),
  );
});

test("a cavity in space open to the outside along z is filled", () => {
  const shell = new Uint8Array(27).fill(1);
  shell[13] = 0;
  expect(fillHoles(shell, [3, 3, 3])[13]).toBe(1);
  shell[4] = 0;
  expect(fillHoles(shell, [3, 3, 3])[13]).toBe(0);
});
