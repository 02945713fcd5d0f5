/** The command line of this feature. */
import type { Command } from "../../command.ts";
import { dedupe, parse } from "./parse-command.ts";

export const commands: Record<string, Command> = { parse, dedupe };
