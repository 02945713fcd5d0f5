/** One field, asked in full: what to look for, and the shape of its value. */
import { Check } from "lucide-react";
import { useState, type FormEvent, type ReactNode } from "react";
import type { Field } from "../../../electron/api/schemas/extraction.ts";
import { Button } from "../../ui/button.tsx";

const types: [Field["type"], string][] = [
  ["text", "text"],
  ["number", "number with unit"],
  ["category", "one of a list"],
  ["list", "several values"],
];

type FieldFormProps = {
  field: Omit<Field, "id">;
  saving: boolean;
  onSave: (field: Omit<Field, "id">) => void;
  onCancel: () => void;
};

export function FieldForm({ field, saving, onSave, onCancel }: FieldFormProps) {
  const [name, setName] = useState(field.name);
  const [description, setDescription] = useState(field.description);
  const [type, setType] = useState(field.type);
  const [unit, setUnit] = useState(field.unit ?? "");
  const [options, setOptions] = useState((field.options ?? []).join("; "));
  const [perArm, setPerArm] = useState(field.perArm);
  const [outcome, setOutcome] = useState(field.outcome ?? "");
  const [timePoint, setTimePoint] = useState(field.timePoint ?? "");
  const [required, setRequired] = useState(field.required ?? false);

  function save(event: FormEvent): void {
    event.preventDefault();
    const choices = options.split(";").flatMap((option) => option.trim() || []);
    const text = (value: string): string | undefined => value.trim() || undefined;
    const optional = {
      unit: type === "number" ? text(unit) : undefined,
      options: type === "category" && choices.length > 0 ? choices : undefined,
      outcome: text(outcome),
      timePoint: text(timePoint),
      required: required || undefined,
    };
    const given = Object.entries(optional).filter(([, value]) => value !== undefined);
    onSave({
      name: name.trim(),
      description: description.trim() || name.trim(),
      type,
      perArm,
      ...Object.fromEntries(given),
    });
  }
  return (
    <form className="field-form" aria-label="Field" onSubmit={save}>
      <Line label="Name">
        <input
          className="input"
          value={name}
          required
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
      </Line>
      <Line label="What to look for">
        <textarea
          className="input"
          rows={2}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </Line>
      <Line label="Type">
        <select
          className="input"
          value={type}
          onChange={(event) =>
            setType(types.find(([known]) => known === event.target.value)?.[0] ?? "text")
          }
        >
          {types.map(([known, words]) => (
            <option key={known} value={known}>
              {words}
            </option>
          ))}
        </select>
      </Line>
      {type === "number" && (
        <Line label="Unit">
          <input
            className="input"
            placeholder="mmHg, weeks, participants"
            value={unit}
            onChange={(event) => setUnit(event.target.value)}
          />
        </Line>
      )}
      {type === "category" && (
        <Line label="Choices">
          <input
            className="input"
            placeholder="low; high; unclear"
            value={options}
            onChange={(event) => setOptions(event.target.value)}
          />
        </Line>
      )}
      <Line label="Outcome">
        <input
          className="input"
          placeholder="Only for a result: pain, death"
          value={outcome}
          onChange={(event) => setOutcome(event.target.value)}
        />
      </Line>
      <Line label="Time point">
        <input
          className="input"
          placeholder="12 weeks"
          value={timePoint}
          onChange={(event) => setTimePoint(event.target.value)}
        />
      </Line>
      <div className="field-flags">
        <label className="fields-arm">
          <input
            type="checkbox"
            checked={perArm}
            onChange={(event) => setPerArm(event.target.checked)}
          />{" "}
          one value per arm
        </label>
        <label className="fields-arm">
          <input
            type="checkbox"
            checked={required}
            onChange={(event) => setRequired(event.target.checked)}
          />{" "}
          required
        </label>
      </div>
      <div className="field-actions">
        <Button onPress={onCancel} kind="quiet">
          Cancel
        </Button>
        <button
          type="submit"
          className="button"
          data-kind="primary"
          disabled={saving || name.trim() === ""}
        >
          <Check size={15} aria-hidden /> Save field
        </button>
      </div>
    </form>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="field-line">
      <span>{label}</span>
      {children}
    </label>
  );
}
