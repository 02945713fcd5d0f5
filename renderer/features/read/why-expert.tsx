/** Why this expert was asked about this image, as it stood when it was; nothing for marks that came from a file. */
import type { Suggestion } from "../../../electron/api/schemas/ledger.ts";

export function WhyExpert({ suggestion }: { suggestion: Suggestion | undefined }) {
  const { why } = (suggestion?.value ?? {}) as { why?: unknown };
  if (typeof why !== "string") return null;
  return <p className="field-note why-expert">Why this expert: {why}</p>;
}
