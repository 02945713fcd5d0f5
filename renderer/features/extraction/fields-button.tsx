/** Which columns the grid has: edit, order, add or remove them; values of a removed column stay in the file. */
import { ArrowDown, ArrowUp, Columns3, Plus, X } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { Field } from "../../../electron/api/schemas/extraction.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { FieldForm } from "./field-form.tsx";
import { idFor, moved, withTemplate } from "./field-list.ts";

const blank: Omit<Field, "id"> = { name: "", description: "", type: "text", perArm: false };

export function FieldsButton({ reviewId, fields }: { reviewId: string; fields: Field[] }) {
  const set = useChange("extraction.setFields", ["audit"]);
  const [open, setOpen] = useState<string | null>(null);
  const save = async (next: Field[]): Promise<boolean> =>
    (await set.run({ reviewId, fields: next })) !== undefined;
  const edited = fields.find(({ id }) => id === open);

  async function remove(field: Field): Promise<void> {
    if (await save(fields.filter(({ id }) => id !== field.id))) {
      toast(`Field "${field.name}" removed; its values stay in the file`, {
        label: "Undo",
        run: () => void save(fields),
      });
    }
  }
  async function keep(field: Omit<Field, "id">): Promise<void> {
    const next = edited
      ? fields.map((one) => (one.id === edited.id ? { id: edited.id, ...field } : one))
      : [...fields, { id: idFor(field.name, fields), ...field }];
    if (await save(next)) setOpen(null);
  }
  return (
    <DialogTrigger onOpenChange={() => setOpen(null)}>
      <AriaButton className="button" data-kind="quiet">
        <Columns3 size={15} aria-hidden /> Fields
      </AriaButton>
      <Popover className="popover" placement="bottom start">
        <Dialog aria-label="Fields" className="fields-dialog">
          {open === null ? (
            <>
              <ul className="fields-list">
                {fields.map((field, index) => (
                  <FieldRow
                    key={field.id}
                    field={field}
                    place={{ first: index === 0, last: index === fields.length - 1 }}
                    saving={set.running}
                    onEdit={() => setOpen(field.id)}
                    onMove={(by) => void save(moved(fields, field.id, by))}
                    onRemove={() => void remove(field)}
                  />
                ))}
              </ul>
              <div className="fields-more">
                <Button icon={Plus} onPress={() => setOpen("")}>
                  New field
                </Button>
                <Templates fields={fields} onSave={save} />
              </div>
            </>
          ) : (
            <FieldForm
              field={edited ?? blank}
              saving={set.running}
              onSave={(field) => void keep(field)}
              onCancel={() => setOpen(null)}
            />
          )}
          {set.error && <Trouble error={set.error} kept="The fields are as they were." />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

type FieldRowProps = {
  field: Field;
  place: { first: boolean; last: boolean };
  saving: boolean;
  onEdit: () => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
};

function FieldRow({ field, place, saving, onEdit, onMove, onRemove }: FieldRowProps) {
  const about = [
    field.type === "category" ? "one of a list" : field.type,
    field.perArm && "per arm",
    field.required && "required",
  ];
  return (
    <li>
      <AriaButton
        className="fields-name"
        aria-label={`Edit the field "${field.name}"`}
        onPress={onEdit}
      >
        <span title={field.description}>{field.name}</span>
        <span className="count">{about.filter(Boolean).join(", ")}</span>
      </AriaButton>
      <IconButton
        label={`Move "${field.name}" earlier`}
        icon={ArrowUp}
        disabled={place.first || saving}
        onPress={() => onMove(-1)}
      />
      <IconButton
        label={`Move "${field.name}" later`}
        icon={ArrowDown}
        disabled={place.last || saving}
        onPress={() => onMove(1)}
      />
      <IconButton
        label={`Remove the field "${field.name}"`}
        icon={X}
        disabled={(place.first && place.last) || saving}
        onPress={onRemove}
      />
    </li>
  );
}

/** Adds a template's fields that the review lacks; those it has stay as they are. */
function Templates({
  fields,
  onSave,
}: {
  fields: Field[];
  onSave: (fields: Field[]) => Promise<boolean>;
}) {
  const templates = useCall("extraction.templates", {});
  async function add(id: string): Promise<void> {
    const template = templates.value?.find((one) => one.id === id);
    if (!template) return;
    const next = withTemplate(fields, template.fields);
    const added = next.length - fields.length;
    if (added === 0) {
      toast(`All fields of "${template.title}" are there already`);
    } else if (await onSave(next)) {
      toast(`${plural(added, "field")} of "${template.title}" added`, {
        label: "Undo",
        run: () => void onSave(fields),
      });
    }
  }
  return (
    <select
      className="input"
      aria-label="Add the fields of a template"
      value=""
      onChange={(event) => void add(event.target.value)}
    >
      <option value="">Add from a template…</option>
      {templates.value?.map((template) => (
        <option key={template.id} value={template.id}>
          {template.title} ({template.fields.length})
        </option>
      ))}
    </select>
  );
}
