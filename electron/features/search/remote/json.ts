/** Careful reading of JSON answers: nothing is taken for granted about their shape. */
import { BrokenBody } from "./request.ts";

/** Parses, or marks the body as broken off so that it is asked for again. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new BrokenBody("the answer breaks off");
  }
}

export function jsonField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

/** Text or number as text; "" for anything else. */
export function jsonText(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
