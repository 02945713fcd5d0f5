import { expect, test } from "vitest";
import { estimateRelevant } from "./recall-estimate.ts";
import { parseStopRule, recordsToPromise } from "./stopping.ts";
import { binomialCdf, hypergeometricCdf, walleniusCdf } from "./urns.ts";

/** Where a rule stops on an order; its length when it never does. */
function stopsAt(rule: string, found: boolean[]): number {
  const parsed = parseStopRule(rule);
  for (let at = 1; at <= found.length; at += 1)
    if (parsed?.stop(found.slice(0, at), found.length - at)) return at;
  return found.length;
}
/** A good ranking: all 20 relevant records within the first 100 of 1,000. */
const good = Array.from({ length: 1000 }, (_, at) => at < 100 && at % 5 === 0);
/** Half of the relevant records come evenly through the whole set. */
const late = Array.from({ length: 1000 }, (_, at) => at < 10 || at % 100 === 99);

test("distribution functions agree with scipy's", () => {
  expect(hypergeometricCdf(1, 50, 5, 20)).toBeCloseTo(0.3259482, 6);
  expect(walleniusCdf(1, 5, 45, 20, 2)).toBeCloseTo(0.0676621, 5);
  expect(walleniusCdf(1, 12, 1988, 600, 2)).toBeCloseTo(0.0026053, 5);
  expect(walleniusCdf(1, 5, 45, 20, 1)).toBeCloseTo(0.3259482, 5);
});

test("the binomial agrees with scipy's, also where every record or none is found", () => {
  expect(binomialCdf(3, 20, 0.3)).toBeCloseTo(0.1070868, 6);
  expect(binomialCdf(0, 200, 0.01)).toBeCloseTo(0.1339797, 6);
  expect(binomialCdf(2, 10, 1)).toBe(0);
  expect(binomialCdf(10, 10, 1)).toBe(1);
  expect(binomialCdf(0, 5, 0)).toBe(1);
});

test("rules stop a good ranking early, the biased-urn one before the plain test", () => {
  expect(stopsAt("consecutive:50", good)).toBe(146);
  expect(stopsAt("safe", good)).toBe(146);
  const [buscar, callaghan] = [stopsAt("buscar:0.95", good), stopsAt("callaghan:0.95", good)];
  expect(buscar).toBeGreaterThan(146);
  expect(buscar).toBeLessThan(callaghan);
  expect(callaghan).toBeLessThan(1000);
  expect(stopsAt("never", good)).toBe(1000);
});

test("the tests stop late records at the target recall, found at 900, and not before; counting 50 does", () => {
  expect(stopsAt("consecutive:50", late)).toBe(60);
  for (const rule of ["callaghan:0.95", "buscar:0.95", "promise:0.95"])
    expect(stopsAt(rule, late)).toBeGreaterThanOrEqual(900);
});

test("unknown rules and values out of range are refused", () => {
  for (const rule of [
    "",
    "fifty",
    "consecutive:0",
    "consecutive:1.5",
    "callaghan:2",
    "buscar:x",
    "constructor",
  ])
    expect(parseStopRule(rule)).toBeNull();
});

test("the estimate lies between the finds and its upper bound, is bounded by the set, and needs a find", () => {
  for (const order of [good, late]) {
    for (const at of [20, 100, 500, 1000]) {
      const estimate = estimateRelevant(order.slice(0, at), 1000 - at);
      if (estimate === null) throw new Error("an estimate was expected");
      expect(estimate.low).toBeLessThanOrEqual(estimate.relevant);
      expect(estimate.relevant).toBeLessThanOrEqual(estimate.high);
      expect(estimate.high).toBeLessThanOrEqual(estimate.low + 1000 - at);
    }
  }
  expect(estimateRelevant(good, 0)).toMatchObject({ relevant: 20, recall: 1, high: 20 });
  expect(
    estimateRelevant(
      Array.from({ length: 50 }, () => false),
      50,
    ),
  ).toBeNull();
});

test("the root rule scales with the review, waits for a first find, and refuses a factor of 0", () => {
  const { stop } = parseStopRule("root:5") ?? { stop: () => true };
  const quiet = (count: number) => Array.from({ length: count }, () => false);
  // 100 records: 50 in a row; 10,000 records: 500.
  expect(stop([true, ...quiet(49)], 50)).toBe(false);
  expect(stop([true, ...quiet(50)], 49)).toBe(true);
  expect(stop([true, ...quiet(499)], 9_500)).toBe(false);
  expect(stop([true, ...quiet(500)], 9_499)).toBe(true);
  expect(stop(quiet(500), 9_500)).toBe(false);
  expect(parseStopRule("root:0")).toBeNull();
});

test("the promise: none before an include, longer with few includes, and what it counts down to is where it stops", () => {
  const at = (found: number, quiet: number, screened = 500) =>
    recordsToPromise({ found, quiet, screened, remaining: 500 });
  expect(at(0, 400)).toBeNull();
  // 5 includes: one missing record breaks 95 %; 100 includes: six do, of which four count.
  expect(at(5, 50) ?? 0).toBeGreaterThan(at(100, 50) ?? 0);
  // (500 − x) / 550 ≤ 0.05^(1/14) with x more records.
  expect(at(100, 50)).toBe(Math.ceil(500 - 550 * 0.05 ** (1 / 14)));
  const reached = stopsAt("promise", good);
  expect(recordsToPromise({ found: 20, quiet: 4, screened: 100, remaining: 900 })).toBe(
    reached - 100,
  );
  // Everything screened: nothing is left to ask for.
  expect(recordsToPromise({ found: 1, quiet: 0, screened: 10, remaining: 0 })).toBe(0);
  for (const rule of ["promise:0", "promise:1", "promise:x"])
    expect(parseStopRule(rule)).toBeNull();
});
