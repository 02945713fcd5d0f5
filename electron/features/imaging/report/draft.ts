/** Sentences of a report by rule, each with what it rests on; only what a reader accepted gets in. */
import type { Study } from "../../../api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../../api/schemas/ledger.ts";
import type {
  Measurement,
  ReaderFinding,
  ReportSection,
  Sentence,
  Template,
} from "../../../api/schemas/reading.ts";
import type { LabelMeasure } from "../describe.ts";
import { ownSegments } from "../segments.ts";
import { itemFor } from "./templates.ts";

export type Reading = {
  study: Pick<Study, "images" | "suggestions" | "decisions">;
  measurements: readonly Measurement[];
  findings: readonly ReaderFinding[];
};
type Placed = { item: string | undefined; sentence: Sentence };

/** The decision in force on a suggestion; none where it was withdrawn. */
export function decisionOn(
  decisions: readonly Decision[],
  suggestionId: string,
): Decision | undefined {
  const found = decisions.filter((decision) => decision.suggestionId === suggestionId).at(-1);
  return found?.action === "withdraw" ? undefined : found;
}

/** Suggestions that a reader accepted or corrected, with that decision. */
export function acceptedOf({
  study,
}: Pick<Reading, "study">): { suggestion: Suggestion; decision: Decision }[] {
  return study.suggestions.flatMap((suggestion) => {
    const decision = decisionOn(study.decisions, suggestion.id);
    return decision?.action === "accept" || decision?.action === "correct"
      ? [{ suggestion, decision }]
      : [];
  });
}

/** Up to four significant digits, and no more than one after the point from 10 on. */
export const shownNumber = (value: number): string =>
  Math.abs(value) >= 10
    ? String(Math.round(value * 10) / 10)
    : String(Number(value.toPrecision(3)));

const units: Record<string, string> = {
  "[hnsf'U]": " HU",
  deg: "°",
  mm2: " mm²",
  px2: " px²",
  "1": "",
};
export const measuredText = ({ values }: Pick<Measurement, "values">): string =>
  values
    .map(({ name, value, unit }) =>
      `${name.toLowerCase()} ${shownNumber(value)}${units[unit] ?? ` ${unit}`}`.trim(),
    )
    .join(", ");

/** Sections of the template with what belongs in them; what fits nowhere goes under "Other findings". */
export function draftReport(template: Template, reading: Reading): ReportSection[] {
  const placed = [...fromSuggestions(template, reading), ...fromFindings(template, reading)];
  placed.push(...fromOwnSegments(template, reading), ...fromMeasurements(template, reading));
  return template.sections.map(({ id, title, items }) => {
    const order = items.map((one) => one.id);
    const mine = placed.filter(({ item }) =>
      id === "other" ? !isIn(template, item) : item !== undefined && order.includes(item),
    );
    mine.sort((a, b) => order.indexOf(a.item ?? "") - order.indexOf(b.item ?? ""));
    return { id, title, sentences: mine.map(({ sentence }) => sentence) };
  });
}

const isIn = (template: Template, item: string | undefined): boolean =>
  template.sections.some(({ items }) => items.some(({ id }) => id === item));

function fromSuggestions(template: Template, reading: Reading): Placed[] {
  const named = new Set(reading.findings.map(({ suggestionId }) => suggestionId));
  return acceptedOf(reading)
    .filter(({ suggestion }) => !named.has(suggestion.id))
    .flatMap(({ suggestion, decision }) => {
      const sources = [{ kind: "suggestion" as const, id: suggestion.id }];
      const by = `outlined by ${suggestion.model} ${suggestion.modelVersion}, ${decision.action === "correct" ? "corrected" : "accepted"} by ${decision.reviewer}`;
      if (suggestion.kind === "segment") {
        const value = (decision.action === "correct" ? decision.value : suggestion.value) as {
          labels?: LabelMeasure[];
        };
        return (value.labels ?? [])
          .filter(({ voxels }) => voxels > 0)
          .map((label) => ({
            item: itemFor(template, label.name),
            sentence: { text: `${capital(label.name)}: ${sizeOf(label)} (${by}).`, sources },
          }));
      }
      return findingsLeft(suggestion, decision).map(({ label, text }) => ({
        item: itemFor(template, label),
        sentence: { text: `${capital(label)}: ${text}.`, sources },
      }));
    });
}

