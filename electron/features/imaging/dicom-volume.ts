/** DICOM files of one series to a volume: sorted by position along the slice normal, never by file name. */
import { AppError } from "../../api/errors.ts";
import type { Volume, Voxels } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { readFrame } from "./dicom-frames.ts";
import type { Decoded } from "./frame-values.ts";
import { colourOf, modalityTable } from "./dicom-colour.ts";
import { seriesAffine, type StackFaults } from "./dicom-geometry.ts";
import { cross, dot, spacingOf } from "./geometry.ts";
import { suvFactor } from "./pet-suv.ts";

/** `inverted`: the file shows its low values white (MONOCHROME1); the sum of a value and its shown counterpart. */
export type DicomVolume = {
  volume: Volume;
  warnings: string[];
  files: string[];
  /** Slices whose pixels could not be read, with the reason; the volume is without them. */
  leftOut: LeftOut[];
  inverted?: number;
  /** What is odd about the stack of slices; absent where nothing is. */
  faults?: StackFaults;
};

/** Body-weight SUV; a table of units would say {SUVbw}g/ml. */
export const suvUnits = "SUVbw";

/** Held as stored and once more as shown: more does not fit beside a browser on a clinician's machine. */
const mostValues = 2 ** 30;

const radiography = new Set(["CR", "DX", "DR", "RG"]);

/** The product's name of a DICOM modality: plain films are CXR to the experts. */
export function modalityOf(file: Pick<DicomFile, "modality">): string {
  return radiography.has(file.modality) ? "CXR" : file.modality || "unknown";
}

type Plane = { values: Voxels; file: DicomFile };
type LeftOut = { file: string; reason: string; stopped: boolean };

/** Where a slice comes from: a file, and the frame in it. */
type Slice = { file: DicomFile; frame: number; along: number };

/** Files grouped by series; files without a series UID are grouped by what must agree in a volume. */
export function groupSeries(files: readonly DicomFile[]): DicomFile[][] {
  const groups = new Map<string, DicomFile[]>();
  for (const file of files) {
    const shape = `${file.frame.rows}×${file.frame.columns}×${file.frame.samples}`;
    const way =
      file.orientation
        ?.flat()
        .map((value) => value.toFixed(3))
        .join(",") ?? "";
    const spacing = file.pixelSpacing?.map((value) => value.toFixed(4)).join(",") ?? "";
    const key = [
      file.series,
      file.modality,
      shape,
      way,
      spacing,
      file.frames > 1 || file.position === null ? file.name : "",
    ].join("|");
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].flatMap(splitRepeated);
}

/** Several acquisitions at the same positions (phases, echoes) become one volume each, in instance order. */
function splitRepeated(group: DicomFile[]): DicomFile[][] {
  const seen = new Map<string, number>();
  const volumes: DicomFile[][] = [];
  for (const file of group.toSorted((a, b) => a.instance - b.instance)) {
    const place = file.position?.map((value) => value.toFixed(2)).join(",") ?? file.name;
    const round = seen.get(place) ?? 0;
    seen.set(place, round + 1);
    (volumes[round] ??= []).push(file);
  }
  return volumes;
}

/** Why the images of one series stand in several volumes; null where they stand in one. */
export function splitReason(
  group: readonly DicomFile[],
  all: readonly DicomFile[][],
): string | null {
  const series = group[0]?.series ?? "";
  const parts = all.filter((other) => series !== "" && other[0]?.series === series);
  if (parts.length < 2) return null;
  const differ = (of: (file: DicomFile) => unknown): boolean =>
    new Set(parts.map((part) => JSON.stringify(of(part[0] as DicomFile)))).size > 1;
  const why = [
    differ(({ frame }) => [frame.rows, frame.columns]) && "size",
    differ(({ orientation }) => orientation?.flat().map((value) => value.toFixed(3))) &&
      "direction",
    differ(({ pixelSpacing }) => pixelSpacing?.map((value) => value.toFixed(4))) && "pixel spacing",
  ].filter((one) => one !== false);
  return why.length === 0
    ? null
    : `The series holds images of more than one ${why.join(" and ")}; they are shown as ${parts.length} volumes.`;
}

