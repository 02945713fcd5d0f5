/** The report of a read as files: DICOM SR, FHIR, table of measurements. */
import type { Series, Study } from "../../../api/schemas/imaging.ts";
import type { Measurement, ReaderFinding, Report } from "../../../api/schemas/reading.ts";
import { measureMask } from "../describe.ts";
import type { DicomFile } from "../dicom.ts";
import { textOf } from "../dicom-export.ts";
import { apply, inverse } from "../geometry.ts";
import { json, makerOf, type BuiltFile, type BuiltMask, type DecidedMask } from "../read-masks.ts";
import { acceptedOf, capital, findingsLeft } from "./draft.ts";
import { fhirReport } from "./fhir.ts";
import { measurementCsv } from "./measurement-csv.ts";
import { writeReport, type GroupToWrite } from "./sr-writer.ts";

export type ReportToBuild = {
  study: Study;
  measurements: readonly Measurement[];
  findings: readonly ReaderFinding[];
  report: Report | null;
  /** Headers of each series, none for other formats. */
  sources: ReadonlyMap<string, readonly DicomFile[]>;
  masks: readonly (DecidedMask & BuiltMask)[];
  reader: string;
};

export function reportFiles(input: ReportToBuild): BuiltFile[] {
  const { study, measurements, report, sources } = input;
  const files: BuiltFile[] = [];
  if (measurements.length > 0)
    files.push({
      name: "measurements.csv",
      bytes: new TextEncoder().encode(measurementCsv(measurements, study.images)),
    });
  const first = [...sources.values()].find((some) => some.length > 0)?.[0];
  if (report)
    files.push({
      name: "diagnostic-report.fhir.json",
      bytes: json(
        fhirReport({
          study,
          report,
          measurements,
          patientId: textOf(first, "00100020"),
          studyDate: textOf(first, "00080020"),
        }),
      ),
    });
  const groups = groupsOf(input);
  if (first && (groups.length > 0 || report)) {
    // One report speaks of one study; images of others are not in it.
    const source = [...sources.values()].flat().filter((file) => file.study === first.study);
    files.push({
      name: "report-sr.dcm",
      bytes: writeReport({
        source,
        modality: study.modalities[0] ?? "",
        report,
        groups,
        segmentations: input.masks.flatMap(({ seg }) => seg ?? []),
        reader: input.reader,
      }),
    });
  }
  return files;
}

function groupsOf(input: ReportToBuild): GroupToWrite[] {
  const used = new Set(input.findings.flatMap(({ measurementIds }) => measurementIds));
  return [
    ...input.masks.flatMap(maskGroups),
    ...classified(input),
    ...input.findings.map((finding) => findingGroup(finding, input)),
    ...input.measurements
      .filter(({ id }) => !used.has(id))
      .map((measurement) => ({
        tracking: measurement.label || measurement.kind,
        id: measurement.id,
        finding: measurement.label || measurement.kind,
        measurements: measurement.values,
        ...placeOf(measurement, input),
      })),
  ];
}

function maskGroups(mask: DecidedMask & BuiltMask): GroupToWrite[] {
  const { series, data, labels, seg, suggestion, decision, source } = mask;
  const { algorithm, version, type } = makerOf(mask);
  return measureMask(data, series, labels).flatMap((label, at): GroupToWrite[] => {
    if (label.voxels === 0) return [];
    const code = labels[at]?.snomed;
    const single = source[Math.floor(source.length / 2)];
    return [
      {
        tracking: `${label.name} (${suggestion?.model ?? `drawn by ${decision.reviewer}`})`,
        id: `${suggestion?.id ?? decision.id} ${label.id}`,
        finding: code ? [code.code, "SCT", code.meaning] : label.name,
        measurements:
          label.ml === undefined
            ? [{ name: "Number of pixels", value: label.voxels, unit: "px" }]
            : [{ name: "Volume", value: label.ml, unit: "ml" }],
        ...(single ? { image: { file: single } } : {}),
        ...(seg ? { segment: { instance: seg.instance, number: at + 1 } } : {}),
        ...(type === "MANUAL" ? {} : { algorithm: { name: algorithm, version } }),
      },
    ];
  });
}

