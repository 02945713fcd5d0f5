/** The Report tab: findings, text with its sources, the name under it, and what goes out. */
import { useState } from "react";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import type { ReaderFinding } from "../../../../electron/api/schemas/reading.ts";
import { Skeleton, Trouble } from "../../../ui/feedback.tsx";
import { useCall } from "../../../use-call.ts";
import { ImpressionPart } from "../first/impression.tsx";
import { CameWith } from "./came-with.tsx";
import { ExportRead } from "./export-read.tsx";
import { FindingList } from "./finding-list.tsx";
import { ReportText } from "./report-text.tsx";
import { useDraft } from "./use-report.ts";
import { Verify } from "./verify.tsx";
import "./report.css";

type PanelProps = {
  study: Study;
  series: Series;
  /** The stored slice in view, from 0. */
  sliceNow: () => number;
  onGoTo: (finding: ReaderFinding) => void;
};

export function ReportPanel({ study, series, sliceNow, onGoTo }: PanelProps) {
  const { value: reading, error, reload } = useCall("imaging.reading", { studyId: study.id });
  const work = useDraft(study.id, reading?.report ?? null);
  const [chosen, choose] = useState<string | null>(null);
  if (reading === undefined)
    return error ? <Trouble error={error} onRetry={reload} /> : <Skeleton />;
  const templateId = chosen ?? work.draft?.templateId ?? reading.templateId;
  return (
    <div className="report">
      <ImpressionPart studyId={study.id} withheld={study.withheld} />
      <FindingList
        study={study}
        series={series}
        reading={reading}
        template={reading.templates.find(({ id }) => id === templateId)}
        sliceNow={sliceNow}
        onGoTo={onGoTo}
      />
      <ReportText
        study={study}
        reading={reading}
        work={work}
        templateId={templateId}
        onTemplate={choose}
      />
      {reading.report && (
        <section className="report-part" aria-label="Verification">
          <Verify
            key={reading.report.id}
            studyId={study.id}
            report={reading.report}
            unsaved={work.unsaved}
          />
        </section>
      )}
      <CameWith reports={study.reports} />
      <ExportRead study={study} reading={reading} unsaved={work.unsaved} />
    </div>
  );
}
