/** `--effort`: how many experts are asked where several answer the same. */
import { AppError } from "../../api/errors.ts";
import { efforts, effortSchema, type Effort } from "../../api/schemas/effort.ts";

export const effortOption = {
  type: "string",
  help: `how many experts are asked where several answer the same: ${efforts.join(", ")} (thorough asks all unless calibrated)`,
} as const;

/** @throws usage for another word */
export function effortIn(value: unknown): Effort {
  const parsed = effortSchema.safeParse(value ?? "thorough");
  if (parsed.success) return parsed.data;
  throw new AppError("usage", `--effort takes ${efforts.join(", ")}, not "${String(value)}".`);
}
