/** What is wrong with a manifest, in words: the field, what was given, what would be right. */
import type { z } from "zod";
import { inferenceSchema } from "./manifest-inference.ts";
import { postprocessStep, preprocessStep } from "./manifest-steps.ts";
import { ruleSchema } from "./rules/schema.ts";

const names = {
  preprocess: preprocessStep.options.map((option) => option.shape.step.value),
  postprocess: postprocessStep.options.map((option) => option.shape.step.value),
  inference: inferenceSchema.options.map((option) =>
    "shape" in option ? option.shape.kind.value : "generate",
  ),
  rules: ruleSchema.options.map((option) => option.shape.rule.value),
};

/** A value as an error names it: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** An unknown step is named, with the steps there are; for the rest, what zod says and what was given. */
export function explain(issue: z.core.$ZodIssue, json: unknown): string {
  const value = issue.path.reduce<unknown>(
    (inside, key) => (isRecord(inside) ? inside[String(key)] : undefined),
    json,
  );
  // These name the keys themselves; the whole object would say no more.
  if (issue.code === "unrecognized_keys") return issue.message;
  const place = issue.path.includes("rules") ? "rules" : String(issue.path[0]);
  if (issue.code === "invalid_union" && isPlace(place))
    return `unknown ${place === "inference" ? "kind" : "step"} ${value === undefined ? "(none)" : shown(value)}; valid: ${names[place].join(", ")}`;
  return `${issue.message}; given: ${shown(value)}`;
}

const isPlace = (place: string): place is keyof typeof names => Object.hasOwn(names, place);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
