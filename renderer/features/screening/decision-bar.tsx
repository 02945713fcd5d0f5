/** The three decisions at the foot of the page; excluding asks for its reason in place. */
import { Check, CircleHelp, CircleSlash, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import { Button, IconButton } from "../../ui/button.tsx";

type DecisionBarProps = {
  decision: Decision | null;
  busy: boolean;
  /** Given while a reason is being chosen. */
  reasons: string[] | null;
  onInclude: () => void;
  onExclude: () => void;
  onMaybe: () => void;
  onReason: (reason: string | undefined) => void;
  onCloseReasons: () => void;
  children?: ReactNode;
};

export function DecisionBar({
  decision,
  busy,
  reasons,
  onInclude,
  onExclude,
  onMaybe,
  onReason,
  onCloseReasons,
  children,
}: DecisionBarProps) {
  if (reasons) {
    return (
      <div className="decision-bar" role="group" aria-label="Reason for exclusion">
        <span className="decision-ask">Why exclude?</span>
        <div className="decision-reasons">
          {reasons.map((reason, index) => (
            <Button
              key={reason}
              onPress={() => onReason(reason)}
              {...(index < 9 ? { shortcut: String(index + 1) } : {})}
            >
              {reason}
            </Button>
          ))}
          <Button kind="quiet" shortcut="⏎" onPress={() => onReason(undefined)}>
            No reason
          </Button>
        </div>
        <IconButton label="Do not exclude" icon={X} shortcut="Esc" onPress={onCloseReasons} />
      </div>
    );
  }
  const chosen = decision?.action;
  return (
    <div className="decision-bar" role="group" aria-label="Decision" aria-busy={busy}>
      <Button
        className={`decide-include ${chosen === "include" ? "chosen" : ""}`}
        icon={Check}
        shortcut="I"
        onPress={onInclude}
      >
        Include
      </Button>
      <Button
        className={`decide-exclude ${chosen === "exclude" ? "chosen" : ""}`}
        icon={CircleSlash}
        shortcut="E"
        onPress={onExclude}
      >
        Exclude
      </Button>
      <Button
        className={`decide-maybe ${chosen === "maybe" ? "chosen" : ""}`}
        icon={CircleHelp}
        shortcut="M"
        onPress={onMaybe}
      >
        Maybe
      </Button>
      {children}
      <span className="decision-hint">
        <kbd>U</kbd> undo <kbd>J</kbd> <kbd>K</kbd> next, back
      </span>
    </div>
  );
}
