/** The token and the proxy that packs are fetched with: given here, kept where keys are kept, never shown again. */
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { useCall, useChange } from "../../use-call.ts";

export function HubAccess() {
  const access = useCall("models.access", {}).value;
  const setToken = useChange("models.setToken");
  const setProxy = useChange("models.setProxy");
  const error = setToken.error ?? setProxy.error;
  const held = [
    access?.token ? "token kept" : "",
    access?.proxy ? `proxy ${access.proxy.replace(/^https?:\/\//, "")}` : "",
  ].filter(Boolean);
  return (
    <details className="add-server">
      <summary>
        Access token and proxy{held.length > 0 && <span className="count"> {held.join(", ")}</span>}
      </summary>
      <p className="field-note hub-access-note">
        Both are kept in this system's keychain in the desktop app, and until the program ends in a
        browser. The proxy is used for everything that this program fetches from other machines.
      </p>
      <div className="hub-access">
        <SecretForm
          label="Access token of a gated hub"
          type="password"
          placeholder={access?.token ? "A token is kept; type another to replace it" : "hf_…"}
          running={setToken.running}
          held={access?.token ?? false}
          onKeep={(token) => setToken.run({ token })}
        />
        <SecretForm
          label="Proxy"
          type="url"
          placeholder={access?.proxy ?? "http://user:password@proxy.hospital:3128"}
          running={setProxy.running}
          held={access?.proxy !== undefined && access.proxy !== null}
          onKeep={(proxy) => setProxy.run({ proxy })}
        />
      </div>
      {error && (
        <Trouble
          error={error}
          kept="Nothing was changed."
          onClose={() => {
            setToken.clear();
            setProxy.clear();
          }}
        />
      )}
    </details>
  );
}

type SecretFormProps = {
  label: string;
  type: "password" | "url";
  placeholder: string;
  running: boolean;
  held: boolean;
  /** Null forgets it. */
  onKeep: (value: string | null) => Promise<unknown>;
};

function SecretForm({ label, type, placeholder, running, held, onKeep }: SecretFormProps) {
  const [text, setText] = useState("");
  async function keep(event: FormEvent): Promise<void> {
    event.preventDefault();
    if ((await onKeep(text.trim())) !== undefined) setText("");
  }
  return (
    <form className="hub-access-form" onSubmit={(event) => void keep(event)}>
      <label>
        {label}
        <input
          className="input"
          type={type}
          autoComplete="off"
          placeholder={placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={running || text.trim() === ""}>
        Keep it
      </button>
      {held && (
        <Button kind="quiet" disabled={running} onPress={() => void onKeep(null)}>
          Forget it
        </Button>
      )}
    </form>
  );
}
