/**
 * The log of expert calls: which, when, how long, how many bytes, found open or not. Never content.
 * Append-only, one JSON line a call; the user sees it, saves it and clears it.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { traceLineSchema, type TraceLine } from "../../../api/schemas/runtime.ts";

export type Trace = ReturnType<typeof openTrace>;

/** Older lines go when the log is longer than this at a start; half of it stays. */
const mostBytes = 4_000_000;

export function openTrace(path: string) {
  // Read when it is first asked for: a start, or a command that calls no model, does without.
  let known: TraceLine[] | undefined;
  const lines = (): TraceLine[] => (known ??= read(path));

  return {
    path,
    all: (): readonly TraceLine[] => lines(),
    append: (line: TraceLine): void => {
      lines().push(line);
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    },
    clear: (): void => {
      known = [];
      if (existsSync(path)) writeFileSync(path, "");
    },
    text: (): string =>
      lines()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(""),
  };
}

/** A line that a kill cut in half, or of an older program, is left out; the others count. */
function read(path: string): TraceLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((text) => {
      try {
        const line = traceLineSchema.safeParse(JSON.parse(text));
        return line.success ? [line.data] : [];
      } catch {
        return [];
      }
    });
  if (statSync(path).size <= mostBytes) return lines;
  const kept = lines.slice(-Math.floor(lines.length / 2));
  writeFileSync(`${path}.new`, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  renameSync(`${path}.new`, path);
  return kept;
}

/** A call of a model, and milliseconds between the end of the call before and its own beginning. */
export type Step = { expert: string; afterMs: number };

/** Calls by session, in order: what the predictor learns from. */
export function sessionsOf(lines: readonly TraceLine[]): Step[][] {
  const sessions = new Map<number, Step[]>();
  let endedAt = Number.NEGATIVE_INFINITY;
  for (const { kind, session, expert, device, at, ms } of lines) {
    if (kind !== "call" || device === "server") continue;
    const steps = sessions.get(session) ?? [];
    steps.push({ expert, afterMs: Math.max(0, Date.parse(at) - ms - endedAt) });
    endedAt = Date.parse(at);
    sessions.set(session, steps);
  }
  return [...sessions.values()];
}
