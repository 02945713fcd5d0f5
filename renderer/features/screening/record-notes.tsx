/** Notes, tags, the group, and corrections by hand, wherever a record is in hand. */
import { useState } from "react";
import type { ReviewRecord } from "../../../electron/api/schemas/review.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Why } from "../../frame/why.tsx";
import { AutosaveField } from "../../ui/autosave-field.tsx";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { plural } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";

type RecordNotesProps = {
  reviewId: string;
  /** As it is in hand: its fields take keys at once, without waiting for the backend. */
  record: Pick<ReviewRecord, "id" | "title" | "abstract" | "tags" | "note">;
};

export function RecordNotes({ reviewId, record }: RecordNotesProps) {
  const recordId = record.id;
  const { value: full } = useCall("screening.record", { reviewId, recordId });
  const value = full?.id === recordId ? full : { ...record, groupedWith: [] };
  const annotate = useChange("records.annotate", ["review", "screening.record"]);
  const ungroup = useChange("records.ungroup", ["review", "screening"]);
  useShortcuts("Notes", [
    { keys: "n", label: "Write a note", run: () => focusField("note") },
    { keys: "t", label: "Write tags", run: () => focusField("tags") },
    {
      keys: "escape",
      label: "Leave the field",
      hidden: true,
      whileTyping: true,
      run: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
    },
  ]);
  const save = async (change: { tags?: string[]; note?: string }): Promise<boolean> =>
    (await annotate.run({ reviewId, recordId, ...change })) !== undefined;
  return (
    <Why title="Notes and tags">
      {annotate.error && (
        <Trouble error={annotate.error} kept="Your words are still in the field." />
      )}
      <AutosaveField
        name="tags"
        label="Tags, with commas between them"
        value={value.tags.join(", ")}
        onSave={(text) => save({ tags: text.split(",") })}
      />
      <AutosaveField
        name="note"
        label="Note"
        rows={2}
        value={value.note}
        onSave={(note) => save({ note })}
      />
      {value.groupedWith.length > 0 && (
        <p className="record-row-acts">
          <span className="field-note">
            Decided together with {plural(value.groupedWith.length, "other report")}.
          </span>
          <Button kind="quiet" onPress={() => void ungroup.run({ reviewId, recordId })}>
            Take out of the group
          </Button>
        </p>
      )}
      <Correction
        key={full?.id === recordId ? "whole" : "in hand"}
        reviewId={reviewId}
        recordId={recordId}
        title={value.title}
        abstract={value.abstract}
      />
    </Why>
  );
}

function focusField(name: string): void {
  document.querySelector<HTMLElement>(`.why textarea[name="${name}"]`)?.focus();
}

type CorrectionProps = { reviewId: string; recordId: string; title: string; abstract: string };

function Correction({ reviewId, recordId, title, abstract }: CorrectionProps) {
  const edit = useChange("records.edit", ["review", "screening", "audit"]);
  const [draft, setDraft] = useState({ title, abstract });
  async function save(): Promise<void> {
    const saved = await edit.run({ reviewId, recordId, ...draft });
    if (saved) toast("Corrected. The earlier text stands in the audit.");
  }
  return (
    <details className="correction">
      <summary>
        {abstract === "" ? "Add the missing abstract" : "Correct title or abstract"}
      </summary>
      <label className="field">
        <span className="field-label">Title</span>
        <textarea
          className="input"
          name="corrected-title"
          dir="auto"
          value={draft.title}
          onChange={(event) => setDraft({ ...draft, title: event.target.value })}
        />
      </label>
      <label className="field">
        <span className="field-label">Abstract</span>
        <textarea
          className="input"
          name="corrected-abstract"
          dir="auto"
          rows={4}
          value={draft.abstract}
          onChange={(event) => setDraft({ ...draft, abstract: event.target.value })}
        />
      </label>
      {edit.error && <Trouble error={edit.error} kept="Your words are still in the field." />}
      <Button disabled={edit.running} onPress={() => void save()}>
        Save the correction
      </Button>
    </details>
  );
}
