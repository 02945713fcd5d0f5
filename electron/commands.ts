/** Every command of `evidesk`, merged from the features. */
import type { Command } from "./command.ts";
import { commands as audit } from "./features/audit/commands.ts";
import { commands as exporting } from "./features/export/commands.ts";
import { commands as extraction } from "./features/extraction/commands.ts";
import { commands as imaging } from "./features/imaging/commands.ts";
import { commands as library } from "./features/library/commands.ts";
import { commands as models } from "./features/models/commands.ts";
import { commands as pacs } from "./features/pacs/commands.ts";
import { commands as review } from "./features/review/commands.ts";
import { commands as screening } from "./features/screening/commands.ts";
import { commands as search } from "./features/search/commands.ts";
import { serveCommand } from "./serve-command.ts";

export const commands: Record<string, Command> = {
  serve: serveCommand,
  ...review,
  ...search,
  ...exporting,
  ...extraction,
  ...library,
  ...screening,
  ...imaging,
  ...pacs,
  ...models,
  ...audit,
};