/** All slices of a series as one volume in modality units. @throws badFile when nothing can be decoded */
export async function dicomVolume(
  files: readonly DicomFile[],
  onSlice?: (done: number, total: number) => void,
): Promise<DicomVolume> {
  const [first] = files;
  if (first === undefined) throw new AppError("badFile", "There is no DICOM image to read.");
  const warnings: string[] = [];
  const slices = slicesOf(files, warnings);
  const { rows, columns } = first.frame;
  const values = rows * columns * slices.length * (first.frame.samples >= 3 ? 3 : 1);
  // A single frame that is too large is told by its own bytes.
  if (slices.length > 1 && values > mostValues)
    throw new AppError(
      "unsupported",
      `"${first.name}": ${columns} × ${rows} × ${slices.length} pixels are too many to hold at once (at most ${mostValues}).`,
    );
  const table = modalityTable(first.dataSet);
  const planes: Plane[] = [];
  const read: Slice[] = [];
  const leftOut: LeftOut[] = [];
  let channels = 1;
  for await (const [slice, outcome] of decodedAhead(slices)) {
    if ("thrown" in outcome) leftOut.push(leaveOut(slice, outcome.thrown, slices.length, leftOut));
    else {
      const shown = colourOf(outcome.decoded, slice.file);
      channels = shown.channels;
      const values = table && channels === 1 ? table(shown.data) : shown.data;
      planes.push({ values, file: slice.file });
      read.push(slice);
    }
    onSlice?.(planes.length + leftOut.length, slices.length);
  }
  if (planes.length === 0) throw new AppError("badFile", leftOut[0]?.reason ?? "No slice opened.");
  if (leftOut.length > 0)
    warnings.push(
      `${leftOut.length} of ${slices.length} slices could not be read and are left out: ${leftOut.map(({ file }) => file).join(", ")}.`,
    );
  const { affine, faults } = seriesAffine(
    read.map(({ file, frame }) => ({
      file,
      position:
        file.places[frame]?.position ??
        (file.frames > 1 && file.places.length === 1 ? null : file.position),
    })),
    warnings,
  );
  const uptake = first.modality === "PT" && channels === 1 ? suvPlanes(planes, warnings) : null;
  const data = stack(uptake ?? planes, rows * columns, channels);
  const volume: Volume = {
    shape: [columns, rows, read.length],
    channels,
    spacing: spacingOf(affine),
    affine,
    data,
    modality: modalityOf(first),
    units: uptake ? suvUnits : first.units,
    ...(uptake ? {} : bitsOf(first, channels, table !== null)),
  };
  const top = first.frame.signed ? -1 : 2 ** first.frame.bitsStored - 1;
  const inverted =
    first.frame.photometric === "MONOCHROME1" && channels === 1
      ? { inverted: top * first.slope + 2 * first.intercept }
      : {};
  return {
    volume,
    warnings,
    files: [...new Set(read.map(({ file }) => file.name))],
    leftOut,
    ...inverted,
    ...(faults ? { faults } : {}),
  };
}

type Outcome = { decoded: Decoded } | { thrown: unknown };

