/**
 * How a conversation is laid out as text for a model: data, never code. What a person, a paper or an
 * image says stays apart from what the template says, so that no special token can be written into it. Pure.
 */
import { z } from "zod";
import { AppError } from "../../../api/errors.ts";
import type { Message, Part, Picture } from "./generator.ts";

const around = z.strictObject({ before: z.string(), after: z.string() });

export const templateSchema = z.strictObject({
  /** Opens the conversation; `text` stands where the conversation brings no system message of its own. */
  system: around.extend({ text: z.string() }),
  user: around,
  assistant: around,
  /** After the last message: the model goes on from here. */
  answer: z.string(),
  /** Around each image. */
  image: around.default({ before: "", after: "" }),
  /** Each is one token of the vocabulary; any of them ends the answer. */
  stop: z.array(z.string().min(1)).min(1),
  /** More strings of the template that must each be one token of the vocabulary. */
  special: z.array(z.string().min(1)).default([]),
});
export type Template = z.infer<typeof templateSchema>;

const llamaHeader = (role: string): string => `<|start_header_id|>${role}<|end_header_id|>\n\n`;

/** The layouts of VILA's checkpoints (NVlabs/VILA, llava/conversation.py, at 355fda9). */
export const templates = {
  llama_3: {
    system: {
      before: `<|begin_of_text|>${llamaHeader("system")}`,
      text: "You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, and assist the user with a variety of tasks using natural language.",
      after: "<|eot_id|>",
    },
    user: { before: llamaHeader("user"), after: "<|eot_id|>" },
    assistant: { before: llamaHeader("assistant"), after: "<|eot_id|>" },
    answer: llamaHeader("assistant"),
    image: { before: "", after: "" },
    stop: ["<|eot_id|>", "<|end_of_text|>"],
    special: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>"],
  },
  vicuna_v1: {
    system: {
      before: "",
      text: "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.",
      after: " ",
    },
    user: { before: "USER: ", after: " " },
    assistant: { before: "ASSISTANT: ", after: "</s>" },
    answer: "ASSISTANT:",
    image: { before: "", after: "" },
    stop: ["</s>"],
    special: [],
  },
  hermes_2: {
    system: { before: "<|im_start|>system\n", text: "Answer the questions.", after: "<|im_end|>" },
    user: { before: "<|im_start|>user\n", after: "<|im_end|>" },
    assistant: { before: "<|im_start|>assistant\n", after: "<|im_end|>" },
    answer: "<|im_start|>assistant\n",
    image: { before: "", after: "" },
    stop: ["<|im_end|>"],
    special: ["<|im_start|>"],
  },
} satisfies Record<string, Template>;

export const templateChoice = z.union([
  z.enum(["llama_3", "vicuna_v1", "hermes_2"] satisfies (keyof typeof templates)[]),
  templateSchema,
]);

export type TemplateChoice = z.infer<typeof templateChoice>;

export const templateOf = (choice: TemplateChoice): Template =>
  typeof choice === "string" ? templates[choice] : choice;

/** `trusted` text is the template's own: only there are special tokens read as such. */
export type Laid = { text: string; trusted: boolean } | { image: Picture };

export const partsOf = ({ content }: Message): Part[] =>
  typeof content === "string" ? [{ text: content }] : content;

export const picturesOf = (messages: readonly Message[]): Picture[] =>
  messages.flatMap((message) =>
    partsOf(message).flatMap((part) => ("image" in part ? [part.image] : [])),
  );

export const wordsOf = (message: Message): string =>
  partsOf(message)
    .map((part) => ("text" in part ? part.text : ""))
    .join("");

/** @throws AppError badInput where a system message does not come first */
export function layOut(messages: readonly Message[], template: Template): Laid[] {
  const laid: Laid[] = [];
  const say = (text: string, trusted = true): void => void (text && laid.push({ text, trusted }));
  const saySlot = (parts: readonly Part[], { before, after }: z.infer<typeof around>): void => {
    say(before);
    for (const part of parts) {
      if ("text" in part) say(part.text, false);
      else {
        say(template.image.before);
        laid.push(part);
        say(template.image.after);
      }
    }
    say(after);
  };
  const [first] = messages;
  const { system } = template;
  if (first?.role === "system") saySlot(partsOf(first), system);
  else say(system.before + system.text + system.after);
  for (const [at, message] of messages.entries()) {
    if (message.role === "system") {
      if (at === 0) continue;
      throw new AppError("badInput", "A system message stands first in a conversation.");
    }
    saySlot(partsOf(message), template[message.role]);
  }
  say(template.answer);
  return laid;
}
