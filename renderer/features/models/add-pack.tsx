/** Another pack: a zip from this machine, or a hub address that is fetched only on the button. */
import { FileArchive, Globe } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import { putAsset } from "../../call.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { asError, useChange } from "../../use-call.ts";
import { AddServer } from "./add-server.tsx";

export function AddPack() {
  const add = useChange("models.add", ["jobs"]);
  const [url, setUrl] = useState("");
  const [problem, setProblem] = useState<AppError | null>(null);

  async function take(source: { assetId: string } | { url: string }): Promise<boolean> {
    const added = await add.run({ source });
    if (added) toast(`Pack ${added.id} ${added.version} added; its files match their hashes`);
    return added !== undefined;
  }
  async function choose(): Promise<void> {
    const [file] = await native.chooseFiles({ accept: ".zip", multiple: false });
    if (!file) return;
    try {
      await take({ assetId: (await putAsset(file)).id });
    } catch (thrown) {
      setProblem(asError(thrown));
    }
  }
  async function fetchPack(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (await take({ url: url.trim() })) setUrl("");
  }
  const error = problem ?? add.error;
  return (
    <section className="card add-pack" aria-label="Add a pack">
      <div className="add-pack-row">
        <h2>Add a pack</h2>
        <Button icon={FileArchive} disabled={add.running} onPress={() => void choose()}>
          From a zip
        </Button>
        <form className="add-pack-hub" onSubmit={(event) => void fetchPack(event)}>
          <input
            className="input"
            type="url"
            name="hub"
            aria-label="Hub address"
            placeholder="https://…/manifest.json or ….zip"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
          <button type="submit" className="button" disabled={url.trim() === "" || add.running}>
            <Globe size={15} aria-hidden /> Fetch
          </button>
        </form>
      </div>
      <AddServer />
      {add.running && <Progress event={add.event} onCancel={add.cancel} />}
      {error && (
        <Trouble
          error={error}
          kept="No pack was changed. A download that was cut goes on where it stopped."
          onClose={() => {
            setProblem(null);
            add.clear();
          }}
        />
      )}
    </section>
  );
}
