/** Calls of the reader's own work on a study: measurements, findings, the report. */
import type { HandlersFor } from "../../../api/call.ts";
import { AppError } from "../../../api/errors.ts";
import {
  findingSchema,
  impressionSchema,
  measurementSchema,
  readLinkSchema,
  reportSchema,
  type readingContract,
  type ReportSection,
  type Template,
} from "../../../api/schemas/reading.ts";
import { isWithheld, refuseWithheld, studyFor } from "../read-first.ts";
import type { Studies } from "../studies.ts";
import { acceptedOf, draftReport, type Reading } from "./draft.ts";
import { ownSegments } from "../segments.ts";
import { questionOf } from "./question.ts";
import { templateFor, templates } from "./templates.ts";

export function createReadingHandlers({
  studies,
  reviewer,
}: {
  studies: () => Studies;
  reviewer: () => string;
}): HandlersFor<typeof readingContract> {
  const withheld = (studyId: string): boolean => isWithheld(studies(), studyId, reviewer());
  /** What this reader may see; a finding that rests on a suggestion, or a report, would tell of the model. */
  const entriesFor = (studyId: string) => {
    const all = studies().entries.of(studyId);
    if (!withheld(studyId)) return all;
    const findings = all.findings.filter(({ suggestionId }) => suggestionId === undefined);
    return { ...all, findings, impressions: [], heatMaps: [], report: null };
  };
  const readingOf = (studyId: string): Reading => ({
    study: studyFor(studies(), studyId, reviewer()),
    ...entriesFor(studyId),
  });

  return {
    "imaging.reading": async ({ studyId }) => ({
      ...entriesFor(studyId),
      templates: [...templates],
      templateId: templateFor(studies().get(studyId).modalities),
    }),
    "imaging.readFirst": async () => studies().readFirst.mode(),
    "imaging.setReadFirst": async ({ on }) => studies().readFirst.set(reviewer(), on),
    "imaging.commitImpression": async ({ studyId, text }) => {
      studies().get(studyId);
      const { readFirst } = studies();
      return impressionSchema.parse(
        studies().entries.append(studyId, "impression", {
          text,
          readFirst: readFirst.mode().on,
          unseen: !readFirst.wasShown(studyId, reviewer()),
          by: reviewer(),
        }),
      );
    },
    "imaging.measure": async ({ studyId, measurement }) => {
      const series = studies().image(studyId, measurement.seriesId);
      const sized = measurement.values.find(({ unit }) => /^(mm|mm2|cm|ml)$/.test(unit));
      if (sized && series.sizes === "unknown")
        throw new AppError(
          "badInput",
          `"${series.name}" does not say how large a pixel is: ${sized.value} ${sized.unit} cannot be known.`,
        );
      if (measurement.slice >= series.shape[2])
        throw new AppError(
          "badInput",
          `"${series.name}" has ${series.shape[2]} slices; there is no slice ${measurement.slice + 1}.`,
        );
      return measurementSchema.parse(
        studies().entries.append(studyId, "measurement", { ...measurement, by: reviewer() }),
      );
    },
    "imaging.addFinding": async ({ studyId, finding }) => {
      const reading = readingOf(studyId);
      if (finding.seriesId !== undefined) studies().image(studyId, finding.seriesId);
      refuseUnknown(reading, [
        ...finding.measurementIds.map((id) => ({ kind: "measurement" as const, id })),
        ...(finding.suggestionId
          ? [{ kind: "suggestion" as const, id: finding.suggestionId }]
          : []),
      ]);
      return findingSchema.parse(
        studies().entries.append(studyId, "finding", { ...finding, by: reviewer() }),
      );
    },
    "imaging.questionFor": async ({ studyId, findingId, text }) => {
      const { findings, study } = readingOf(studyId);
      const finding = findings.find(({ id }) => id === findingId);
      if (finding === undefined && !text)
        throw new AppError("notFound", `The study has no finding "${findingId ?? ""}".`, {
          findingId,
        });
      const series = study.images.find(({ id }) => id === finding?.seriesId) ?? study.images[0];
      return questionOf(finding ?? { label: text ?? "", site: "" }, series?.modality ?? "");
    },
    "imaging.linkReview": async ({ studyId, reviewId, findingId }) => {
      const { findings } = readingOf(studyId);
      if (findingId !== undefined && !findings.some(({ id }) => id === findingId))
        throw new AppError("notFound", `The study has no finding "${findingId}".`, { findingId });
      return readLinkSchema.parse(
        studies().entries.append(studyId, "link", {
          studyId,
          reviewId,
          ...(findingId ? { findingId } : {}),
          by: reviewer(),
        }),
      );
    },
    "imaging.readsOf": async ({ reviewId }) =>
      studies()
        .entries.linksTo(reviewId)
        .map((link) => ({
          ...link,
          study: studies().get(link.studyId).name,
          finding:
            entriesFor(link.studyId).findings.find(({ id }) => id === link.findingId)?.label ??
            null,
        })),
    "imaging.removeEntry": async ({ studyId, entryId }) => {
      studies().entries.remove(studyId, entryId, reviewer());
      return {};
    },
    "imaging.draftReport": async ({ studyId, templateId }) => {
      const template = templateOf(templateId);
      return { title: template.title, sections: draftReport(template, readingOf(studyId)) };
    },
    "imaging.saveReport": async ({ studyId, templateId, sections }) => {
      const { title } = templateOf(templateId);
      refuseWithheld(studies(), studyId, reviewer());
      refuseUnknown(readingOf(studyId), sourcesOf(sections));
      const saved = studies().entries.append(studyId, "report", {
        templateId,
        title,
        sections,
        by: reviewer(),
      });
      return reportSchema.parse({ ...saved, verified: null });
    },
    "imaging.verifyReport": async ({ studyId, reportId, name }) => {
      refuseWithheld(studies(), studyId, reviewer());
      const reading = readingOf(studyId);
      const { report } = studies().entries.of(studyId);
      if (report === null || report.id !== reportId)
        throw new AppError(
          "conflict",
          "The report was saved again since it was shown. Read the new one before you verify it.",
          { reportId, last: report?.id ?? null },
        );
      refuseUnknown(reading, sourcesOf(report.sections));
      studies().entries.append(studyId, "verify", { id: reportId, name, by: reviewer() });
      const after = studies().entries.of(studyId).report;
      if (after === null) throw new AppError("internal", "The report was not stored.");
      return after;
    },
  };
}

