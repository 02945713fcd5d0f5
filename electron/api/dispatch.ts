/** The one gate of the backend: look the call up, parse its input, run its handler. */
import { contract, type CallName } from "./contract.ts";
import { AppError } from "./errors.ts";

export type CallFrame = {
  signal: AbortSignal;
  emit: (event: unknown) => void;
  /** Who acts, where the calling window says so; else the machine's own reviewer. */
  reviewer?: string;
};
export type UntypedHandler = (input: unknown, frame: CallFrame) => Promise<unknown>;

export function isCallName(name: string): name is CallName {
  return Object.hasOwn(contract, name);
}

/** Parses `input` for the call, or throws `unknownCall` / `badInput` naming what is wrong. */
export function parseInput(name: string, input: unknown): { name: CallName; input: unknown } {
  if (!isCallName(name)) throw new AppError("unknownCall", `There is no call "${name}".`, { name });
  const parsed = contract[name].input.safeParse(input);
  if (parsed.success) return { name, input: parsed.data };
  const issues = parsed.error.issues.map((issue) => ({
    at: issue.path.join("."),
    problem: issue.message,
  }));
  const first = issues[0];
  throw new AppError(
    "badInput",
    `${name}: ${first?.at || "input"}: ${first?.problem ?? "not valid"}.`,
    { issues },
  );
}
