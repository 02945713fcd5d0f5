import { expect, test } from "vitest";
import { packLabels, unpackLabels } from "./label-runs.ts";

const round = (labels: Uint8Array) => unpackLabels(packLabels(labels));

test("labels or their counts change on the way between processes", () => {
  const labels = new Uint8Array(5000);
  labels.fill(3, 10, 40).fill(255, 40, 41).fill(7, 4000, 5000);
  const { labels: back, counts } = round(labels);
  expect(back).toEqual(labels);
  expect([counts[3], counts[255], counts[7], counts[0]]).toEqual([30, 1, 1000, 3969]);
  expect(packLabels(labels)).toHaveProperty("runs.length", 5);
});

test("a run longer than 24 bits holds loses voxels", () => {
  const labels = new Uint8Array(0xffffff + 5).fill(2);
  const { labels: back, counts } = round(labels);
  expect(counts[2]).toBe(labels.length);
  expect(back.every((label) => label === 2)).toBe(true);
});

test("a speckled map is sent longer than it is", () => {
  const labels = Uint8Array.from({ length: 4000 }, (_, at) => at % 5);
  expect(packLabels(labels)).toHaveProperty("raw");
  expect(round(labels).labels).toEqual(labels);
  expect(round(new Uint8Array(0)).labels.length).toBe(0);
});
