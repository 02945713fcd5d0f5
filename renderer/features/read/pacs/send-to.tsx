/** Sends the DICOM files of an export to an archive, only on a press that names the machine. */
import { Send } from "lucide-react";
import { useState } from "react";
import type { Input, Output } from "../../../../electron/api/contract.ts";
import type { AppError } from "../../../../electron/api/errors.ts";
import { call } from "../../../call.ts";
import { Button } from "../../../ui/button.tsx";
import { Progress, Trouble } from "../../../ui/feedback.tsx";
import { plural } from "../../../ui/time.ts";
import { asError, useCall, useChange } from "../../../use-call.ts";
import { hostOf } from "./archive-host.ts";

type SendProps = {
  /** What is exported: as it is, or without what names the patient. */
  about: Input<"imaging.export">;
  /** What was exported so already: identifiers that were made anew stay the same. */
  made: Output<"imaging.export"> | null;
  onMade: (made: Output<"imaging.export">) => void;
};

export function SendTo({ about, made, onMade }: SendProps) {
  const servers = useCall("pacs.servers", {}).value ?? [];
  const send = useChange("pacs.send", [], "byCaller");
  const [chosen, choose] = useState("");
  const [failure, setFailure] = useState<AppError | null>(null);
  const [answer, setAnswer] = useState<(Output<"pacs.send"> & { host: string }) | null>(null);
  const server = servers.find(({ id }) => id === chosen) ?? servers[0];
  if (server === undefined)
    return (
      <p className="field-note">
        To send it to an archive, add that under “From a PACS” on the page of all studies.
      </p>
    );
  const nameless = about.deidentify !== undefined;
  const place = hostOf(server.address);
  const host = place?.host ?? server.address;

  async function press(): Promise<void> {
    setAnswer(null);
    setFailure(null);
    if (server === undefined) return;
    try {
      const answered = nameless && made ? made : await call("imaging.export", about);
      if (nameless) onMade(answered);
      const { files } = answered;
      const dicom = files.filter(({ name }) => name.endsWith(".dcm"));
      if (dicom.length === 0) return setAnswer({ stored: 0, refused: [], host });
      const sent = await send.run({
        serverId: server.id,
        files: dicom.map(({ assetId, name }) => ({ assetId, name })),
      });
      if (sent) setAnswer({ ...sent, host });
    } catch (thrown) {
      setFailure(asError(thrown));
    }
  }
  const trouble = failure ?? send.error;
  return (
    <div className="report-form">
      {servers.length > 1 && (
        <select
          className="input"
          aria-label="Archive to send to"
          value={server.id}
          onChange={(event) => choose(event.target.value)}
        >
          {servers.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      <div className="report-acts">
        <Button icon={Send} disabled={send.running} onPress={() => void press()}>
          Send {about.deidentify?.images ? "images, SEG and SR" : "SEG and SR"}
          {nameless ? " without the patient’s name" : ""} to {host}
        </Button>
      </div>
      {place?.elsewhere && !nameless && (
        <p className="field-note">
          {place.hostname} is another machine: the patient’s name leaves this one with them. To keep
          it here, tick “Without what names the patient” above.
        </p>
      )}
      {nameless && !about.deidentify?.images && (
        <p className="field-note">
          {about.deidentify?.options.includes("retain-uids")
            ? "They name the archive's own images by their identifiers."
            : "They name images by new identifiers, which the archive does not have: tick “also the DICOM images themselves” to send those with them."}
        </p>
      )}
      {send.running && <Progress event={send.event} onCancel={send.cancel} />}
      {trouble && (
        <Trouble
          error={trouble}
          kept="Files that were sent before stay at the archive."
          onClose={() => {
            setFailure(null);
            send.clear();
          }}
        />
      )}
      {answer && (
        <div role="status">
          <p>
            {answer.stored + answer.refused.length === 0
              ? "There is nothing to send: only reads of DICOM images with an accepted outline, a finding or a saved report have DICOM files."
              : `${plural(answer.stored, "file")} stored by ${answer.host}, ${answer.refused.length} refused.`}
          </p>
          <ul className="report-out">
            {answer.refused.map(({ file, reason }) => (
              <li key={file} data-kind="missing">
                {file}: {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
