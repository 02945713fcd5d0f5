/** Another pack: a folder or a zip from this machine, or a hub address that is fetched only on the button. */
import { FileArchive, Folder, Globe } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { Input } from "../../../electron/api/contract.ts";
import type { AppError } from "../../../electron/api/errors.ts";
import { putAsset } from "../../call.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { asError, useChange } from "../../use-call.ts";
import { AddServer } from "./add-server.tsx";
import { HubAccess } from "./hub-access.tsx";
import { uploadFolder } from "./pack-folder.ts";

export function AddPack() {
  const add = useChange("models.add", ["jobs"]);
  const [url, setUrl] = useState("");
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<AppError | null>(null);

  async function take(source: Input<"models.add">["source"]): Promise<boolean> {
    const added = await add.run({ source });
    if (added) toast(`Pack ${added.id} ${added.version} added; its files match their hashes`);
    return added !== undefined;
  }
  async function choose(folder: boolean): Promise<void> {
    const files = await native.chooseFiles({
      accept: folder ? "" : ".zip,.gguf",
      multiple: folder,
      folder,
    });
    const [file] = files;
    if (!file) return;
    setProblem(null);
    setSending(true);
    try {
      await take(
        folder ? { files: await uploadFolder(files) } : { assetId: (await putAsset(file)).id },
      );
    } catch (thrown) {
      setProblem(asError(thrown));
    } finally {
      setSending(false);
    }
  }
  async function fetchPack(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (await take({ url: url.trim() })) setUrl("");
  }
  const error = problem ?? add.error;
  const busy = sending || add.running;
  return (
    <section className="card add-pack" aria-label="Add a pack">
      <div className="add-pack-row">
        <h2>Add a pack</h2>
        <Button icon={Folder} disabled={busy} onPress={() => void choose(true)}>
          From a folder
        </Button>
        <Button icon={FileArchive} disabled={busy} onPress={() => void choose(false)}>
          From a zip or GGUF file
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
          <button type="submit" className="button" disabled={url.trim() === "" || busy}>
            <Globe size={15} aria-hidden /> Fetch
          </button>
        </form>
      </div>
      <HubAccess />
      <AddServer />
      {busy && <Progress event={add.event} onCancel={add.cancel} />}
      {error && (
        <Trouble
          error={error}
          kept={
            error.code === "unauthorized"
              ? "No pack was changed. Set the hub's access token above, then fetch again."
              : "No pack was changed. A download that was cut goes on where it stopped."
          }
          onClose={() => {
            setProblem(null);
            add.clear();
          }}
        />
      )}
    </section>
  );
}
