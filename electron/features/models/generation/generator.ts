/** The one interface of text generation; backends write text, the task layer reads it strictly. */
import type { Stopped } from "./answer.ts";

/** Rows from the top, left to right; three channels are red, green, blue. */
export type Picture = { width: number; height: number; channels: 1 | 3; data: Uint8Array };
export type Part = { text: string } | { image: Picture };
/** An image stands where it is shown among the words; text is never read as an image. */
export type Message = { role: "system" | "user" | "assistant"; content: string | Part[] };

export type Request = {
  messages: Message[];
  /** JSON schema of the answer; the backend constrains its sampling to it where it can. Without one the text is free. */
  schema?: Record<string, unknown> | undefined;
  /** Instead of a schema: the whole answer is one of these, letter by letter. */
  choices?: readonly string[] | undefined;
  maxTokens: number;
  temperature: number;
  seed: number;
  stop?: string[];
};

export type Written = { text: string; stopped: Stopped; tokens: number };

/** @throws AppError modelUnavailable (cannot be reached or loaded), modelFailed (broke while writing), cancelled */
export type Generator = {
  model: string;
  version: string;
  /** Tokens of prompt and answer together. */
  contextTokens: number;
  countTokens: (text: string, signal: AbortSignal) => Promise<number>;
  /** Writes the answer; `onText` hears each piece as it comes. */
  write: (
    request: Request,
    options: { signal: AbortSignal; onText?: (piece: string) => void },
  ) => Promise<Written>;
};
