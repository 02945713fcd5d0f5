/**
 * Sessions recorded in the real app (`e2e/record-sessions.ts`): ids, times and bytes, nothing of what was read.
 * Each model weighs the most that it was measured at in any of the recordings: one that was opened into memory which
 * another had left behind seems to take next to nothing.
 */
import { readFileSync } from "node:fs";
import { traceLineSchema, type TraceLine } from "../../../api/schemas/runtime.ts";
import type { Weight } from "./residency.ts";
import { sessionsOf, type Step } from "./trace.ts";

export type Recorded = { sessions: Step[][]; experts: Weight[] };

function linesOf(path: string): TraceLine[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => traceLineSchema.parse(JSON.parse(line)));
}

/** The sessions of each recording, with the models that they call. */
export function recordedSessions(paths: readonly string[]): Recorded[] {
  const all = paths.map(linesOf);
  const loads = new Map<string, { bytes: number; ms: number[] }>();
  for (const { expert, bytes, loadMs } of all.flat()) {
    const known = loads.get(expert) ?? { bytes: 0, ms: [] };
    loads.set(expert, {
      bytes: Math.max(known.bytes, bytes),
      ms: loadMs > 0 ? [...known.ms, loadMs] : known.ms,
    });
  }
  const weights = [...loads].map(([id, { bytes, ms }]): Weight => {
    const sorted = ms.toSorted((a, b) => a - b);
    return { id, liveBytes: bytes, loadMs: sorted[Math.floor(sorted.length / 2)] ?? 0 };
  });
  return all.map((lines) => ({
    sessions: sessionsOf(lines),
    experts: weights.filter(({ id }) => lines.some(({ expert }) => expert === id)),
  }));
}
