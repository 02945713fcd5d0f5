/** A stored series in the page's memory, with a label map on the same grid; slices arrive one after the other. */
import type { Types } from "@cornerstonejs/core";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { voxelArrays } from "../../../../electron/api/volume.ts";
import { assetBytes, assetPart } from "../../../call.ts";
import { startArrival, type Arrival } from "./arrival.ts";

export type ShownSeries = {
  series: Series;
  isVolume: boolean;
  /** One image per slice, in the stored order; the same order and grid as the mask. */
  imageIds: string[];
  volumeId: string;
  labelIds: string[];
  labelVolumeId: string;
  segmentationId: string;
  /** The stored values, x fastest, or the luma of a coloured image; zeros where a slice has not arrived. */
  values: Types.PixelDataTypedArray;
  /** Red, green and blue side by side, for coloured images. */
  rgb?: Uint8Array;
  /** The label map, one byte per voxel; every label image is a window on it. */
  labels: Uint8Array<ArrayBuffer>;
  arrival: Arrival;
};

/** Whether lengths may be given in millimetres; studies of earlier builds do not say, and pictures never do. */
export function hasSizes({ sizes, format }: Pick<Series, "sizes" | "format">): boolean {
  return sizes === undefined ? !["PNG", "JPEG", "TIFF"].includes(format) : sizes === "known";
}

/** Hounsfield units where the header or the unit says so. */
export function isCt({ modality, units }: Pick<Series, "modality" | "units">): boolean {
  return modality === "CT" || units === "HU";
}

export const isColoured = ({ channels }: Pick<Series, "channels">): boolean => channels >= 3;

const shown = new Map<string, ShownSeries>();

/** Types that textures take; wider ones become floats. */
const asStored = new Set<Series["dtype"]>(["uint8", "uint16", "int16", "float32"]);
/** Bytes fetched at once, and what a series must have to be shown before it is whole. */
const partBytes = 8 * 2 ** 20;
const longBytes = 16 * 2 ** 20;
/** The other slices wait so long for the first to be drawn. */
const drawnWithinMs = 1500;

/** `given`: the stored voxels, where they came with the series. */
function begin(series: Series, given?: ArrayBuffer): ShownSeries {
  const [columns, rows, slices] = series.shape;
  const plane = columns * rows;
  const ids = (scheme: string): string[] =>
    Array.from({ length: slices }, (_, slice) => `${scheme}:${series.id}:${slice}`);
  const values: Types.PixelDataTypedArray = isColoured(series)
    ? new Uint8Array(plane * slices)
    : series.dtype === "int8"
      ? new Int16Array(plane * slices)
      : asStored.has(series.dtype)
        ? (new voxelArrays[series.dtype](plane * slices) as Types.PixelDataTypedArray)
        : new Float32Array(plane * slices);
  const rgb = isColoured(series) ? new Uint8Array(plane * slices * 3) : undefined;
  const bytesPerSlice = plane * values.BYTES_PER_ELEMENT;
  const isLong = !given && !rgb && asStored.has(series.dtype) && bytesPerSlice * slices > longBytes;
  const bring = async (from: number, to: number): Promise<void> => {
    if (isLong) {
      const bytes = await assetPart(series.pixels, from * bytesPerSlice, to * bytesPerSlice);
      new Uint8Array(values.buffer).set(new Uint8Array(bytes), from * bytesPerSlice);
      return;
    }
    const data = new voxelArrays[series.dtype](given ?? (await assetBytes(series.pixels)));
    if (rgb) spread(data, rgb, values);
    else values.set(data);
  };
  return {
    series,
    isVolume: slices > 1,
    imageIds: ids("series"),
    volumeId: `volume:${series.id}`,
    labelIds: ids("labels"),
    labelVolumeId: `label-volume:${series.id}`,
    segmentationId: `segmentation:${series.id}`,
    values,
    ...(rgb ? { rgb } : {}),
    labels: new Uint8Array(plane * slices),
    arrival: startArrival({
      slices,
      first: isLong ? Math.floor(slices / 2) : 0,
      patienceMs: isLong ? drawnWithinMs : 0,
      atOnce: isLong ? Math.max(1, Math.floor(partBytes / bytesPerSlice)) : slices,
      bring,
    }),
  };
}

/** Channels after each other to channels side by side, and to their luma (ITU-R BT.601). */
function spread(data: ArrayLike<number>, rgb: Uint8Array, luma: Types.PixelDataTypedArray): void {
  const size = luma.length;
  for (let at = 0; at < size; at += 1) {
    const [red, green, blue] = [data[at] ?? 0, data[size + at] ?? 0, data[2 * size + at] ?? 0];
    rgb[at * 3] = red;
    rgb[at * 3 + 1] = green;
    rgb[at * 3 + 2] = blue;
    luma[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
}

/** Begins to bring the series here, or goes on: the picture in view does not wait for the others. */
export function showSeries(series: Series): ShownSeries {
  const before = shown.get(series.id);
  if (before) return before;
  const one = begin(series);
  shown.set(series.id, one);
  // A series that broke off is asked for again when it is opened again.
  one.arrival.whole.catch(() => shown.delete(series.id));
  return one;
}

/** A series whose voxels are here already; nothing is fetched for it. */
export function giveSeries(series: Series, voxels: ArrayBuffer): void {
  shown.set(series.id, begin(series, voxels));
}

/** Lets go of a series that is not looked at again. */
export function dropSeries(seriesId: string): void {
  shown.delete(seriesId);
}

/** A series that is in memory already. */
export function loadedSeries(seriesId: string): ShownSeries | undefined {
  return shown.get(seriesId);
}
