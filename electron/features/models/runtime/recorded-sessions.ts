/**
 * Sessions recorded in the real app (`e2e/record-sessions.ts`): ids, times and bytes, nothing of what was read.
 * Each model weighs what it was measured at.
 */
import { readFileSync } from "node:fs";
import { traceLineSchema } from "../../../api/schemas/runtime.ts";
import type { Weight } from "./residency.ts";
import { sessionsOf } from "./trace.ts";

export type Recorded = {
  sessions: string[][];
  /** Milliseconds between a call's beginning and the end of the one before, by session and call. */
  gaps: number[][];
  experts: Weight[];
};

export function recordedSessions(path: string): Recorded {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => traceLineSchema.parse(JSON.parse(line)));
  const loads = new Map<string, { bytes: number; ms: number[] }>();
  for (const { expert, bytes, loadMs } of lines) {
    const known = loads.get(expert) ?? { bytes: 0, ms: [] };
    loads.set(expert, {
      bytes: Math.max(known.bytes, bytes),
      ms: loadMs > 0 ? [...known.ms, loadMs] : known.ms,
    });
  }
  const experts = [...loads].map(([id, { bytes, ms }]): Weight => {
    const sorted = ms.toSorted((a, b) => a - b);
    return { id, liveBytes: bytes, loadMs: sorted[Math.floor(sorted.length / 2)] ?? 0 };
  });
  const calls = lines.filter(({ kind }) => kind === "call");
  const gaps = new Map<number, number[]>();
  for (const [index, { session, at, ms }] of calls.entries()) {
    const before = calls[index - 1];
    const gap = before ? Date.parse(at) - ms - Date.parse(before.at) : 0;
    gaps.set(session, [...(gaps.get(session) ?? []), Math.max(0, gap)]);
  }
  return { sessions: sessionsOf(lines), gaps: [...gaps.values()], experts };
}
