/** What became of each imported file: imported, duplicates, rejected with line and reason. */
import { FileInput, TriangleAlert, Upload, X } from "lucide-react";
import type { ImportReport } from "../../../electron/api/schemas/review.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Progress, Trouble } from "../../ui/feedback.tsx";
import type { useImport } from "./use-import.ts";

export function ImportPanel({
  imports,
  onChoose,
}: {
  imports: ReturnType<typeof useImport>;
  onChoose: () => void;
}) {
  return (
    <section className="card" aria-label="Import files">
      <div className="card-head">
        <h2>Import files</h2>
        <Button icon={Upload} shortcut="A" onPress={onChoose}>
          Choose files
        </Button>
      </div>
      <div className="card-body import-body">
        {imports.error && (
          <Trouble
            error={imports.error}
            kept="Files that are listed below were imported."
            onClose={imports.clear}
          />
        )}
        {imports.running && <Progress event={imports.event} onCancel={imports.cancel} />}
        {imports.reports.length === 0 && !imports.running && (
          <p className="field-note import-hint">
            <FileInput size={15} aria-hidden /> RIS, NBIB, PubMed XML, EndNote XML, BibTeX, CSV and
            more. Drop files anywhere on this page; what they are is read from their content.
          </p>
        )}
        {imports.reports.map((report, index) => (
          <Report
            key={`${report.file} ${index}`}
            report={report}
            onClose={() => imports.close(report)}
          />
        ))}
      </div>
    </section>
  );
}

function Report({ report, onClose }: { report: ImportReport; onClose: () => void }) {
  return (
    <div className="import-report">
      <div className="import-line">
        <strong title={report.file}>{report.file}</strong>
        <span className="count">{report.format}</span>
        <IconButton label="Close this report" icon={X} onPress={onClose} />
      </div>
      <p className="numbers">
        {report.imported.toLocaleString()} imported · {report.duplicates.toLocaleString()}{" "}
        duplicates · {report.rejected.length.toLocaleString()} rejected
      </p>
      {report.rejected.length > 0 && (
        <details open={report.imported === 0}>
          <summary>
            <TriangleAlert size={13} aria-hidden /> What was rejected, and why
          </summary>
          <table className="plain-table">
            <thead>
              <tr>
                <th className="number">Line</th>
                <th>Reason</th>
              </tr>
            </thead>
            <tbody>
              {report.rejected.slice(0, 200).map((rejection, index) => (
                <tr key={index}>
                  <td className="number">{rejection.line}</td>
                  <td>{rejection.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {report.rejected.length > 200 && (
            <p className="field-note">and {report.rejected.length - 200} more</p>
          )}
        </details>
      )}
    </div>
  );
}
