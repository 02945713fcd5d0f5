/**
 * Reasons for exclusion, in the order of the digit keys and of the PRISMA flow. A narrower reason is
 * written behind its broader one: `Wrong population / Children`; the flow counts the broad ones.
 */
import { ArrowUp, CornerDownRight, Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { IconButton } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

type ExclusionReasonsProps = {
  reviewId: string;
  reasons: string[];
  onSave: (reasons: string[]) => Promise<boolean>;
};

const divider = " / ";

export function ExclusionReasons({ reviewId, reasons, onSave }: ExclusionReasonsProps) {
  const [text, setText] = useState("");
  const change = useChange("records.changeReason", ["review", "screening", "audit"]);
  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const reason = text.trim();
    if (reason === "" || reasons.includes(reason)) return;
    if (await onSave([...reasons, reason])) setText("");
  }
  /** A new name is for the decisions to come; those made keep theirs unless the user moves them along. */
  async function rename(from: string, to: string): Promise<boolean> {
    const name = to.trim();
    if (name === "" || name === from) return true;
    if (reasons.includes(name)) return false;
    if (!(await onSave(reasons.map((reason) => (reason === from ? name : reason))))) return false;
    toast(`"${from}" is now "${name}" for decisions to come`, {
      label: "Change your earlier ones too",
      run: () => void moveAlong(from, name),
    });
    return true;
  }
  async function moveAlong(from: string, to: string): Promise<void> {
    const stages = ["screen", "fullText"] as const;
    let changed = 0;
    for (const stage of stages)
      changed += (await change.run({ reviewId, stage, from, to }))?.changed ?? 0;
    toast(
      `${plural(changed, "decision")} now carry "${to}"; the earlier ones stay in the history.`,
    );
  }
  const up = (index: number): void => {
    const moved = reasons.filter((_, place) => place !== index);
    moved.splice(index - 1, 0, reasons[index] ?? "");
    void onSave(moved);
  };
  const narrower = (index: number): void => {
    const broad = (reasons[index] ?? "").split(divider)[0] ?? "";
    let name = `${broad}${divider}narrower`;
    for (let count = 2; reasons.includes(name); count += 1)
      name = `${broad}${divider}narrower ${count}`;
    void onSave([...reasons.slice(0, index + 1), name, ...reasons.slice(index + 1)]);
  };
  return (
    <fieldset className="field">
      <legend className="field-label">Reasons for exclusion</legend>
      {change.error && <Trouble error={change.error} kept="The earlier decisions are unchanged." />}
      <ol className="reasons">
        {reasons.map((reason, index) => (
          <li key={reason} data-narrow={reason.includes(divider)}>
            <kbd>{index < 9 ? index + 1 : "–"}</kbd>
            <ReasonName index={index} reason={reason} onRename={(to) => rename(reason, to)} />
            <span className="reason-acts">
              {index > 0 && (
                <IconButton
                  label={`Move "${reason}" up`}
                  icon={ArrowUp}
                  onPress={() => up(index)}
                />
              )}
              <IconButton
                label={`Add a narrower reason under "${reason}"`}
                icon={CornerDownRight}
                onPress={() => narrower(index)}
              />
              <IconButton
                label={`Remove the reason "${reason}"`}
                icon={X}
                onPress={() => void onSave(reasons.filter((other) => other !== reason))}
              />
            </span>
          </li>
        ))}
      </ol>
      <form className="reason-add" onSubmit={(event) => void add(event)}>
        <input
          className="input"
          name="reason"
          aria-label="Another reason"
          placeholder="Another reason"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" data-kind="quiet">
          <Plus size={15} aria-hidden /> Add
        </button>
      </form>
      <span className="field-note">
        The highest reason that applies is the one to give. The flow counts a narrower one (
        <q>Wrong population / Children</q>) under its broad one.
      </span>
    </fieldset>
  );
}

type ReasonNameProps = {
  index: number;
  reason: string;
  onRename: (to: string) => Promise<boolean>;
};

/** Renamed as a whole, when the field is left: half a word is no reason. */
function ReasonName({ index, reason, onRename }: ReasonNameProps) {
  const [draft, setDraft] = useState(reason);
  return (
    <input
      className="input"
      name={`reason-${index}`}
      aria-label={`Reason ${index + 1}`}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setDraft(reason);
      }}
      onBlur={() => void onRename(draft).then((ok) => ok || setDraft(reason))}
    />
  );
}
