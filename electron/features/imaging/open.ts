/** Any image file or set of files to volumes, by content and never by name. */
import { AppError } from "../../api/errors.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import type { Volume } from "../../api/volume.ts";
import { derivedKind, type DerivedFile } from "./derived/attach.ts";
import { isDicom, readDataSet, readDicomFrom, type DicomFile } from "./dicom.ts";
import {
  isFlat,
  isSegmentation,
  readSegmentation,
  segmentLabels,
  type SegmentLabel,
} from "./dicom-seg.ts";
import { dicomVolume, groupSeries, splitReason, suvUnits } from "./dicom-volume.ts";
import type { StackFaults } from "./dicom-geometry.ts";
import type { PixelScale } from "./dicom-scale.ts";
import { isWholeSlide, openDicomSlide, slideGroups } from "./dicom-slide.ts";
import { dicomDirFiles } from "./dicomdir.ts";
import { isMetaImage, metaImageDataFile, openMetaImage } from "./metaimage.ts";
import { isNifti, openNifti } from "./nifti.ts";
import { isNrrd, nrrdDataFile, openNrrd, type Beside } from "./nrrd.ts";
import { isJpeg, isPng, readJpeg, readPng } from "./raster.ts";
import { headerFacts } from "./routing/header.ts";
import type { Voi } from "./voi.ts";
import { openSlide } from "./slide.ts";
import { inMemory, isTiff } from "./tiff-tags.ts";
import { readTiff } from "./tiff.ts";

export type ImageFile = { name: string; bytes: Uint8Array };
export type OpenedSeries = {
  volume: Volume;
  format: "DICOM" | "NIfTI" | "NRRD" | "MetaImage" | "TIFF" | "PNG" | "JPEG";
  files: string[];
  warnings: string[];
  transferSyntax?: string;
  /** Whether the affine says where the patient's left is; a plain picture never does. */
  sides: "known" | "unknown";
  /** Whether the file says how large a voxel is; else nothing may be given in millimetres. */
  sizes: "known" | "unknown";
  /** In which plane the millimetres hold, with a sentence to show beside lengths; absent: in the patient. */
  scale?: { plane: Exclude<PixelScale["plane"], "patient">; note: string };
  /** What is odd about the stack of slices; absent where nothing is. */
  faults?: StackFaults;
  /** Where a projection's rows and columns run to, as the file says: for example "L" and "F". */
  edges?: [string, string];
  window?: { centre: number; width: number };
  /** The file's window function or table, where it is no plain linear window. */
  voi?: Voi;
  /** MONOCHROME1: a value and the value it is shown as add up to this. */
  inverted?: number;
  /** Names of the labels of a segmentation. */
  labels?: Omit<SegmentLabel, "segment">[];
  /** Headers in the volume's order, for objects that must refer to their source. */
  source?: DicomFile[];
  /** What the header says of patient and view, for choosing an expert. */
  header?: NonNullable<Series["header"]>;
  /** Which of the volumes of a four-dimensional file this is, counted from 1. */
  volumes?: NonNullable<Series["volumes"]>;
  /** Levels and tiles of a whole slide, of which the volume is an overview. */
  slide?: NonNullable<Series["slide"]>;
  /** What DICOM calls the series and its images, for objects that belong to it. */
  dicom?: NonNullable<Series["dicom"]>;
};
/** `derived`: segmentations, structure sets and reports, which belong on a series. */
export type Opened = {
  series: OpenedSeries[];
  derived: DerivedFile[];
  rejected: { file: string; reason: string }[];
};

/** Node reads no more at once, and a volume of it would not fit either. */
const mostBytes = 2 ** 31 - 1;

/** Before a byte is read. @throws unsupported */
export function refuseLarge(name: string, bytes: number): void {
  if (bytes > mostBytes)
    throw new AppError(
      "unsupported",
      `"${name}" has ${(bytes / 1e9).toFixed(1)} GB; files of up to ${(mostBytes / 1e9).toFixed(1)} GB are read.`,
      { name, bytes },
    );
}

/**
 * Opens what can be opened; a file that cannot is named with its reason and the others go on. A DICOM
 * segmentation alone is a volume of its own, unless `belongs` says that its series is elsewhere. Of files
 * with a fourth dimension the `volume`th is read, counted from 1.
 */
