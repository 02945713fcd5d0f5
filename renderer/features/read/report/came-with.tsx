/** Reports that came with the study as DICOM SR: what stands in them, never this desk's own words. */
import type { AttachedReport } from "../../../../electron/api/schemas/imaging.ts";

export function CameWith({ reports }: { reports: readonly AttachedReport[] }) {
  if (reports.length === 0) return null;
  return (
    <section className="report-part" aria-label="Reports that came with the study">
      <h2>Came with the study</h2>
      {reports.map((report) => (
        <details key={report.id}>
          <summary>
            {report.title || report.file} <span className="chip">{report.verification}</span>
          </summary>
          <p className="field-note">
            {[report.file, report.observer, report.at.slice(0, 8), report.completion]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <ul className="report-lines">
            {report.groups.length > 0
              ? report.groups.map(
                  ({ tracking, finding, site, measurements, statements }, index) => (
                    <li key={index}>
                      <strong>{finding || tracking}</strong>
                      {site && `, ${site}`}
                      {[
                        ...measurements.map(({ name, value, unit }) => `${name} ${value} ${unit}`),
                        ...statements.map(({ name, text }) => `${name}: ${text}`),
                      ].map((line) => (
                        <div key={line}>{line}</div>
                      ))}
                    </li>
                  ),
                )
              : report.lines.map(({ name, text }, index) => (
                  <li key={index}>
                    {name}
                    {text && `: ${text}`}
                  </li>
                ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
