/** Decisions that the ranking would not have expected: kept or changed, each with one press. */
import { X } from "lucide-react";
import { useEffect, useEffectEvent } from "react";
import { StateMark } from "../../frame/state-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Skeleton, Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";

type LookAgainProps = { reviewId: string; onClose: () => void };
type Action = "include" | "exclude";
const pendingMs = 700;

const silent = {
  told: "Every decision stands where the ranking, learning from the others, expects it.",
  tooFew: "There is nothing to hold a decision against before five includes and five excludes.",
  withheld: "This review shows no suggestions, so none about its decisions either.",
  pending: "",
} as const;

export function LookAgain({ reviewId, onClose }: LookAgainProps) {
  const found = useCall("screening.lookAgain", { reviewId });
  const decide = useChange("screening.decide", ["review", "team.get"]);
  const answer = found.value;
  const askAgain = useEffectEvent(found.reload);
  useEffect(() => {
    if (answer?.state !== "pending") return;
    const timer = setTimeout(() => askAgain(), pendingMs);
    return () => clearTimeout(timer);
  }, [answer]);
  const records = answer?.records ?? [];
  const error = decide.error ?? found.error;
  const put = (recordId: string, action: Action, reason?: string): void => {
    if (!decide.running)
      void decide.run({ reviewId, recordId, action, ...(reason ? { reason } : {}) });
  };
  return (
    <section className="group-suggestions" aria-label="Look again">
      <div className="record-row-acts">
        <strong>
          {answer && answer.state !== "pending"
            ? plural(records.length, "decision to look at again", "decisions to look at again")
            : "Looking"}
        </strong>
        <span className="field-note">
          A suggestion from your other decisions. Keeping one takes it off this list.
        </span>
        <IconButton label="Close look again" icon={X} onPress={onClose} />
      </div>
      {error && <Trouble error={error} kept="The record keeps its earlier decision." />}
      {(!answer || answer.state === "pending") && !found.error && <Skeleton lines={3} />}
      {answer && records.length === 0 && silent[answer.state] !== "" && (
        <p className="field-note">{silent[answer.state]}</p>
      )}
      <ul>
        {records.map(({ id, title, abstract, decision, reason, strength }) => {
          const included = decision === "include";
          const share = `${Math.round(100 * strength)} %`;
          return (
            <li key={id}>
              <div>
                <p dir="auto">{title || "No title"}</p>
                <p className="field-note">
                  {decision && (
                    <StateMark state={decision}>
                      {[decision, reason].filter(Boolean).join(": ")}
                    </StateMark>
                  )}{" "}
                  {included
                    ? `ranked below ${share} of what you excluded`
                    : `ranked above ${share} of what you included`}
                </p>
                <details>
                  <summary>Abstract</summary>
                  <p dir="auto">{abstract || "No abstract."}</p>
                </details>
              </div>
              <Button onPress={() => put(id, included ? "exclude" : "include")}>
                {included ? "Exclude" : "Include"}
              </Button>
              <Button
                kind="quiet"
                onPress={() => put(id, included ? "include" : "exclude", reason)}
              >
                Keep
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