export async function openImages(
  files: readonly ImageFile[],
  onProgress?: (done: number, total: number) => void,
  { belongs = false, volume = 1 }: { belongs?: boolean; volume?: number } = {},
): Promise<Opened> {
  const opened: Opened = { series: [], derived: [], rejected: [] };
  const dicom: DicomFile[] = [];
  // Node's Buffer is a Uint8Array whose slice() is no copy; the readers need the plain kind.
  const plain = files.map(({ name, bytes }) => ({
    name,
    bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  }));
  const byName = new Map(plain.map((file) => [file.name, file.bytes]));
  const claimed = new Set<string>();
  for (const { name, bytes } of plain)
    for (const data of quietly(() => dataFiles(bytes, name)) ?? [])
      claimed.add(besideName(name, data));
  for (const { name, bytes } of plain) {
    // The data of a detached header open with it; alone they are no image.
    if (claimed.has(name)) continue;
    try {
      const index = dicomDirFiles(bytes, name);
      if (index !== null) {
        const missing = index.filter((one) => !hasFile(byName, besideName(name, one)));
        if (missing.length > 0)
          opened.rejected.push({
            file: name,
            reason: `"${name}" is a DICOMDIR naming ${index.length} files; ${missing.length} of them were not given (first: ${missing[0]}).`,
          });
        continue;
      }
      const single = openSingle(bytes, name, (data) => byName.get(besideName(name, data)), volume);
      if (single) opened.series.push(single);
      else {
        const dataSet = readDataSet(bytes, name);
        const kind = derivedKind(dataSet);
        if (kind) opened.derived.push({ name, kind, dataSet });
        else dicom.push(readDicomFrom(dataSet, name));
      }
    } catch (thrown) {
      opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
  for (const group of slideGroups(dicom.filter(isWholeSlide))) {
    try {
      opened.series.push(await openDicomSlideSeries(group));
    } catch (thrown) {
      for (const { name } of group) opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
  const groups = groupSeries(dicom.filter((file) => !isWholeSlide(file)));
  for (const group of groups) {
    try {
      const one = await openDicomSeries(group, opened.rejected, onProgress);
      const split = splitReason(group, groups);
      opened.series.push(split ? { ...one, warnings: [split, ...one.warnings] } : one);
    } catch (thrown) {
      for (const { name } of group) opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
  if (opened.series.length === 0 && !belongs) await openAlone(opened);
  return opened;
}

/** Segmentations without their images, as label volumes. */
async function openAlone(opened: Opened): Promise<void> {
  const alone = opened.derived.filter(({ kind }) => kind === "SEG");
  opened.derived = opened.derived.filter(({ kind }) => kind !== "SEG");
  for (const { dataSet, name } of alone) {
    try {
      opened.series.push(await openDicomSeries([readDicomFrom(dataSet, name)], []));
    } catch (thrown) {
      opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
}

/** The names of the files that an image's header keeps its voxels in; none where they are in the file itself. */
export function dataFiles(bytes: Uint8Array, name: string): string[] {
  if (isNrrd(bytes)) return [nrrdDataFile(bytes, name) ?? []].flat();
  if (isMetaImage(bytes)) return [metaImageDataFile(bytes, name) ?? []].flat();
  return [];
}

/** A broken header is told when its file is opened, not while the others look for their data. */
function quietly<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

/** `data` in the folder of `header`; names on other systems' paths keep their last part. */
function besideName(header: string, data: string): string {
  const folder = header.slice(0, header.lastIndexOf("/") + 1);
  return folder + data.replaceAll("\\", "/").replace(/^\.\//, "");
}

/** Media are named in capitals; copies of them often are not. */
function hasFile(files: ReadonlyMap<string, unknown>, name: string): boolean {
  return files.has(name) || files.has(name.toLowerCase());
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function openDicomSeries(
  group: DicomFile[],
  rejected: Opened["rejected"],
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedSeries> {
  const first = group[0] as DicomFile;
  const { transferSyntax } = first;
  if (isSegmentation(first)) {
    const warnings: string[] = [];
    const volume = await readSegmentation(first, warnings);
    return {
      volume,
      sides: isFlat(first) ? "unknown" : "known",
      sizes: first.pixelSpacing === null ? "unknown" : "known",
      format: "DICOM",
      files: [first.name],
      warnings,
      transferSyntax,
      labels: segmentLabels(first.dataSet),
      source: [first],
    };
  }
  const { volume, warnings, files, leftOut, inverted, faults } = await dicomVolume(
    group,
    onProgress,
  );
  for (const { file, reason } of leftOut) rejected.push({ file, reason });
  const named = new Map(group.map((file) => [file.name, file]));
  return {
    volume,
    format: "DICOM",
    files,
    warnings,
    transferSyntax,
    sides: first.orientation === null ? "unknown" : "known",
    sizes: first.pixelSpacing === null ? "unknown" : "known",
    ...(first.orientation === null && first.patientOrientation
      ? { edges: first.patientOrientation }
      : {}),
    source: files.flatMap((name) => named.get(name) ?? []),
    ...(first.scale.plane === "patient" || first.pixelSpacing === null
      ? {}
      : { scale: { plane: first.scale.plane, note: first.scale.note ?? "" } }),
    ...(faults ? { faults } : {}),
    dicom: {
      study: first.study,
      series: first.series,
      frameOfReference: first.dataSet.string("x00200052")?.trim() ?? "",
      instances: files.flatMap((name) => instanceOf(named.get(name))),
    },
    header: headerFacts(first.dataSet),
    ...(first.voi ? { voi: first.voi } : {}),
    // A window in Bq/ml says nothing about SUV.
    ...(first.window && volume.units !== suvUnits ? { window: first.window } : {}),
    ...(inverted === undefined ? {} : { inverted }),
  };
}

async function openDicomSlideSeries(group: readonly DicomFile[]): Promise<OpenedSeries> {
  const [first] = group as [DicomFile];
  const { volume, slide, warnings, hasSizes } = await openDicomSlide(group);
  return {
    ...{ volume, slide, warnings, format: "DICOM", sides: "unknown" },
    files: group.map(({ name }) => name),
    transferSyntax: first.transferSyntax,
    sizes: hasSizes ? "known" : "unknown",
    source: [...group],
    dicom: {
      study: first.study,
      series: first.series,
      frameOfReference: first.dataSet.string("x00200052")?.trim() ?? "",
      instances: group.flatMap(instanceOf),
    },
  };
}

function slideOf(bytes: Uint8Array, name: string): Pick<OpenedSeries, "slide"> {
  const slide = openSlide(inMemory(bytes), name);
  if (slide === null) return {};
  const { levels, micronsPerPixel } = slide;
  return { slide: { levels, micronsPerPixel } };
}

/** The instance's UID; files whose data set lost it still have it in their meta group. */
function instanceOf(file: DicomFile | undefined): string[] {
  const uid = file?.dataSet.string("x00080018") ?? file?.dataSet.string("x00020003");
  return uid ? [uid.trim()] : [];
}

function openSingle(
  bytes: Uint8Array,
  name: string,
  beside: Beside,
  volume: number,
): OpenedSeries | null {
  const single = (format: OpenedSeries["format"], volume: Volume): OpenedSeries => ({
    volume,
    format,
    files: [name],
    warnings: [],
    sides: "unknown",
    sizes: "unknown",
  });
  if (bytes.length === 0) throw new AppError("badFile", `"${name}" is empty.`);
  const hasVolumes =
    (bytes[0] === 0x1f && bytes[1] === 0x8b) ||
    [isNifti, isNrrd, isMetaImage].some((is) => is(bytes));
  if (volume !== 1 && !hasVolumes)
    throw new AppError(
      "unsupported",
      `"${name}": volumes are chosen of NIfTI, NRRD and MetaImage files only.`,
    );
  if (isPng(bytes)) return single("PNG", readPng(bytes, name));
  if (isJpeg(bytes)) return single("JPEG", readJpeg(bytes, name));
  if ((bytes[0] === 0x1f && bytes[1] === 0x8b) || isNifti(bytes))
    return { format: "NIfTI", files: [name], ...openNifti(bytes, name, volume) };
  if (isNrrd(bytes))
    return { format: "NRRD", files: [name], ...openNrrd(bytes, name, beside, volume) };
  if (isMetaImage(bytes))
    return {
      format: "MetaImage",
      files: [name],
      sides: "known",
      ...openMetaImage(bytes, name, beside, volume),
    };
  // Before TIFF: a DICOM file's preamble may hold a TIFF header for other programs.
  if (isDicom(bytes)) return null;
  if (isTiff(bytes))
    return {
      format: "TIFF",
      files: [name],
      sides: "unknown",
      sizes: "unknown",
      ...readTiff(bytes, name),
      ...slideOf(bytes, name),
    };
  throw new AppError(
    "badFile",
    `"${name}" is no image that can be opened (DICOM, NIfTI, NRRD, MetaImage, TIFF, PNG and JPEG can).`,
  );
}
