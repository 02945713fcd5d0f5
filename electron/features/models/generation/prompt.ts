/**
 * Prompts are files with a version: a head in JSON between two `---` lines (id, version, the schema of
 * the answer, sampling), then the text with {{names}} that a task fills in. Pure.
 */
import { z } from "zod";
import { AppError } from "../../../api/errors.ts";

const headSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  version: z.int().positive(),
  title: z.string(),
  /** JSON schema of the answer; generation is constrained to it where the backend can. */
  schema: z.looseObject({ type: z.literal("object") }),
  maxTokens: z.int().positive(),
  temperature: z.number().min(0).max(2),
});

export type Prompt = z.infer<typeof headSchema> & { text: string; names: string[] };

/** @throws AppError packInvalid naming the file and what is wrong in it */
export function parsePrompt(content: string, file: string): Prompt {
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(content);
  if (parts === null)
    throw new AppError("packInvalid", `${file}: a prompt starts with its head between --- lines.`);
  let json: unknown;
  try {
    json = JSON.parse(parts[1] ?? "");
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : "";
    throw new AppError("packInvalid", `${file}: the head is not JSON (${why}).`);
  }
  const head = headSchema.safeParse(json);
  if (!head.success) {
    const [issue] = head.error.issues;
    throw new AppError("packInvalid", `${file}: ${issue?.path.join(".")}: ${issue?.message}.`);
  }
  const text = (parts[2] ?? "").trim();
  const names = [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ""))];
  return { ...head.data, text, names };
}

/**
 * The text with its names filled in, in one pass: what a paper says is never read as a name again.
 * @throws AppError internal when a name is missing or one too many is given
 */
export function fillPrompt(prompt: Prompt, values: Record<string, string>): string {
  const missing = prompt.names.filter((name) => values[name] === undefined);
  const unknown = Object.keys(values).filter((name) => !prompt.names.includes(name));
  if (missing.length > 0 || unknown.length > 0)
    throw new AppError(
      "internal",
      `Prompt ${prompt.id}@${prompt.version} takes ${prompt.names.join(", ")}; missing: ${missing.join(", ") || "none"}, unknown: ${unknown.join(", ") || "none"}.`,
    );
  return prompt.text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? "");
}
