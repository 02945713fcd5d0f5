/**
 * Every bundled prompt against what models are known to write instead of its answer: one value with words around
 * it, a cut, another shape, nothing, a refusal; and against a generator that is silent, broken or too small.
 */
import { describe, expect, test } from "vitest";
import { AppError } from "../../../api/errors.ts";
import { promptsFolder } from "../../../places.ts";
import { readAnswer } from "./answer.ts";
import { ask } from "./ask.ts";
import { readPrompts } from "./generation.ts";
import type { Generator, Written } from "./generator.ts";
import type { Prompt } from "./prompt.ts";

const prompts = await readPrompts(promptsFolder);
const signal = new AbortController().signal;

/** The answer that the prompt's own text shows. */
function exampleOf({ text }: Prompt): string {
  const at = text.lastIndexOf("Answer with JSON only");
  return text.slice(text.indexOf("{", at), text.lastIndexOf("}") + 1);
}

const valuesOf = ({ names }: Prompt): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, "yoga in adults"]));

function writing(answer: Partial<Written> | (() => never), contextTokens = 100_000): Generator {
  return {
    model: "recorded",
    version: "1",
    contextTokens,
    countTokens: async (text) => Math.ceil(text.length / 4),
    write: async () =>
      typeof answer === "function" ? answer() : { text: "", stopped: "end", tokens: 1, ...answer },
  };
}
const told = (prompt: Prompt, generator: Generator) =>
  ask(generator, prompt, valuesOf(prompt), { signal, seed: 1 });

describe.each(prompts.map((prompt) => [prompt.id, prompt] as const))("%s", (_, prompt) => {
  const example = exampleOf(prompt);

  test.each([
    ["alone", example],
    [
      "in a fence, with words before and after",
      `Sure!\n\`\`\`json\n${example}\n\`\`\`\nAnything else?`,
    ],
    ["with words after it that hold braces", `${example}\n\nI left {nothing} out.`],
    ["after a thought", `<think>The {record} says so.</think>\n${example}`],
  ])("an answer %s is not read", async (_name, text) => {
    const read = await told(prompt, writing({ text }));
    expect(read).toMatchObject({ ok: true, value: JSON.parse(example), text });
  });

  const [key = ""] = Object.keys(JSON.parse(example) as object);
  const { [key]: _gone, ...without } = JSON.parse(example) as Record<string, unknown>;
  test.each([
    ["nothing", { text: " \n" }, "empty"],
    ["a refusal", { text: "I'm sorry, I can't help with that." }, "refused"],
    ["prose", { text: "The study meets all of it." }, "notJson"],
    ["a cut answer", { text: example.slice(0, -2), stopped: "length" as const }, "cutOff"],
    ["an answer without its first part", { text: JSON.stringify(without) }, "wrongShape"],
    ["a list instead of an object", { text: `[${example.slice(0, -1)}]` }, "notJson"],
    ["more than was asked", { text: example.replace("{", '{"note": "x", ') }, "wrongShape"],
  ])("%s becomes an answer, or is not told by its name", async (_name, answer, failure) => {
    expect(await told(prompt, writing(answer))).toMatchObject({
      ok: false,
      failure,
      text: answer.text,
    });
  });

  test("silence, a broken model and a question that is too long are thrown, or told as something else", async () => {
    const failing = (kind: string | undefined) =>
      writing(() => {
        throw new AppError("modelFailed", "It broke.", { kind, text: "half" });
      });
    expect(await told(prompt, failing("timeout"))).toMatchObject({
      ok: false,
      failure: "timeout",
      text: "half",
    });
    expect(await told(prompt, failing(undefined))).toMatchObject({
      ok: false,
      failure: "unavailable",
    });
    expect(await told(prompt, writing({ text: example }, 100))).toMatchObject({
      ok: false,
      failure: "contextOverflow",
    });
  });
});

/**
 * Answers of gpt-oss-120b to a question with a schema, as a server gave them: recorded by the repository
 * xiaosongz/IPV_detection_in_NVDRS (docs/LLM_RESPONSE_ANALYSIS.md, MIT License, Copyright (c) 2024 IPV Detection in
 * NVDRS Contributors). The first came with the marks of the model's own channels before it.
 */
const recorded = [
  '<|channel|>final <|constrain|>JSON<|message|>{\n  "detected": true,\n  "confidence": 0.99\n}',
  '{\n  "detected": false,\n  "confidence": 0.99\n}',
  '{\n  "detected": true,\n  "confidence": 0.97,\n  "indicators": [\n    "domestic disputes",\n    "victim",\n    "partner"\n  ]\n}',
];
test("what a real model wrote around and into its answer is taken for no answer, or an unasked list for one", () => {
  const schema = {
    type: "object",
    properties: { detected: { type: "boolean" }, confidence: { type: "number" } },
    required: ["detected", "confidence"],
    additionalProperties: false,
  };
  const read = recorded.map((text) => readAnswer(text, schema, "end"));
  expect(read.slice(0, 2)).toMatchObject([
    { ok: true, value: { detected: true, confidence: 0.99 } },
    { ok: true, value: { detected: false, confidence: 0.99 } },
  ]);
  expect(read[2]).toMatchObject({ ok: false, failure: { kind: "wrongShape" } });
});
