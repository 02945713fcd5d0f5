/** The shape of one `evidesk` command; each feature brings its own, `cli.ts` merges them. */
import type { AppCall } from "./api/contract.ts";
import { AppError } from "./api/errors.ts";
import type { Planners } from "./features/imaging/planning/planners.ts";
import type { Router } from "./features/imaging/routing/router.ts";
import type { Experts } from "./features/models/models.ts";

export type CommandOption = {
  type: "string" | "boolean";
  multiple?: boolean;
  short?: string;
  help: string;
};
export type CommandValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

export type CommandContext = {
  /** The same composed handlers as the app's; starts lazily. */
  call: AppCall;
  /** The user's data folder, or the one given with `--data`. */
  dataFolder: string;
  seed: number;
  signal: AbortSignal;
  /** One line on stderr. */
  progress: (text: string) => void;
  /** One input of several failed: said on stderr; the others' results are printed and the command ends with 1. */
  failed: (text: string) => void;
  /** Opens a review file by the user's own path; returns the id that calls take. */
  openReview: (path: string, options?: { create?: boolean }) => Promise<string>;
  /** Stores a file of the user's as an asset. */
  putAsset: (path: string) => Promise<{ assetId: string; name: string }>;
  getAsset: (assetId: string) => Promise<Uint8Array>;
  /** Model packs; nothing is loaded before the first run. */
  experts: Experts;
  planners: Planners;
  router: Pick<Router, "look" | "shares">;
};

export type Command = {
  summary: string;
  /** For example `rank FILE.csv --criteria C.json`. */
  usage: string;
  options: Record<string, CommandOption>;
  run: (
    input: { positionals: string[]; values: CommandValues; json: boolean },
    context: CommandContext,
  ) => Promise<unknown>;
  /** Text for people; JSON when absent. */
  print?: (value: unknown) => string;
  /** Long-running commands print for themselves and never return a value. */
  printsItself?: boolean;
};

/** An argument that must be given. @throws usage naming `what` (an option, or the file) where it was not */
export function need(value: unknown, what: string, usage: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new AppError("usage", `${what} is missing. Usage: evidesk ${usage}`);
}
