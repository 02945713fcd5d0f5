/** A cell that two people extract: what each decided, once it may be seen, and how it is settled. */
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Why } from "../../frame/why.tsx";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { plural } from "../../ui/time.ts";
import { useChange } from "../../use-call.ts";
import type { Place } from "./cells.ts";

export function DualCell({ reviewId, place }: { reviewId: string; place: Place }) {
  const { study, cell } = place;
  const settle = useChange("extraction.settle", ["audit"]);
  const dual = cell.dual;
  const at = { reviewId, recordId: study.recordId, fieldId: cell.fieldId, arm: cell.arm };
  const open = dual?.state === "conflict" || dual?.state === "adjudicated";
  async function take(decision: Decision): Promise<void> {
    const done = await settle.run({ ...at, action: "take", decisionId: decision.id });
    if (done)
      toast(`Settled: ${saidIn(decision)}`, {
        label: "Open again",
        run: () => void settle.run({ ...at, action: "withdraw" }),
      });
  }
  const sides = open ? (dual?.decisions ?? []) : [];
  useShortcuts(
    "Difference",
    sides.slice(0, 9).map((decision, index) => ({
      keys: String(index + 1),
      label: `Settle with ${decision.reviewer}'s answer`,
      run: () => void take(decision),
    })),
    sides.length > 0,
  );
  if (!dual) return null;
  return (
    <Why title="Two extractors">
      {settle.error && <Trouble error={settle.error} kept="Both answers are unchanged." />}
      {!open && (
        <p className="field-note">
          {dual.state === "decided"
            ? "Both gave the same answer."
            : cell.decision
              ? "Yours stands; a second person's answer is awaited."
              : dual.decidedByOthers > 0
                ? `${plural(dual.decidedByOthers, "person", "people")} decided already. You see the answer once yours stands.`
                : "Nobody decided yet."}
        </p>
      )}
      {open && (
        <ul className="dual-sides">
          {dual.decisions.map((decision, index) => (
            <li key={decision.id} data-taken={isSame(decision, dual.consensus)}>
              <span>
                <b>{decision.reviewer}</b>
                <br />
                {saidIn(decision)}
              </span>
              <Button
                shortcut={String(index + 1)}
                disabled={settle.running}
                onPress={() => void take(decision)}
              >
                Take it
              </Button>
            </li>
          ))}
        </ul>
      )}
      {dual.consensus && (
        <p>
          <StateMark state="accepted">Settled</StateMark> by {dual.consensus.reviewer}:{" "}
          {saidIn(dual.consensus)}{" "}
          <Button kind="quiet" onPress={() => void settle.run({ ...at, action: "withdraw" })}>
            Open again
          </Button>
        </p>
      )}
      {open && (
        <form
          key={cell.subject}
          className="dual-own"
          onSubmit={(event) => {
            event.preventDefault();
            const text = String(new FormData(event.currentTarget).get("value") ?? "").trim();
            if (text === "") return;
            const value = { value: text, ...(cell.unit ? { unit: cell.unit } : {}) };
            void settle.run({ ...at, action: "correct", value });
          }}
        >
          <input
            className="input"
            name="value"
            aria-label="Another value that both settle on"
            placeholder="Neither: another value"
          />
          <button type="submit" className="button" data-kind="plain" disabled={settle.running}>
            Settle
          </button>
        </form>
      )}
    </Why>
  );
}

const isSame = (one: Decision, other: Decision | null): boolean =>
  other !== null && one.action === other.action && saidIn(one) === saidIn(other);

/** A decision's answer as text. */
function saidIn({ action, value }: Decision): string {
  if (action === "notReported") return "not reported";
  if (action === "reject") return "rejected the suggestion";
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return String(value ?? "");
  const { value: text, unit } = value;
  return [text, unit].filter((part) => typeof part === "string" && part !== "").join(" ");
}
