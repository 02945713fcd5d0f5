/** Text generation: the prompts, the servers that write, one answer. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";

export const failureKinds = [
  "empty",
  "refused",
  "cutOff",
  "notJson",
  "wrongShape",
  "contextOverflow",
  "timeout",
  "unavailable",
] as const;

const told = {
  /** Id and version of the prompt, as in "screening@1". */
  prompt: z.string(),
  model: z.string(),
  version: z.string(),
  seed: z.int(),
  /** Tokens written, where the backend counts them; else 0. */
  tokens: z.int(),
  /** What the model wrote, letter by letter. */
  text: z.string(),
};

export const generatedSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.unknown(), ...told }),
  z.object({
    ok: z.literal(false),
    failure: z.enum(failureKinds),
    message: z.string(),
    ...told,
  }),
]);

export const generationContract = {
  "generation.prompts": {
    input: z.object({}),
    output: z.array(
      z.object({
        id: z.string(),
        version: z.int(),
        title: z.string(),
        names: z.array(z.string()),
      }),
    ),
  },
  /**
   * Adds a server with OpenAI's chat completions as a pack. Another machine needs `remote: true`: what
   * is asked of it leaves this one.
   */
  "generation.addEndpoint": {
    input: z.object({
      address: z.url({ protocol: /^https?$/ }),
      model: z.string().trim().min(1),
      contextTokens: z.int().min(512).default(32_768),
      remote: z.boolean().default(false),
      /** Kept in the system's keychain; it never comes back. */
      key: z.string().trim().min(1).optional(),
    }),
    output: z.object({ id: z.string() }),
  },
  /** One answer of a generation pack to a prompt filled with values; what the model does wrong is told, never thrown. */
  "generation.ask": {
    input: z.object({
      packId: z.string(),
      prompt: z.string(),
      values: z.record(z.string(), z.string().max(2_000_000)),
      seed: z.int().default(1),
    }),
    output: generatedSchema,
  },
} satisfies ContractPart;

export type Generated = z.infer<typeof generatedSchema>;
