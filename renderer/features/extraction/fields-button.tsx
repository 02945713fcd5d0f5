/** Which columns the grid has: add one, or remove one; values of a removed column stay in the file. */
import { Columns3, Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { Field } from "../../../electron/api/schemas/extraction.ts";
import { IconButton } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

const types = ["text", "number", "category", "list"] as const;

export function FieldsButton({ reviewId, fields }: { reviewId: string; fields: Field[] }) {
  const set = useChange("extraction.setFields", ["audit"]);
  const save = async (next: Field[]): Promise<boolean> =>
    (await set.run({ reviewId, fields: next })) !== undefined;
  const remove = async (field: Field): Promise<void> => {
    if (await save(fields.filter(({ id }) => id !== field.id))) {
      toast(`Field "${field.name}" removed; its values stay in the file`, {
        label: "Undo",
        run: () => void save(fields),
      });
    }
  };
  return (
    <DialogTrigger>
      <AriaButton className="button" data-kind="quiet">
        <Columns3 size={15} aria-hidden /> Fields
      </AriaButton>
      <Popover className="popover" placement="bottom start">
        <Dialog aria-label="Fields" className="fields-dialog">
          <ul className="fields-list">
            {fields.map((field) => (
              <li key={field.id}>
                <span title={field.description}>{field.name}</span>
                <span className="count">
                  {field.type}
                  {field.perArm && ", per arm"}
                </span>
                <IconButton
                  label={`Remove the field "${field.name}"`}
                  icon={X}
                  disabled={fields.length === 1 || set.running}
                  onPress={() => void remove(field)}
                />
              </li>
            ))}
          </ul>
          <NewField fields={fields} onSave={save} />
          {set.error && <Trouble error={set.error} kept="The fields are as they were." />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** A lower-case id from the name; a number is added where it is taken. */
function idFor(name: string, fields: Field[]): string {
  const base =
    name
      .toLowerCase()
      .normalize("NFD")
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "field";
  let id = base;
  for (let count = 2; fields.some((field) => field.id === id); count++) id = `${base}-${count}`;
  return id;
}

function NewField({
  fields,
  onSave,
}: {
  fields: Field[];
  onSave: (fields: Field[]) => Promise<boolean>;
}) {
  const [name, setName] = useState("");
  const [type, setType] = useState<Field["type"]>("text");
  const [perArm, setPerArm] = useState(false);
  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const text = name.trim();
    if (text === "") return;
    const field: Field = { id: idFor(text, fields), name: text, description: text, type, perArm };
    if (await onSave([...fields, field])) setName("");
  }
  return (
    <form className="fields-new" onSubmit={(event) => void add(event)}>
      <input
        className="input"
        name="field"
        aria-label="Name of the new field"
        placeholder="Another field, as in the protocol"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <select
        className="input"
        aria-label="Type"
        value={type}
        onChange={(event) => setType(types.find((known) => known === event.target.value) ?? "text")}
      >
        {types.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </select>
      <label className="fields-arm">
        <input
          type="checkbox"
          checked={perArm}
          onChange={(event) => setPerArm(event.target.checked)}
        />{" "}
        per arm
      </label>
      <button type="submit" className="button">
        <Plus size={15} aria-hidden /> Add
      </button>
    </form>
  );
}
