/** The studies that an archive named. */
import { Download } from "lucide-react";
import type { ArchivedStudy } from "../../../../electron/api/schemas/pacs.ts";
import { Button } from "../../../ui/button.tsx";
import { plural } from "../../../ui/time.ts";
import { shownDate } from "./archive-host.ts";

type FoundProps = {
  found: readonly ArchivedStudy[];
  busy: boolean;
  onFetch: (study: ArchivedStudy) => void;
};

export function FoundStudies({ found, busy, onFetch }: FoundProps) {
  if (found.length === 0)
    return (
      <p className="field-note" role="status">
        The archive has no such study. Leave a field empty, or end a name with *.
      </p>
    );
  return (
    <>
      <p className="field-note" role="status">
        {plural(found.length, "study", "studies")}
        {found.length === 50 && "; there may be more: narrow the search"}
      </p>
      <table className="plain-table archive-found">
        <thead>
          <tr>
            <th>Patient</th>
            <th>ID</th>
            <th>Date</th>
            <th>Study</th>
            <th>Modality</th>
            <th className="number">Images</th>
            <th aria-label="Fetch" />
          </tr>
        </thead>
        <tbody>
          {found.map((study) => (
            <tr key={study.study}>
              <td>{study.patientName.replaceAll("^", " ").trim() || "no name"}</td>
              <td>{study.patientId || "no ID"}</td>
              <td className="numbers">{shownDate(study.date)}</td>
              <td>{study.description}</td>
              <td>{study.modalities.join(", ")}</td>
              <td className="number numbers">{study.instances || ""}</td>
              <td>
                <Button icon={Download} disabled={busy} onPress={() => onFetch(study)}>
                  Fetch
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
