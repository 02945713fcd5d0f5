/** From one database's syntax to another's. */
import { printStrategy, type Printed } from "./print.ts";
import { readStrategy } from "./strategy.ts";
import { targets, type Target } from "./ast.ts";

export { targets, type Target };

/**
 * Translates a search. Warnings name what was read with a guess and what could not be carried over.
 *
 * @throws AppError `badInput` when no search term can be read.
 */
export function translate(text: string, from: Target, to: Target): Printed {
  const strategy = readStrategy(text, from);
  const { query, warnings } = printStrategy(strategy, to);
  return { query, warnings: [...new Set([...strategy.warnings, ...warnings])] };
}
