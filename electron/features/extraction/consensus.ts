/** The decision that settles a cell on which two extractors differ. Pure. */
import { AppError } from "../../api/errors.ts";
import type { ExtractedValue } from "../../api/schemas/extraction.ts";
import type { NewDecision } from "../../api/schemas/ledger.ts";
import type { CellOutcome } from "../review/cell-outcomes.ts";
import { plainValue } from "./extracted-value.ts";

type Wanted = {
  action: "take" | "correct" | "notReported" | "withdraw";
  decisionId?: string | undefined;
  value?: ExtractedValue | undefined;
};

/** @throws AppError `conflict` where nothing is to be settled or opened, `badInput` for a missing value */
export function consensusOn(
  outcome: CellOutcome | undefined,
  { action, decisionId, value }: Wanted,
): Pick<NewDecision, "action" | "value" | "suggestionId"> {
  const state = outcome?.state ?? "waiting";
  if (
    action === "withdraw"
      ? state !== "adjudicated"
      : state !== "conflict" && state !== "adjudicated"
  )
    throw new AppError(
      "conflict",
      action === "withdraw"
        ? "This cell was not settled, so there is nothing to open again."
        : "The two extractors do not differ here, or one has not decided yet. Nothing was stored.",
      { state },
    );
  if (action === "withdraw" || action === "notReported") return { action };
  if (action === "correct") {
    if (value === undefined)
      throw new AppError("badInput", "A consensus of its own needs a value.");
    return { action, value: plainValue(value) };
  }
  const taken = outcome?.decisions.find(({ id }) => id === decisionId);
  if (taken === undefined)
    throw new AppError(
      "badInput",
      `No decision "${decisionId ?? ""}" is in force on this cell. In force: ${outcome?.decisions.map(({ id }) => id).join(", ")}.`,
    );
  return {
    action: taken.action,
    ...(taken.value === undefined ? {} : { value: taken.value }),
    ...(taken.suggestionId === undefined ? {} : { suggestionId: taken.suggestionId }),
  };
}
