/** Segmentations, structure sets and reports find the series of a study that they belong to, or are refused. */
import type { DataSet } from "dicom-parser";
import { AppError } from "../../../api/errors.ts";
import type { Series } from "../../../api/schemas/imaging.ts";
import { readDicomFrom, type DicomFile } from "../dicom.ts";
import { segmentLabels } from "../dicom-seg.ts";
import { contourLayers, regionsOf } from "./contours.ts";
import type { Layer } from "./layers.ts";
import { readReport, wholeOr, type ReadReport } from "./report-tree.ts";
import { segmentationLayers } from "./segments.ts";

export type DerivedKind = "SEG" | "RTSTRUCT" | "SR";
export type DerivedFile = { name: string; kind: DerivedKind; dataSet: DataSet };
type Target = Pick<Series, "id" | "shape" | "affine" | "dicom">;
export type Attached =
  | {
      kind: "masks";
      seriesId: string;
      layers: Layer[];
      made: string;
      by: string;
      warnings: string[];
    }
  | { kind: "report"; report: ReadReport };

const text = (dataSet: DataSet | undefined, tag: string): string =>
  (dataSet?.string(tag) ?? "").trim();

/** What a file without pixels of its own, or with masks for pixels, is; null for images and the rest. */
export function derivedKind(dataSet: DataSet): DerivedKind | null {
  const sopClass = text(dataSet, "x00080016");
  if (/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.[47]$/.test(sopClass)) return "SEG";
  if (sopClass === "1.2.840.10008.5.1.4.1.1.481.3") return "RTSTRUCT";
  return sopClass.startsWith("1.2.840.10008.5.1.4.1.1.88.") && dataSet.elements["x0040a730"]
    ? "SR"
    : null;
}

/** Every UID under `tag` anywhere in the sequences named. */
function uidsIn(dataSet: DataSet, path: readonly string[], tag: string): Set<string> {
  let level = [dataSet];
  for (const sequence of path)
    level = level.flatMap((one) =>
      (one.elements[sequence]?.items ?? []).flatMap((item) => item.dataSet ?? []),
    );
  return new Set(level.map((one) => text(one, tag)).filter((uid) => uid !== ""));
}

/** Series that the file names, then those of its instances, then those of its frame of reference. */
function targetsOf(file: DerivedFile, images: readonly Target[]): Target[] {
  const { dataSet } = file;
  const series = new Set([
    ...uidsIn(dataSet, ["x00081115"], "x0020000e"),
    ...uidsIn(dataSet, ["x30060010", "x30060012", "x30060014"], "x0020000e"),
  ]);
  const instances = new Set([
    ...uidsIn(dataSet, ["x00081115", "x0008114a"], "x00081155"),
    ...uidsIn(dataSet, ["x30060039", "x30060040", "x30060016"], "x00081155"),
  ]);
  const frames = new Set([
    text(dataSet, "x00200052"),
    ...uidsIn(dataSet, ["x30060020"], "x30060024"),
  ]);
  frames.delete("");
  for (const fits of [
    ({ dicom }: Target) => dicom !== undefined && series.has(dicom.series),
    ({ dicom }: Target) => dicom?.instances.some((uid) => instances.has(uid)) ?? false,
    ({ dicom }: Target) => dicom !== undefined && frames.has(dicom.frameOfReference),
  ]) {
    const found = images.filter(fits);
    if (found.length > 0) return found;
  }
  return [];
}

function refuseStranger(file: DerivedFile, images: readonly Target[]): never {
  const study = text(file.dataSet, "x0020000d");
  const known = images.some(({ dicom }) => dicom?.study === study && study !== "");
  throw new AppError(
    "badInput",
    known
      ? `"${file.name}": the series that this ${file.kind} was made on is not in the study. Open it together with its images.`
      : `"${file.name}": this ${file.kind} belongs to another study (${study || "no study UID"}). It is not shown.`,
    { study },
  );
}

/** @throws badInput for a file of another study or grid, and what reading it throws */
export async function attach(file: DerivedFile, images: readonly Target[]): Promise<Attached> {
  const { dataSet, name } = file;
  if (file.kind === "SR") {
    const report = readReport(dataSet);
    if (!images.some(({ dicom }) => dicom?.study === report.study && report.study !== ""))
      refuseStranger(file, images);
    return { kind: "report", report };
  }
  const targets = wholeOr(`DICOM ${file.kind} "${name}"`, () => targetsOf(file, images));
  if (targets.length === 0) refuseStranger(file, images);
  const seg: DicomFile | null = file.kind === "SEG" ? readDicomFrom(dataSet, name) : null;
  let refused: unknown;
  for (const target of targets) {
    try {
      const warnings: string[] = [];
      const layers = seg
        ? await segmentationLayers(seg, target)
        : await contourLayers(regionsOf(dataSet), target, name, warnings);
      const types = [...new Set(segmentLabels(dataSet).flatMap(({ made }) => made ?? []))];
      return {
        kind: "masks",
        seriesId: target.id,
        layers: layers.filter(({ data }) => data.some((value) => value > 0)),
        made: types.length === 1 ? (types[0] as string) : "MANUAL",
        by: text(dataSet, "x00700084") || text(dataSet, "x30060028") || "",
        warnings,
      };
    } catch (thrown) {
      refused ??= thrown;
    }
  }
  throw refused;
}
