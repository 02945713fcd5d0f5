/** The shape of one `evidesk` command; each feature brings its own, `cli.ts` merges them. */
import type { AppCall } from "./contract.ts";

export type CommandOption = { type: "string" | "boolean"; multiple?: boolean; short?: string; help: string };
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
};
