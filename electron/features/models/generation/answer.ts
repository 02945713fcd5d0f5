/**
 * What a generator wrote, read strictly: one JSON value, alone, in a code fence, or before or after
 * other words, that meets the prompt's schema. Anything else is a named failure, never an empty answer.
 */
import { z } from "zod";
import type { failureKinds } from "../../../api/schemas/generation.ts";

export type FailureKind = (typeof failureKinds)[number];
/** `text` is what the model wrote, kept for the log and for a person to look at. */
export type Failure = { kind: FailureKind; message: string; text: string };
export type Answer = { ok: true; value: unknown; text: string } | { ok: false; failure: Failure };

/** Why the model stopped: by itself, or at the token limit. */
export type Stopped = "end" | "length";

const refusal =
  /^\W*(i(['’]m| am) (sorry|unable)|sorry\b|i (can(no|['’])t|cannot|won['’]t)|as an ai\b|unfortunately, i)/i;

export function readAnswer(
  text: string,
  schema: Record<string, unknown>,
  stopped: Stopped,
): Answer {
  const fail = (kind: FailureKind, message: string): Answer => ({
    ok: false,
    failure: { kind, message, text },
  });
  if (text.trim() === "") return fail("empty", "The model wrote nothing.");
  const values = jsonValues(text);
  if (values.length === 0) {
    if (stopped === "length")
      return fail("cutOff", "The answer was cut off at the token limit before it was whole.");
    return refusal.test(text)
      ? fail("refused", `The model refused: ${firstLine(text)}`)
      : fail("notJson", `The answer holds no JSON object: ${firstLine(text)}`);
  }
  const rule = z.fromJSONSchema(schema);
  const problems: string[] = [];
  for (const value of values) {
    const checked = rule.safeParse(value);
    if (checked.success) return { ok: true, value: checked.data, text };
    const [issue] = checked.error.issues;
    problems.push(`${issue?.path.join(".") || "the answer"}: ${issue?.message ?? "invalid"}`);
  }
  return fail("wrongShape", `The answer has another shape than asked: ${problems[0]}.`);
}

function firstLine(text: string): string {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

/** Every outermost JSON object in a text, in order. Inner objects are never taken for the answer. */
function jsonValues(text: string): unknown[] {
  const found: unknown[] = [];
  let at = text.indexOf("{");
  while (at >= 0) {
    const end = endOfObject(text, at);
    if (end < 0) break;
    try {
      found.push(JSON.parse(text.slice(at, end)));
      at = text.indexOf("{", end);
    } catch {
      // A brace in prose: the next one may start the object.
      at = text.indexOf("{", at + 1);
    }
  }
  return found;
}

/** Index after the brace that closes the one at `start`; -1 where none does. Braces in strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{") depth += 1;
    else if (char === "}" && (depth -= 1) === 0) return at + 1;
  }
  return -1;
}
