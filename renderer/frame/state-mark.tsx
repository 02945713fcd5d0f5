/** The one look of who said what: used by every page that shows a suggestion or a decision. */
import {
  Ban,
  Check,
  CircleAlert,
  CircleDashed,
  CircleHelp,
  CircleSlash,
  Image,
  Pencil,
  Sparkle,
  SearchCheck,
  TriangleAlert,
  X,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";

export type State =
  | "suggested"
  | "verified"
  | "unsupported"
  | "notReported"
  | "figureOnly"
  | "failed"
  | "empty"
  | "accepted"
  | "corrected"
  | "rejected"
  | "conflict"
  | "include"
  | "exclude"
  | "maybe";

const looks: Record<State, { icon: LucideIcon; text: string; meaning: string }> = {
  suggested: {
    icon: Sparkle,
    text: "Suggested",
    meaning: "A model proposes this. Nobody has decided yet.",
  },
  verified: {
    icon: SearchCheck,
    text: "Suggested, found in source",
    meaning: "A model proposes this; its quote and number were found word for word in the source.",
  },
  unsupported: {
    icon: TriangleAlert,
    text: "Unsupported",
    meaning:
      "A model proposes this, but the source does not prove it, or its words speak of something else. It cannot be accepted in bulk.",
  },
  notReported: {
    icon: Ban,
    text: "Not reported",
    meaning: "It was searched for and is not there.",
  },
  figureOnly: { icon: Image, text: "Figure only", meaning: "It is only shown in a figure." },
  failed: { icon: CircleAlert, text: "Model failed", meaning: "The model ran and failed." },
  empty: { icon: CircleDashed, text: "Empty", meaning: "Nothing was suggested or decided." },
  accepted: { icon: Check, text: "Accepted", meaning: "A person agreed." },
  corrected: { icon: Pencil, text: "Corrected", meaning: "A person changed it." },
  rejected: { icon: X, text: "Rejected", meaning: "A person refused it." },
  conflict: { icon: CircleAlert, text: "Conflict", meaning: "Two people differ." },
  include: { icon: Check, text: "Include", meaning: "A person included it." },
  exclude: { icon: CircleSlash, text: "Exclude", meaning: "A person excluded it." },
  maybe: { icon: CircleHelp, text: "Maybe", meaning: "A person put it aside." },
};

export function StateIcon({ state, size = 13 }: { state: State; size?: number }) {
  const { icon: Icon, text } = looks[state];
  return <Icon size={size} aria-label={text} role="img" />;
}

export function StateMark({ state, children }: { state: State; children?: ReactNode }) {
  const { icon: Icon, text, meaning } = looks[state];
  return (
    <span className="state" data-state={state} title={meaning}>
      <Icon size={12} aria-hidden />
      {children ?? text}
    </span>
  );
}

export function stateMeaning(state: State): string {
  return looks[state].meaning;
}

export type Verdict = "yes" | "partial" | "uncertain" | "no";
const letters: Record<Verdict, string> = { yes: "Y", partial: "P", uncertain: "?", no: "N" };

/** Letter and shape as well as colour. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <span
      className="verdict"
      data-verdict={verdict}
      role="img"
      aria-label={verdict}
      title={verdict}
    >
      <span>{letters[verdict]}</span>
    </span>
  );
}
