/** The acts on a cell, each acknowledged before its mark shows, each with an undo. */
import type { ExtractedValue, GridCell } from "../../../electron/api/schemas/extraction.ts";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";
import type { Place } from "./cells.ts";

export type Act = "accept" | "correct" | "reject" | "notReported" | "withdraw";
const told: Record<Act, string> = {
  accept: "Accepted",
  correct: "Corrected",
  reject: "Rejected",
  notReported: "Not reported",
  withdraw: "Taken back",
};

export function useDecide(reviewId: string, fieldName: (fieldId: string) => string) {
  const decide = useChange("extraction.decide", ["audit"]);

  async function act(
    place: Place,
    action: Act,
    text?: string,
    source?: ExtractedValue["source"],
  ): Promise<GridCell | undefined> {
    const { study, cell } = place;
    if (action === "accept" && cell.suggestion === null) return undefined;
    const value: ExtractedValue | undefined =
      text === undefined
        ? undefined
        : {
            value: text,
            ...(cell.unit ? { unit: cell.unit } : {}),
            ...(cell.arm ? { arm: cell.arm } : {}),
            ...(source ? { source } : {}),
          };
    const answer = await decide.run({
      reviewId,
      recordId: study.recordId,
      fieldId: cell.fieldId,
      arm: cell.arm,
      action,
      ...(value ? { value } : {}),
      ...(cell.suggestion ? { suggestionId: cell.suggestion.id } : {}),
    });
    if (answer) {
      const undo =
        action === "withdraw"
          ? undefined
          : { label: "Undo", shortcut: "U", run: () => void act(place, "withdraw") };
      toast(
        source
          ? `Taken from page ${source.page}: ${fieldName(cell.fieldId)}, ${text}`
          : `${told[action]}: ${fieldName(cell.fieldId)}, ${study.label}`,
        undo,
      );
    }
    return answer;
  }
  return { act, error: decide.error, running: decide.running, clear: decide.clear };
}
