/** DICOM files of one series to a volume: sorted by position along the slice normal, never by file name. */
import { AppError } from "../../api/errors.ts";
import type { Volume, Voxels } from "../../api/volume.ts";
import { readFrame, type DicomFile } from "./dicom.ts";
import { affineFromColumns, cross, dot, flipLpsRas, length, spacingOf, subtract, type Vector } from "./geometry.ts";

export type DicomVolume = { volume: Volume; warnings: string[]; files: string[] };

const radiography = new Set(["CR", "DX", "DR", "RG"]);

/** The product's name of a DICOM modality: plain chest films are CXR to the experts. */
export function modalityOf(file: Pick<DicomFile, "modality">): string {
  return radiography.has(file.modality) ? "CXR" : file.modality || "unknown";
}

/** Files grouped by series; files without a series UID are grouped by what must agree in a volume. */
export function groupSeries(files: readonly DicomFile[]): DicomFile[][] {
  const groups = new Map<string, DicomFile[]>();
  for (const file of files) {
    const shape = `${file.frame.rows}×${file.frame.columns}×${file.frame.samples}`;
    const way = file.orientation?.flat().map((value) => value.toFixed(3)).join(",") ?? "";
    const key = [file.series, file.modality, shape, way, file.frames > 1 || file.position === null ? file.name : ""].join("|");
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()];
}

/** All slices of a series as one volume in modality units. @throws badFile when nothing can be decoded */
export async function dicomVolume(files: readonly DicomFile[], onSlice?: (done: number, total: number) => void): Promise<DicomVolume> {
  const [first] = files;
  if (first === undefined) throw new AppError("badFile", "There is no DICOM image to read.");
  const warnings: string[] = [];
  const normal = first.orientation ? cross(...first.orientation) : null;
  const along = (file: DicomFile): number => (normal && file.position ? dot(file.position, normal) : file.instance);
  const sorted = files.length > 1 ? files.toSorted((a, b) => along(a) - along(b)) : [...files];
  const depth = files.length > 1 ? sorted.length : first.frames;
  const { rows, columns, samples } = first.frame;
  const plane = rows * columns;
  const scaled = sorted.some((file) => file.slope !== 1 || file.intercept !== 0);
  let data: Voxels | undefined;
  for (let k = 0; k < depth; k += 1) {
    const file = files.length > 1 ? (sorted[k] as DicomFile) : first;
    const decoded = await readFrame(file, files.length > 1 ? 0 : k);
    const values = samples === 3 ? toRgb(decoded.data, decoded.planar, decoded.isRgb ? "RGB" : file.photometric, plane) : decoded.data;
    data ??= makeLike(values, plane * depth * samples, scaled);
    for (let c = 0; c < samples; c += 1) {
      const target = (c * depth + k) * plane;
      for (let at = 0; at < plane; at += 1) {
        const stored = values[c * plane + at] as number;
        data[target + at] = scaled && samples === 1 ? stored * file.slope + file.intercept : stored;
      }
    }
    onSlice?.(k + 1, depth);
  }
  const affine = affineOf(sorted, normal, depth, warnings);
  const units = modalityOf(first) === "CT" ? "HU" : "";
  const volume: Volume = { shape: [columns, rows, depth], channels: samples, spacing: spacingOf(affine), affine, data: data as Voxels, modality: modalityOf(first), units };
  return { volume: first.photometric === "MONOCHROME1" ? invert(volume) : volume, warnings, files: sorted.map(({ name }) => name) };
}

/** Scaled values that stay whole fit 16 bits (CT); others become floats. */
function makeLike(values: Voxels, size: number, scaled: boolean): Voxels {
  if (scaled) return new Float32Array(size);
  if (values instanceof Uint8Array) return new Uint8Array(size);
  if (values instanceof Int8Array) return new Int8Array(size);
  return values instanceof Uint16Array ? new Uint16Array(size) : new Int16Array(size);
}

/** Interleaved or planar colour to planar RGB (DICOM PS3.3 C.7.6.3.1.2 for YBR_FULL). */
function toRgb(data: Voxels, planar: boolean, photometric: string, plane: number): Uint8Array {
  const out = new Uint8Array(plane * 3);
  const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
  for (let at = 0; at < plane; at += 1) {
    const value = (c: number): number => (planar ? data[c * plane + at] : data[at * 3 + c]) as number;
    const [a, b, c] = [value(0), value(1), value(2)];
    const rgb = photometric.startsWith("YBR_FULL") ? [a + 1.402 * (c - 128), a - 0.344136 * (b - 128) - 0.714136 * (c - 128), a + 1.772 * (b - 128)] : [a, b, c];
    for (let channel = 0; channel < 3; channel += 1) out[channel * plane + at] = clamp(rgb[channel] as number);
  }
  return out;
}

/** MONOCHROME1 films are stored with white as 0; experts and viewers want bone bright. */
function invert(volume: Volume): Volume {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of volume.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const data = volume.data.slice();
  for (let at = 0; at < data.length; at += 1) data[at] = low + high - (data[at] as number);
  return { ...volume, data };
}

function affineOf(sorted: readonly DicomFile[], normal: Vector | null, depth: number, warnings: string[]): number[] {
  const first = sorted[0] as DicomFile;
  const [rowSpacing, columnSpacing] = first.pixelSpacing ?? [1, 1];
  if (first.pixelSpacing === null) warnings.push("The file gives no pixel spacing: sizes in millimetres are not known.");
  if (first.orientation === null || first.position === null || normal === null) {
    return flipLpsRas(affineFromColumns([columnSpacing, 0, 0], [0, rowSpacing, 0], [0, 0, first.sliceThickness ?? 1], [0, 0, 0]));
  }
  const [right, down] = first.orientation;
  let step: Vector = scale(normal, first.sliceThickness ?? 1);
  const positions = sorted.map((file) => file.position);
  if (sorted.length > 1 && positions.every((position) => position !== null)) {
    const gaps = positions.slice(1).map((position, at) => subtract(position as Vector, positions[at] as Vector));
    const sizes = gaps.map(length);
    const median = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)] as number;
    const uneven = sizes.filter((size) => Math.abs(size - median) > 0.01 * median + 0.01).length;
    if (sizes.some((size) => size < 1e-3)) warnings.push("Two slices lie at the same position; the series may hold several acquisitions.");
    else if (uneven > 0) warnings.push(`${uneven} of ${sizes.length} slice gaps differ from ${median.toFixed(2)} mm: slices may be missing.`);
    step = scale(subtract(positions.at(-1) as Vector, positions[0] as Vector), 1 / (depth - 1));
    const tilt = Math.acos(Math.min(1, Math.abs(dot(step, normal)) / (length(step) || 1)));
    if (tilt > 0.01) warnings.push(`The slices are sheared by ${((tilt * 180) / Math.PI).toFixed(1)}° (gantry tilt).`);
  }
  return flipLpsRas(affineFromColumns(scale(right, columnSpacing), scale(down, rowSpacing), step, first.position));
}

const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];
