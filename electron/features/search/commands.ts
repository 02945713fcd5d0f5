/** The command line of this feature. */
import type { Command } from "../../command.ts";
import { query } from "./query-command.ts";
import { dedupe, parse } from "./parse-command.ts";

export const commands: Record<string, Command> = { query, parse, dedupe };
