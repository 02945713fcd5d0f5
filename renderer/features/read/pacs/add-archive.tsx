/** An archive's address; a machine other than this one is allowed by its name, here and only here. */
import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../../../ui/button.tsx";
import { Trouble } from "../../../ui/feedback.tsx";
import { useChange } from "../../../use-call.ts";
import { hostOf } from "./archive-host.ts";

type AddProps = { onAdded: (serverId: string) => void; onClose?: () => void };

export function AddArchive({ onAdded, onClose }: AddProps) {
  const add = useChange("pacs.add");
  const [form, setForm] = useState({ name: "", address: "", user: "", password: "" });
  // Consent belongs to the host it was given for: another address asks again.
  const [allowed, setAllowed] = useState("");
  const host = hostOf(form.address.trim());
  const mayAsk = host !== null && (!host.elsewhere || allowed === host.hostname);
  const field = (key: keyof typeof form) => ({
    className: "input",
    value: form[key],
    onChange: (event: { target: { value: string } }) =>
      setForm({ ...form, [key]: event.target.value }),
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!mayAsk) return;
    const added = await add.run({
      name: form.name.trim() || host.host,
      address: form.address.trim(),
      user: form.user.trim(),
      password: form.password,
      ...(host.elsewhere ? { allowedHost: host.hostname } : {}),
    });
    if (added) onAdded(added.id);
  }
  return (
    <form className="archive-form" onSubmit={(event) => void submit(event)}>
      <label className="field" data-wide>
        <span className="field-label">DICOMweb address</span>
        <input
          {...field("address")}
          type="url"
          required
          autoFocus
          placeholder="http://127.0.0.1:8042/dicom-web"
        />
      </label>
      <label className="field">
        <span className="field-label">Name</span>
        <input {...field("name")} maxLength={64} placeholder={host?.host ?? "Ward archive"} />
      </label>
      <label className="field">
        <span className="field-label">User, if it asks</span>
        <input {...field("user")} autoComplete="off" />
      </label>
      <label className="field">
        <span className="field-label">Password</span>
        <input {...field("password")} type="password" autoComplete="off" />
      </label>
      {host?.elsewhere && (
        <label className="archive-consent">
          <input
            type="checkbox"
            checked={allowed === host.hostname}
            onChange={(event) => setAllowed(event.target.checked ? host.hostname : "")}
          />
          <span>
            <strong>{host.hostname}</strong> is another machine. What is searched for goes to it;
            images come from it, and go to it only on a press that names it. Allow it.
          </span>
        </label>
      )}
      <div className="report-acts" data-wide>
        <button
          type="submit"
          className="button"
          data-kind="primary"
          disabled={!mayAsk || add.running}
        >
          <Plus size={15} aria-hidden /> Add archive
        </button>
        {onClose && (
          <Button kind="quiet" onPress={onClose}>
            Not now
          </Button>
        )}
        <span className="field-note">Nothing is asked or sent by adding it.</span>
      </div>
      {add.error && <Trouble error={add.error} kept="Nothing was sent." onClose={add.clear} />}
    </form>
  );
}