/** What readers drew themselves, marked as theirs: no model had a part in it. */
function fromOwnSegments(template: Template, { study }: Reading): Placed[] {
  return ownSegments(study).flatMap(({ id, reviewer, value }) => {
    const { labels = [] } = (value ?? {}) as { labels?: LabelMeasure[] };
    return labels
      .filter(({ voxels }) => voxels > 0)
      .map((label) => ({
        item: itemFor(template, label.name),
        sentence: {
          text: `${capital(label.name)}: ${sizeOf(label)} (drawn by hand by ${reviewer}).`,
          sources: [{ kind: "segments" as const, id }],
        },
      }));
  });
}

type Judged = { label: string; above: boolean };

/**
 * What a reader left standing of a classifier's findings, in words. A score is no probability: above its
 * operating point or nothing; what the reader said otherwise is said beside it.
 */
export function findingsLeft(
  { value, model, modelVersion }: Suggestion,
  { action, reviewer, value: own }: Decision,
): { label: string; text: string }[] {
  const { findings = [] } = value as { findings?: Judged[] };
  const name = `${model} ${modelVersion}`;
  if (action !== "correct")
    return findings
      .filter(({ above }) => above)
      .map(({ label }) => ({
        label,
        text: `above the operating point of ${name} (accepted by ${reviewer})`,
      }));
  const { findings: corrected = [] } = (own ?? {}) as {
    findings?: { label: string; present: boolean }[];
  };
  return corrected
    .filter(({ present }) => present)
    .map(({ label }) => {
      const above = findings.some((one) => one.label === label && one.above);
      return {
        label,
        text: `present by ${reviewer}; ${above ? "above" : "below"} the operating point of ${name}`,
      };
    });
}

const sizeOf = ({ ml, share }: LabelMeasure): string =>
  ml === undefined ? `${shownNumber(share * 100)} % of the image` : `${shownNumber(ml)} ml`;

function fromFindings(template: Template, reading: Reading): Placed[] {
  return reading.findings.map((finding) => {
    const measured = reading.measurements.filter(({ id }) => finding.measurementIds.includes(id));
    const side =
      finding.side === "none" ? "" : finding.side === "both" ? "bilateral " : `${finding.side} `;
    const place = [
      finding.site && `in the ${side}${finding.site}`,
      !finding.site &&
        side &&
        `on the ${finding.side === "both" ? "left and right" : finding.side}`,
      sliceText(reading, finding.seriesId, finding.slice),
    ].filter(Boolean);
    const size = measured.length > 0 ? `, ${measured.map(measuredText).join("; ")}` : "";
    const note = finding.note ? ` ${finding.note.trim().replace(/[.\s]*$/, "")}.` : "";
    return {
      item: finding.item ?? itemFor(template, `${finding.label} ${finding.site}`),
      sentence: {
        text: `${capital(finding.label)}${place.length > 0 ? ` ${place.join(", ")}` : ""}${size}.${note}`,
        sources: [
          { kind: "finding" as const, id: finding.id },
          ...measured.map(({ id }) => ({ kind: "measurement" as const, id })),
          ...(finding.suggestionId
            ? [{ kind: "suggestion" as const, id: finding.suggestionId }]
            : []),
        ],
      },
    };
  });
}

/** Measurements that no finding speaks of. */
function fromMeasurements(template: Template, reading: Reading): Placed[] {
  const used = new Set(reading.findings.flatMap(({ measurementIds }) => measurementIds));
  return reading.measurements
    .filter(({ id }) => !used.has(id))
    .map((measurement) => {
      const where = sliceText(reading, measurement.seriesId, measurement.slice);
      const note = scaleNote(reading, measurement);
      return {
        item: itemFor(template, measurement.label),
        sentence: {
          text: `${namedText(measurement)}${where ? ` (${where})` : ""}.${note}`,
          sources: [{ kind: "measurement" as const, id: measurement.id }],
        },
      };
    });
}

/** A measurement with the reader's name for it, or its kind where its values do not say that themselves. */
function namedText(measurement: Measurement): string {
  const { label, kind } = measurement;
  const text = measuredText(measurement);
  const name = label || kind;
  return text.startsWith(name.toLowerCase()) ? capital(text) : `${capital(name)}: ${text}`;
}

/** A length at the detector must not be read as one in the patient. */
function scaleNote({ study }: Reading, { seriesId, values }: Measurement): string {
  const scale = study.images.find(({ id }) => id === seriesId)?.scale;
  const sized = values.some(({ unit }) => /^(mm|mm2|ml|cm)$/.test(unit));
  return scale && sized ? ` ${scale.note}` : "";
}

function sliceText({ study }: Reading, seriesId?: string, slice?: number): string {
  const series = study.images.find(({ id }) => id === seriesId);
  if (series === undefined || slice === undefined || series.shape[2] < 2) return "";
  return `slice ${slice + 1} of ${series.shape[2]}${study.images.length > 1 ? ` of ${series.name}` : ""}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