/** What readers left standing of what classifiers found; never a bare score. */
function classified({ study, sources }: ReportToBuild): GroupToWrite[] {
  return acceptedOf({ study }).flatMap(({ suggestion, decision }) => {
    if (suggestion.kind !== "classify") return [];
    const series = study.images.find(({ id }) => suggestion.subject.endsWith(`/series:${id}`));
    const file = sources.get(series?.id ?? "")?.[0];
    return findingsLeft(suggestion, decision).map(({ label, text }) => ({
      tracking: label,
      id: `${suggestion.id} ${label}`,
      finding: label,
      measurements: [],
      note: capital(text),
      algorithm: { name: suggestion.model, version: suggestion.modelVersion },
      ...(file ? { image: { file } } : {}),
    }));
  });
}

function findingGroup(finding: ReaderFinding, input: ReportToBuild): GroupToWrite {
  const measured = input.measurements.filter(({ id }) => finding.measurementIds.includes(id));
  const side =
    finding.side === "none" ? "" : `${finding.side === "both" ? "bilateral" : finding.side} `;
  const [drawn] = measured;
  return {
    tracking: finding.label,
    id: finding.id,
    finding: finding.label,
    ...(finding.site || side ? { site: `${side}${finding.site}`.trim() } : {}),
    measurements: measured.flatMap(({ values }) => values),
    ...(finding.note ? { note: finding.note } : {}),
    ...(drawn ? placeOf(drawn, input) : {}),
  };
}

/** The image a measurement was drawn on, and its handles in that image's pixels. */
function placeOf(
  { seriesId, slice, points, kind }: Measurement,
  { study, sources }: ReportToBuild,
): Pick<GroupToWrite, "image" | "outline"> {
  const series = study.images.find(({ id }) => id === seriesId);
  const files = sources.get(seriesId) ?? [];
  const file = files.length === series?.shape[2] ? files[slice] : files[0];
  if (series === undefined || file === undefined) return {};
  const many = files.length !== series.shape[2] && file.frames > 1;
  const image = { file, ...(many ? { frame: slice + 1 } : {}) };
  const pixels = pixelsOf(points, series, slice);
  if (pixels === null) return { image };
  if (kind === "probe" || pixels.length === 1)
    return { image, outline: { type: "POINT", points: pixels.slice(0, 1) } };
  if (kind === "ellipse") {
    if (pixels.length !== 4) return { image };
    const [a, b, c, d] = pixels as [Pixel, Pixel, Pixel, Pixel];
    const far = ([x1, y1]: Pixel, [x2, y2]: Pixel): number => Math.hypot(x1 - x2, y1 - y2);
    // The ends of the longer axis come first (PS3.3 C.10.5.1.2).
    return {
      image,
      outline: { type: "ELLIPSE", points: far(a, b) >= far(c, d) ? [a, b, c, d] : [c, d, a, b] },
    };
  }
  return {
    image,
    outline: { type: "POLYLINE", points: kind === "bidirectional" ? pixels.slice(0, 2) : pixels },
  };
}

type Pixel = [column: number, row: number];

/** Null where the handles do not lie in the slice: drawn in another plane. */
function pixelsOf(points: Measurement["points"], series: Series, slice: number): Pixel[] | null {
  const back = inverse(series.affine);
  if (back === null || points.length === 0) return null;
  const out: Pixel[] = [];
  for (const point of points) {
    const [i, j, k] = apply(back, point);
    if (Math.abs(k - slice) > 0.5) return null;
    // SR counts from the corner of the first pixel, not from its centre (PS3.3 C.18.6.1.2).
    out.push([i + 0.5, j + 0.5]);
  }
  return out;
}
