/** Reasons for exclusion, in the order of the digit keys on the screening page. */
import { Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { IconButton } from "../../ui/button.tsx";

type ExclusionReasonsProps = { reasons: string[]; onSave: (reasons: string[]) => Promise<boolean> };

export function ExclusionReasons({ reasons, onSave }: ExclusionReasonsProps) {
  const [text, setText] = useState("");
  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const reason = text.trim();
    if (reason === "" || reasons.includes(reason)) return;
    if (await onSave([...reasons, reason])) setText("");
  }
  return (
    <fieldset className="field">
      <legend className="field-label">Reasons for exclusion</legend>
      <ol className="reasons">
        {reasons.map((reason, index) => (
          <li key={reason}>
            <kbd>{index < 9 ? index + 1 : "–"}</kbd>
            <span>{reason}</span>
            <IconButton
              label={`Remove the reason "${reason}"`}
              icon={X}
              onPress={() => void onSave(reasons.filter((other) => other !== reason))}
            />
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
    </fieldset>
  );
}
