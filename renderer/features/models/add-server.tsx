/** A server that writes text (vLLM, llama.cpp, Ollama), added as a pack; another machine only with consent. */
import { Server } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

const thisMachine = /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/]|$)/i;

export function AddServer() {
  const add = useChange("generation.addEndpoint", ["models"]);
  const [address, setAddress] = useState("http://127.0.0.1:8000/v1");
  const [model, setModel] = useState("");
  const [context, setContext] = useState("32768");
  const [key, setKey] = useState("");
  const [remote, setRemote] = useState(false);
  const elsewhere = !thisMachine.test(address.trim());

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const added = await add.run({
      address: address.trim(),
      model: model.trim(),
      contextTokens: Number(context),
      remote: elsewhere && remote,
      ...(key.trim() === "" ? {} : { key: key.trim() }),
    });
    if (!added) return;
    toast(`${model.trim()} added as ${added.id}; nothing was sent to it yet`);
    setModel("");
    setKey("");
    setRemote(false);
  }
  return (
    <details className="add-server">
      <summary>Add a server that writes text (vLLM, llama.cpp, Ollama)</summary>
      <form className="add-server-form" onSubmit={(event) => void save(event)}>
        <label>
          Address
          <input
            className="input"
            type="url"
            required
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        </label>
        <label>
          Model
          <input
            className="input"
            required
            placeholder="as the server calls it"
            value={model}
            onChange={(event) => setModel(event.target.value)}
          />
        </label>
        <label>
          Tokens it reads
          <input
            className="input"
            type="number"
            min={512}
            required
            value={context}
            onChange={(event) => setContext(event.target.value)}
          />
        </label>
        <label>
          Key, if it asks for one
          <input
            className="input"
            type="password"
            autoComplete="off"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        {elsewhere && (
          <label className="add-server-consent">
            <input
              type="checkbox"
              checked={remote}
              onChange={(event) => setRemote(event.target.checked)}
            />
            This is another machine. Records and papers that it is asked about will leave this one.
          </label>
        )}
        <button
          type="submit"
          className="button"
          disabled={add.running || model.trim() === "" || (elsewhere && !remote)}
        >
          <Server size={15} aria-hidden /> Add the server
        </button>
      </form>
      {add.error && (
        <Trouble error={add.error} kept="No pack was changed." onClose={() => add.clear()} />
      )}
    </details>
  );
}