/** Slices in order, some decoded ahead of the one in hand; between two the program answers others. */
async function* decodedAhead(slices: readonly Slice[]): AsyncGenerator<[Slice, Outcome]> {
  const ahead = 4;
  const begun = new Map<Slice, Promise<Outcome>>();
  const begin = (slice: Slice | undefined): void => {
    if (slice === undefined) return;
    begun.set(
      slice,
      readFrame(slice.file, slice.frame).then(
        (decoded) => ({ decoded }),
        (thrown: unknown) => ({ thrown }),
      ),
    );
  };
  let since = performance.now();
  slices.slice(0, ahead).forEach(begin);
  for (const [at, slice] of slices.entries()) {
    const outcome = await (begun.get(slice) as Promise<Outcome>);
    begun.delete(slice);
    begin(slices[at + ahead]);
    yield [slice, outcome];
    if (performance.now() - since > 50) {
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
  }
}

/** So many decoders may be stopped by the clock before a series is given up. */
const mostStopped = 3;

/** One damaged file costs its slice; a damaged frame inside a file costs the file. @throws badFile */
function leaveOut(
  { file }: Slice,
  thrown: unknown,
  slices: number,
  before: readonly LeftOut[],
): LeftOut {
  if (!(thrown instanceof AppError) || file.frames > 1 || slices === 1) throw thrown;
  const stopped = (thrown.data as { stopped?: boolean } | undefined)?.stopped === true;
  const times = before.filter((one) => one.stopped).length + Number(stopped);
  if (times >= mostStopped)
    throw new AppError(
      "badFile",
      `${thrown.message} It is the ${mostStopped}rd of the series: the series is not opened.`,
    );
  return { file: file.name, reason: thrown.message, stopped };
}

/**
 * PET planes in SUVbw, each by its own header; null, with the reason in `warnings`, where any of them
 * cannot be told.
 */
function suvPlanes(planes: readonly Plane[], warnings: string[]): Plane[] | null {
  const out: Plane[] = [];
  for (const { values, file } of planes) {
    const suv = suvFactor(file.dataSet);
    if ("missing" in suv) {
      warnings.push(`No SUV can be given for "${file.name}": ${suv.missing}.`);
      return null;
    }
    const { slope, intercept } = file;
    const data = Float32Array.from(values, (value) => (value * slope + intercept) * suv.factor);
    out.push({ values: data, file: { ...file, slope: 1, intercept: 0 } });
  }
  return out;
}

/** TorchXRayVision's white is 2^BitsStored − 1, which only untouched unsigned values reach. */
function bitsOf(
  { frame, slope, intercept }: DicomFile,
  channels: number,
  isTabled: boolean,
): Pick<Volume, "storedMost"> {
  const isUntouched = !frame.signed && slope === 1 && intercept === 0 && !isTabled;
  return isUntouched && channels === 1 ? { storedMost: 2 ** frame.bitsStored - 1 } : {};
}

/** Slices in geometric order; of several frames at one place, the first. */
function slicesOf(files: readonly DicomFile[], warnings: string[]): Slice[] {
  const first = files[0] as DicomFile;
  const normal = first.orientation ? cross(...first.orientation) : null;
  if (files.length > 1) {
    const along = (file: DicomFile): number =>
      normal && file.position ? dot(file.position, normal) : file.instance;
    return files
      .map((file) => ({ file, frame: 0, along: along(file) }))
      .toSorted((a, b) => a.along - b.along);
  }
  const frames = Array.from({ length: first.frames }, (_, frame): Slice => {
    const position = first.places[frame]?.position;
    return { file: first, frame, along: normal && position ? dot(position, normal) : frame };
  });
  if (
    first.places.length < 2 ||
    normal === null ||
    first.places.some(({ position }) => position === null)
  )
    return frames;
  const byPlace = new Map<string, Slice>();
  for (const slice of frames) {
    const key = slice.along.toFixed(3);
    if (!byPlace.has(key)) byPlace.set(key, slice);
  }
  if (byPlace.size < frames.length)
    warnings.push(
      `The ${frames.length} frames lie at ${byPlace.size} places; the first at each is shown.`,
    );
  return [...byPlace.values()].toSorted((a, b) => a.along - b.along);
}

/** Rescaled planes one after the other; whole numbers that fit 16 bits (CT) stay in 16 bits. */
function stack(planes: readonly Plane[], plane: number, channels: number): Voxels {
  const size = plane * planes.length * channels;
  const data = targetFor(planes, size, channels);
  planes.forEach(({ values, file: { slope, intercept } }, k) => {
    for (let c = 0; c < channels; c += 1) {
      const from = values.subarray(c * plane, (c + 1) * plane);
      const to = data.subarray(
        (c * planes.length + k) * plane,
        (c * planes.length + k + 1) * plane,
      );
      if (channels === 1 && (slope !== 1 || intercept !== 0)) rescale(from, to, slope, intercept);
      else to.set(from);
    }
  });
  return data;
}

/** A function of its own: the engine makes it quick for the types that one series has. */
function rescale(from: Voxels, to: Voxels, slope: number, intercept: number): void {
  for (let at = 0; at < from.length; at += 1) to[at] = (from[at] as number) * slope + intercept;
}

function targetFor(planes: readonly Plane[], size: number, channels: number): Voxels {
  const scaled =
    channels === 1 && planes.some(({ file }) => file.slope !== 1 || file.intercept !== 0);
  const [Kind, ...others] = new Set(
    planes.map(({ values }) => values.constructor as new (size: number) => Voxels),
  );
  if (!scaled && Kind !== undefined && others.length === 0) return new Kind(size);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values, file } of planes) {
    if (
      !Number.isInteger(file.slope) ||
      !Number.isInteger(file.intercept) ||
      values instanceof Float32Array ||
      values instanceof Float64Array
    ) {
      return values instanceof Float64Array ||
        values instanceof Uint32Array ||
        values instanceof Int32Array
        ? new Float64Array(size)
        : new Float32Array(size);
    }
    // By index: an iterator over a hundred million voxels takes seconds.
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const ends = planes.flatMap(({ file }) => [
    low * file.slope + file.intercept,
    high * file.slope + file.intercept,
  ]);
  return Math.min(...ends) >= -32768 && Math.max(...ends) <= 32767
    ? new Int16Array(size)
    : new Float32Array(size);
}

/** The volume as people and experts see it: bone bright also where the file stores it dark. */
export function shownVolume({
  volume,
  inverted,
}: Pick<DicomVolume, "volume" | "inverted">): Volume {
  if (inverted === undefined) return volume;
  const data = volume.data.slice();
  for (let at = 0; at < data.length; at += 1) data[at] = inverted - (data[at] as number);
  return { ...volume, data };
}
