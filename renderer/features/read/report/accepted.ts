/** What a reader accepted and can put down as findings, and what an export holds. Pure. */
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import type {
  Measurement,
  ReaderFinding,
  Report,
} from "../../../../electron/api/schemas/reading.ts";

type Label = { name: string; voxels: number; share: number; ml?: number };
type Value = { mask?: string; labels?: Label[]; findings?: Judged[] };
/** As the model judged it, or as the reader did. */
type Judged = { label: string; above?: boolean; present?: boolean };
type Decided = Pick<Study, "images" | "suggestions" | "decisions">;
export type NewFinding = Omit<ReaderFinding, "id" | "by" | "at">;

export const blankFinding: NewFinding = {
  label: "",
  site: "",
  side: "none",
  measurementIds: [],
  note: "",
};

/** Suggestions that stand accepted or corrected, with the value the reader left. */
function standing({ images, suggestions, decisions }: Decided) {
  return suggestions.flatMap((suggestion) => {
    const decision = decisions.filter(({ suggestionId }) => suggestionId === suggestion.id).at(-1);
    if (decision?.action !== "accept" && decision?.action !== "correct") return [];
    const raw = suggestion.value as Value;
    const corrected = decision.action === "correct" ? (decision.value as Value | undefined) : {};
    const value: Value = { ...raw, ...corrected };
    const series = images.find(({ id }) => suggestion.subject.endsWith(`/series:${id}`));
    return [{ suggestion, decision, value, series }];
  });
}

const sizeOf = ({ ml, share }: Label): string =>
  ml === undefined
    ? `${(share * 100).toFixed(1)} % of the image`
    : `${ml.toFixed(ml < 10 ? 1 : 0)} ml`;

/**
 * Findings that an accepted suggestion amounts to and that no finding names yet. All labels of one
 * suggestion come together: naming one alone would leave the others out of the draft.
 */
export function candidates(
  study: Decided,
  findings: readonly Pick<ReaderFinding, "suggestionId">[],
): { id: string; text: string; findings: NewFinding[] }[] {
  const named = new Set(findings.map(({ suggestionId }) => suggestionId));
  return standing(study)
    .filter(({ suggestion }) => !named.has(suggestion.id))
    .flatMap(({ suggestion, decision, value, series }) => {
      const by = `${suggestion.model} ${suggestion.modelVersion}`;
      const done = decision.action === "correct" ? "corrected" : "accepted";
      const found: NewFinding[] = [
        ...(value.labels ?? [])
          .filter(({ voxels }) => voxels > 0)
          .map((label) => ({
            ...blankFinding,
            label: label.name,
            note: `${sizeOf(label)}, outlined by ${by}, ${done} by ${decision.reviewer}`,
          })),
        // A score is no probability: above its operating point or nothing.
        ...(value.findings ?? [])
          .filter(({ above, present = above }) => present === true)
          .map(({ label }) => ({
            ...blankFinding,
            label,
            note: judgedText(
              suggestion.value as Value,
              label,
              by,
              `${done} by ${decision.reviewer}`,
            ),
          })),
      ].map((finding) => ({
        ...finding,
        suggestionId: suggestion.id,
        ...(series ? { seriesId: series.id } : {}),
      }));
      if (found.length === 0) return [];
      return [
        { id: suggestion.id, text: found.map(({ label }) => label).join(", "), findings: found },
      ];
    });
}

function judgedText({ findings = [] }: Value, label: string, by: string, done: string): string {
  const above = findings.some((one) => one.label === label && one.above);
  return `${above ? "Above" : "Below"} the operating point of ${by}, ${done}`;
}

/** Where a finding is, in words: side and site, slice of its series. */
export function placeText(
  { side, site, seriesId, slice }: Pick<NewFinding, "side" | "site" | "seriesId" | "slice">,
  images: readonly Pick<Series, "id" | "name" | "shape">[],
): string {
  const series = images.find(({ id }) => id === seriesId);
  const sides = { none: "", both: "both sides", left: "left", right: "right" }[side];
  return [
    [sides, site].filter(Boolean).join(" "),
    series && slice !== undefined && series.shape[2] > 1
      ? `slice ${slice + 1} of ${series.shape[2]}`
      : "",
    images.length > 1 ? (series?.name ?? "") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

type Read = {
  report: Report | null;
  measurements: readonly Measurement[];
  impressions?: readonly unknown[];
};

/** What an export of this study holds, line by line. */
export function goesOut(
  study: Decided,
  { report, measurements, impressions = [] }: Read,
  nameless = false,
): string[] {
  const masks = standing(study).filter(({ value }) => value.mask !== undefined);
  const dicom = masks.filter(({ series }) => series?.format === "DICOM").length;
  const own = new Map(
    study.decisions
      .filter(({ kind, suggestionId }) => kind === "segment" && suggestionId === undefined)
      .map((decision) => [`${decision.subject} ${decision.reviewer}`, decision.action]),
  );
  const drawn = [...own.values()].filter((action) => action === "annotate").length;
  const isDicom = study.images.some(({ format }) => format === "DICOM");
  const count = (number: number, one: string, many: string): string =>
    `${number} ${number === 1 ? one : many}`;
  return [
    masks.length > 0 &&
      `${count(masks.length, "outline", "outlines")} you accepted or corrected, as masks with their origin and a picture${dicom > 0 ? `; ${dicom} also as DICOM SEG` : ""}`,
    drawn > 0 &&
      `${count(drawn, "label map", "label maps")} drawn by hand, the same way${isDicom ? ", in DICOM as MANUAL" : ""}`,
    report &&
      `The saved report as FHIR${isDicom ? " and DICOM SR" : ""}, ${report.verified ? `verified by ${report.verified.by}` : "UNVERIFIED"}`,
    measurements.length > 0 &&
      `${count(measurements.length, "measurement", "measurements")} as CSV`,
    impressions.length > 0 &&
      `${count(impressions.length, "own impression", "own impressions")} beside what models suggested, as JSON`,
    nameless
      ? "Every decision and finding as JSON, without what was asked"
      : "Every decision, finding and question asked, as JSON",
    isDicom && !nameless && "The DICOM files name the patient as the images do",
  ].filter((line): line is string => typeof line === "string");
}
