/** From a PACS: an archive, what is looked for, the studies it has, and fetching one. */
import { Plus, Search, Trash2, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { ArchivedStudy, PacsServer } from "../../../../electron/api/schemas/pacs.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Progress, Skeleton, Trouble } from "../../../ui/feedback.tsx";
import { toast } from "../../../ui/toast.tsx";
import { useCall, useChange } from "../../../use-call.ts";
import { AddArchive } from "./add-archive.tsx";
import { dateRange, hostOf, shownDate } from "./archive-host.ts";
import { FoundStudies } from "./found-studies.tsx";
import "./pacs.css";

type PanelProps = {
  onFetched: (files: { assetId: string; name: string }[], name: string) => void;
  onClose: () => void;
};

export function ArchivePanel({ onFetched, onClose }: PanelProps) {
  const { value: servers, error } = useCall("pacs.servers", {});
  const removal = useChange("pacs.remove");
  const [chosen, choose] = useState("");
  const [adding, setAdding] = useState(false);
  const server = servers?.find(({ id }) => id === chosen) ?? servers?.[0];
  const asks = adding || servers?.length === 0;

  async function remove({ id, name }: PacsServer): Promise<void> {
    if (await removal.run({ serverId: id }))
      toast(`${name} is no longer listed, and its password is forgotten.`);
  }
  return (
    <section className="card archive" aria-label="From a PACS">
      <header className="card-head">
        <h2>From a PACS</h2>
        {server && !asks && (
          <>
            <select
              className="input"
              aria-label="Archive"
              value={server.id}
              onChange={(event) => choose(event.target.value)}
            >
              {servers?.map(({ id, name, address }) => (
                <option key={id} value={id}>
                  {name === hostOf(address)?.host ? name : `${name} (${hostOf(address)?.host})`}
                </option>
              ))}
            </select>
            <IconButton
              label={`Remove ${server.name} from the list`}
              icon={Trash2}
              onPress={() => void remove(server)}
            />
            <Button kind="quiet" icon={Plus} onPress={() => setAdding(true)}>
              Add archive
            </Button>
          </>
        )}
        <IconButton label="Close the archive panel" icon={X} onPress={onClose} />
      </header>
      <div className="card-body archive-body">
        {(error ?? removal.error) && <Trouble error={(error ?? removal.error)!} />}
        {servers === undefined && !error && <Skeleton lines={2} />}
        {asks && (
          <AddArchive
            onAdded={(id) => {
              choose(id);
              setAdding(false);
            }}
            {...(adding ? { onClose: () => setAdding(false) } : {})}
          />
        )}
        {server && !asks && <Query key={server.id} server={server} onFetched={onFetched} />}
      </div>
    </section>
  );
}

const blank = { patientId: "", patientName: "", from: "", to: "", modality: "" };

function Query({ server, onFetched }: { server: PacsServer; onFetched: PanelProps["onFetched"] }) {
  const find = useChange("pacs.find", [], "byCaller");
  const fetching = useChange("pacs.fetch", [], "byCaller");
  const [query, setQuery] = useState(blank);
  const [found, setFound] = useState<ArchivedStudy[] | null>(null);
  const host = hostOf(server.address)?.host ?? server.address;
  const field = (key: keyof typeof blank) => ({
    className: "input",
    value: query[key],
    onChange: (event: { target: { value: string } }) =>
      setQuery({ ...query, [key]: event.target.value }),
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const { from, to, patientId, patientName, modality } = query;
    const answer = await find.run({
      serverId: server.id,
      query: {
        patientId: patientId.trim(),
        patientName: patientName.trim(),
        modality: modality.trim().toUpperCase(),
        date: dateRange(from, to),
        accession: "",
        limit: 50,
      },
    });
    if (answer) setFound(answer);
  }
  async function fetchStudy(study: ArchivedStudy): Promise<void> {
    const answer = await fetching.run({ serverId: server.id, study: study.study });
    const name = [study.description || study.modalities.join(", "), shownDate(study.date)];
    if (answer) onFetched(answer.files, name.filter(Boolean).join(", "));
  }
  return (
    <>
      <form className="archive-form" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="field-label">Patient ID</span>
          <input {...field("patientId")} maxLength={64} autoFocus />
        </label>
        <label className="field">
          <span className="field-label">Patient name</span>
          <input {...field("patientName")} maxLength={64} placeholder="Doe* (* stands for any)" />
        </label>
        <label className="field">
          <span className="field-label">From</span>
          <input {...field("from")} type="date" />
        </label>
        <label className="field">
          <span className="field-label">To</span>
          <input {...field("to")} type="date" />
        </label>
        <label className="field">
          <span className="field-label">Modality</span>
          <input {...field("modality")} maxLength={16} placeholder="CT, MR, DX" />
        </label>
        <button type="submit" className="button" data-kind="primary" disabled={find.running}>
          <Search size={15} aria-hidden /> Search {host}
        </button>
      </form>
      {find.running && (
        <p className="report-acts" role="status">
          Asking {host}…{" "}
          <Button kind="quiet" onPress={find.cancel}>
            Cancel
          </Button>
        </p>
      )}
      {find.error && <Trouble error={find.error} onClose={find.clear} />}
      {fetching.running && <Progress event={fetching.event} onCancel={fetching.cancel} />}
      {fetching.error && (
        <Trouble error={fetching.error} kept="No study was opened." onClose={fetching.clear} />
      )}
      {found && (
        <FoundStudies
          found={found}
          busy={fetching.running}
          onFetch={(study) => void fetchStudy(study)}
        />
      )}
    </>
  );
}
