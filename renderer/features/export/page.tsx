/** Report: the PRISMA 2020 flow from the counts, and everything that can leave the desk. */
import {
  Download,
  FileJson2,
  FileSpreadsheet,
  FileText,
  Package,
  Workflow,
  type LucideIcon,
} from "lucide-react";
import { useState } from "react";
import type { ExportFormat } from "../../../electron/api/schemas/export.ts";
import type { AppError } from "../../../electron/api/errors.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { Skeleton, Trouble } from "../../ui/feedback.tsx";
import { size } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { asError, useCall, useChange } from "../../use-call.ts";
import { PrismaFlow } from "./prisma-flow.tsx";
import "./report.css";

const exports: { format: ExportFormat; name: string; what: string; icon: LucideIcon }[] = [
  {
    format: "xlsx",
    name: "Characteristics table",
    what: "Excel, with a provenance sheet: value, quote, page, model, who, when",
    icon: FileSpreadsheet,
  },
  {
    format: "csv",
    name: "Characteristics and results",
    what: "CSV files in one ZIP: a row per study, a row per arm, a table per outcome for meta-analysis",
    icon: FileSpreadsheet,
  },
  {
    format: "docx",
    name: "Characteristics of studies",
    what: "Word, one table per study as in Cochrane reviews, sources numbered",
    icon: FileText,
  },
  {
    format: "revman",
    name: "Study data for RevMan",
    what: "CSV set in one ZIP: study information, arms and results",
    icon: FileSpreadsheet,
  },
  {
    format: "ris",
    name: "Included records",
    what: "RIS with the decisions, for a reference manager; all records beside them, in one ZIP",
    icon: FileText,
  },
  { format: "bibtex", name: "Included records", what: "BibTeX", icon: FileText },
  { format: "csl-json", name: "Included records", what: "CSL JSON", icon: FileJson2 },
  {
    format: "prisma-svg",
    name: "PRISMA 2020 flow",
    what: "SVG for the manuscript",
    icon: Workflow,
  },
  { format: "prisma-csv", name: "PRISMA 2020 counts", what: "CSV", icon: FileSpreadsheet },
  {
    format: "json",
    name: "Whole review",
    what: "JSON: suggestions and decisions apart",
    icon: FileJson2,
  },
  {
    format: "bundle",
    name: "Everything",
    what: "One ZIP with all of the above, your decisions to merge elsewhere, and the audit trail",
    icon: Package,
  },
];

export function ReportPage({ reviewId }: { reviewId: string }) {
  const review = useCall("review.get", { reviewId });
  const create = useChange("export.create", ["audit"]);
  const copyFile = useChange("review.copy");
  const [problem, setProblem] = useState<AppError | null>(null);

  async function save(format: ExportFormat): Promise<void> {
    setProblem(null);
    const answer = await create.run({ reviewId, format, archive: true });
    if (!answer) return;
    try {
      for (const file of answer.files) await native.saveAsset(file.assetId, file.name);
      const bytes = answer.files.reduce((sum, file) => sum + file.bytes, 0);
      const saved = `Saved ${answer.files.map((file) => file.name).join(", ")} (${size(bytes)})`;
      toast([saved, ...answer.warnings].join(". "));
    } catch (thrown) {
      setProblem(asError(thrown));
    }
  }
  async function saveReviewFile(): Promise<void> {
    const copy = await copyFile.run({ reviewId });
    if (copy)
      await native
        .saveAsset(copy.assetId, copy.name)
        .catch((thrown: unknown) => setProblem(asError(thrown)));
  }
  const error = problem ?? create.error ?? copyFile.error ?? (review.value ? null : review.error);
  return (
    <div className="report">
      <section className="report-flow" aria-labelledby="flow-heading">
        <h2 id="flow-heading">Flow of records (PRISMA 2020)</h2>
        {review.value ? (
          <PrismaFlow counts={review.value.prisma} />
        ) : (
          !error && <Skeleton lines={12} />
        )}
      </section>
      <section className="report-exports" aria-labelledby="exports-heading">
        <h2 id="exports-heading">Take it with you</h2>
        <p className="field-note">
          Built from decisions only. A suggestion that nobody accepted never leaves as a value.
        </p>
        {error && <Trouble error={error} kept="The review itself is unchanged." />}
        <ul className="export-list">
          {exports.map(({ format, name, what, icon: Icon }) => (
            <li key={format} className="export-row">
              <Icon size={17} strokeWidth={1.7} aria-hidden />
              <div>
                <p>{name}</p>
                <p className="field-note">{what}</p>
              </div>
              <Button icon={Download} disabled={create.running} onPress={() => void save(format)}>
                Save
              </Button>
            </li>
          ))}
          <li className="export-row">
            <Package size={17} strokeWidth={1.7} aria-hidden />
            <div>
              <p>The review file</p>
              <p className="field-note">One .evidesk file to back up, send or open elsewhere</p>
            </div>
            <Button
              icon={Download}
              disabled={copyFile.running}
              onPress={() => void saveReviewFile()}
            >
              Save
            </Button>
          </li>
        </ul>
      </section>
    </div>
  );
}