function templateOf(id: string): Template {
  const found = templates.find((template) => template.id === id);
  if (found) return found;
  throw new AppError(
    "notFound",
    `There is no template "${id}" (there are: ${templates.map((one) => one.id).join(", ")}).`,
  );
}

const sourcesOf = (sections: readonly ReportSection[]) =>
  sections.flatMap(({ sentences }) => sentences.flatMap(({ sources }) => sources));

type Source = ReportSection["sentences"][number]["sources"][number];

/** A sentence may rest only on what is in force: accepted or corrected suggestions, measurements, findings. */
function refuseUnknown(
  reading: Reading,
  sources: readonly Source[],
): void {
  const there = {
    suggestion: new Set(acceptedOf(reading).map(({ suggestion }) => suggestion.id)),
    measurement: new Set(reading.measurements.map(({ id }) => id)),
    finding: new Set(reading.findings.map(({ id }) => id)),
    segments: new Set(ownSegments(reading.study).map(({ id }) => id)),
  };
  const gone = sources.find(({ kind, id }) => !there[kind].has(id));
  if (gone)
    throw new AppError(
      "conflict",
      gone.kind === "suggestion"
        ? "A sentence rests on a suggestion that nobody accepted, or whose acceptance was taken back."
        : gone.kind === "segments"
          ? "A sentence rests on segments that were drawn again since. Draft the report anew."
          : `A sentence rests on a ${gone.kind} that was removed.`,
      gone,
    );
}
