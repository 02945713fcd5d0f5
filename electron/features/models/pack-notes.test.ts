import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPackNotes } from "./pack-notes.ts";

const bench = (device: string, p50: number) => ({
  id: "lungs",
  device,
  tried: [],
  loadMs: 40,
  p50,
  p95: 2 * p50,
  throughput: 1000 / p50,
  peakBytes: 1,
  ratioToRuntime: 1,
  at: "2026-11-24",
});

test("a choice or a timing is gone after a restart, or one wipes the other", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-notes-"));
  const notes = openPackNotes(folder);
  notes.setDevice("lungs", "cuda");
  notes.addBench(bench("cpu", 10));
  notes.addBench(bench("cuda", 2));
  notes.addBench(bench("cpu", 9));
  const again = openPackNotes(folder);
  expect(again.device("lungs")).toBe("cuda");
  expect(again.bench("lungs").map(({ device, p50 }) => [device, p50])).toEqual([
    ["cpu", 9],
    ["cuda", 2],
  ]);
  again.setDevice("lungs", undefined);
  expect(openPackNotes(folder).device("lungs")).toBeUndefined();
  expect(openPackNotes(folder).bench("lungs").length).toBe(2);
  again.forget("lungs");
  expect(openPackNotes(folder).bench("lungs")).toEqual([]);
});
