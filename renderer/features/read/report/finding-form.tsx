/** A finding by hand: what, where, on which slice, with which measurement, under which heading. */
import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Measurement, Template } from "../../../../electron/api/schemas/reading.ts";
import { Button } from "../../../ui/button.tsx";
import { shownValue } from "../measure/geometry.ts";
import { blankFinding, type NewFinding } from "./accepted.ts";

type FormProps = {
  series: Series;
  template: Template | undefined;
  measurements: readonly Measurement[];
  /** The stored slice in view, from 0. */
  sliceNow: () => number;
  /** Resolves to true once it is stored. */
  onAdd: (finding: NewFinding) => Promise<boolean>;
  onClose: () => void;
};

const sides = { none: "no side", left: "left", right: "right", both: "both sides" } as const;

export function FindingForm({
  series,
  template,
  measurements,
  sliceNow,
  onAdd,
  onClose,
}: FormProps) {
  const [finding, setFinding] = useState<NewFinding>(blankFinding);
  const [here, setHere] = useState(true);
  const [slice] = useState(sliceNow);
  const set = (change: Partial<NewFinding>): void => setFinding({ ...finding, ...change });
  const isVolume = series.shape[2] > 1;
  const items = template?.sections.flatMap((section) => section.items) ?? [];

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    // A measurement knows its slice; without one it is the slice in view.
    const measured = measurements.find(({ id }) => finding.measurementIds.includes(id));
    const place = measured?.slice ?? (here ? slice : undefined);
    const stored = await onAdd({
      ...finding,
      label: finding.label.trim(),
      site: finding.site.trim(),
      note: finding.note.trim(),
      seriesId: series.id,
      ...(place === undefined ? {} : { slice: place }),
    });
    if (stored) onClose();
  }
  return (
    <form
      className="report-form"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <input
        className="input"
        aria-label="What was found"
        placeholder="What: nodule, effusion, …"
        autoFocus
        required
        maxLength={200}
        value={finding.label}
        onChange={(event) => set({ label: event.target.value })}
      />
      <div className="report-pair">
        <input
          className="input"
          aria-label="Where"
          placeholder="Where: upper lobe, …"
          maxLength={120}
          value={finding.site}
          onChange={(event) => set({ site: event.target.value })}
        />
        <select
          className="input"
          aria-label="Side"
          value={finding.side}
          onChange={(event) => set({ side: event.target.value as NewFinding["side"] })}
        >
          {Object.entries(sides).map(([id, text]) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
      </div>
      {measurements.length > 0 && (
        <fieldset>
          <legend className="field-label">Measured by</legend>
          {measurements.map((one) => (
            <label key={one.id} className="report-check">
              <input
                type="checkbox"
                checked={finding.measurementIds.includes(one.id)}
                onChange={(event) =>
                  set({
                    measurementIds: event.target.checked
                      ? [...finding.measurementIds, one.id]
                      : finding.measurementIds.filter((id) => id !== one.id),
                  })
                }
              />
              {one.label || one.kind} {one.values[0] && shownValue(one.values[0])}
              {isVolume && `, slice ${one.slice + 1}`}
            </label>
          ))}
        </fieldset>
      )}
      {isVolume && finding.measurementIds.length === 0 && (
        <label className="report-check">
          <input
            type="checkbox"
            checked={here}
            onChange={(event) => setHere(event.target.checked)}
          />
          On slice {slice + 1} of {series.shape[2]}
        </label>
      )}
      {items.length > 0 && (
        <select
          className="input"
          aria-label="Heading"
          value={finding.item ?? ""}
          onChange={({ target }) => {
            const { item: _item, ...rest } = finding;
            setFinding(target.value === "" ? rest : { ...rest, item: target.value });
          }}
        >
          <option value="">Heading by its words</option>
          {items.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      )}
      <input
        className="input"
        aria-label="Note"
        placeholder="Note"
        maxLength={2000}
        value={finding.note}
        onChange={(event) => set({ note: event.target.value })}
      />
      <div className="report-acts">
        <button
          type="submit"
          className="button"
          data-kind="primary"
          disabled={finding.label.trim() === ""}
        >
          <Plus size={15} aria-hidden /> Add
        </button>
        <Button kind="quiet" onPress={onClose}>
          Not now
        </Button>
      </div>
    </form>
  );
}
