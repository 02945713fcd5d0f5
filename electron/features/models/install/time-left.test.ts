import { expect, test } from "vitest";
import { openClock } from "./time-left.ts";

test("bytes of an earlier try make the rest seem to come faster than it does", () => {
  let now = 5000;
  const left = openClock(() => now);
  expect(left(800, 1000)).toBeUndefined();
  now += 500;
  expect(left(850, 1000)).toBeUndefined();
  now += 1500;
  expect(left(900, 1000)).toBe(2);
});
