/** The one interface of text generation; backends write text, the task layer reads it strictly. */
import type { Stopped } from "./answer.ts";

export type Message = { role: "system" | "user" | "assistant"; content: string };

export type Request = {
  messages: Message[];
  /** JSON schema of the answer; the backend constrains its sampling to it where it can. */
  schema: Record<string, unknown>;
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
