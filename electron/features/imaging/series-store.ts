/** Opened series to stored ones (voxels as an asset) and back to volumes for experts. */
import { AppError } from "../../api/errors.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import {
  voxelArrays,
  voxelCount,
  type VoxelKind,
  type Volume,
  type Voxels,
} from "../../api/volume.ts";
import type { AssetStore } from "../review/assets.ts";
import { shownVolume, suvUnits } from "./dicom-volume.ts";
import { orientationCode } from "./geometry.ts";
import type { OpenedSeries } from "./open.ts";

function kindOf(data: Voxels): VoxelKind {
  for (const [name, kind] of Object.entries(voxelArrays))
    if (data instanceof kind) return name as VoxelKind;
  throw new AppError("internal", "The voxels are of no known type.");
}

/** Whole-numbered floats (rescaled CT) are kept as 16-bit integers: half the bytes, the same values. */
function compact(data: Voxels): Voxels {
  if (
    !(data instanceof Float32Array) ||
    !data.every((value) => Number.isInteger(value) && value >= -32768 && value <= 32767)
  )
    return data;
  return Int16Array.from(data);
}

function rangeOf(data: Voxels): { low: number; high: number } {
  // Whole numbers from the start, where the values are: the engine then compares them as such.
  let low = data[0] ?? Number.POSITIVE_INFINITY;
  let high = data[0] ?? Number.NEGATIVE_INFINITY;
  // By index: an iterator over a hundred million voxels takes seconds.
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** The window an image opens with: the file's own, soft tissue for CT, else all of its values. */
function windowOf(
  opened: OpenedSeries,
  range: { low: number; high: number },
): { centre: number; width: number } {
  if (opened.window)
    return opened.inverted === undefined
      ? opened.window
      : { ...opened.window, centre: opened.inverted - opened.window.centre };
  if (opened.voi?.table && opened.inverted === undefined) {
    // Where a viewer has windows only: the values that the file's own table spreads over the greys.
    const { first, values } = opened.voi.table;
    return { centre: first + values.length / 2, width: Math.max(1, values.length) };
  }
  if (opened.volume.units === suvUnits) return { centre: 5, width: 10 };
  if (opened.volume.modality === "CT" || range.low <= -900) return { centre: 40, width: 400 };
  return { centre: (range.low + range.high) / 2, width: Math.max(1, range.high - range.low) };
}

export async function storeSeries(
  opened: OpenedSeries,
  assets: Pick<AssetStore, "put">,
  sourceOf: (file: string) => string,
): Promise<Omit<Series, "id">> {
  const volume = shownVolume(opened);
  const data = compact(volume.data);
  const name =
    opened.files.length === 1
      ? (opened.files[0] ?? "image")
      : `${volume.modality}, ${volume.shape[2]} slices`;
  const { volumes } = opened;
  const which = volumes && volumes.index > 1 ? `, volume ${volumes.index} of ${volumes.count}` : "";
  const info = await assets.put(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), {
    name: `${name}.raw`,
    type: "application/octet-stream",
  });
  const range = rangeOf(data);
  return {
    name: name + which,
    format: opened.format,
    modality: volume.modality,
    ...(opened.header ? { header: opened.header } : {}),
    shape: volume.shape,
    channels: volume.channels,
    spacing: volume.spacing,
    affine: volume.affine,
    orientation: orientationCode(volume.affine),
    sides: opened.sides,
    sizes: opened.sizes,
    ...(opened.scale ? { scale: opened.scale } : {}),
    ...(opened.faults ? { faults: opened.faults } : {}),
    ...(opened.dicom ? { dicom: opened.dicom } : {}),
    ...(opened.edges ? { edges: opened.edges } : {}),
    dtype: kindOf(data),
    pixels: info.id,
    units: volume.units,
    ...(volume.storedMost === undefined ? {} : { storedMost: volume.storedMost }),
    range,
    window: windowOf(opened, range),
    ...(opened.voi && opened.inverted === undefined ? { voi: opened.voi } : {}),
    ...(opened.slide ? { slide: opened.slide } : {}),
    ...(volumes ? { volumes } : {}),
    warnings: opened.warnings,
    files: opened.files,
    sources: opened.files.map(sourceOf),
  };
}

export async function loadVolume(series: Series, assets: AssetStore): Promise<Volume> {
  const bytes = await assets.get(series.pixels);
  const buffer = bytes.buffer.slice(
    bytes.byteOffset,
    bytes.byteOffset + bytes.byteLength,
  ) as ArrayBuffer;
  const data = new voxelArrays[series.dtype](buffer);
  if (data.length !== voxelCount(series.shape) * series.channels)
    throw new AppError("tampered", `The stored voxels of "${series.name}" do not fit its shape.`);
  return {
    shape: series.shape,
    channels: series.channels,
    spacing: series.spacing,
    affine: series.affine,
    data,
    modality: series.modality,
    units: series.units,
    ...(series.storedMost === undefined ? {} : { storedMost: series.storedMost }),
  };
}
