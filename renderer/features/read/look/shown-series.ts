/** A stored series as Cornerstone's local images, with label images on the same grid; a volume of both when planes are cut. */
import { cache, Enums, imageLoader, metaData, volumeLoader, type Types } from "@cornerstonejs/core";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { assetBytes } from "../../../call.ts";
import { axisOf, originOf } from "./planes.ts";

export type ShownSeries = {
  series: Series;
  isVolume: boolean;
  /** One image per slice, in the stored order; the same order and grid as the mask. */
  imageIds: string[];
  volumeId: string;
  labelIds: string[];
  labelVolumeId: string;
  segmentationId: string;
  /** What is drawn, x fastest: the stored values, or the luma of a coloured image. */
  values: Types.PixelDataTypedArray;
  /** The label map, one byte per voxel; every label image is a window on it. */
  labels: Uint8Array<ArrayBuffer>;
};

/** Whether lengths may be given in millimetres; studies of earlier builds do not say, and pictures never do. */
export function hasSizes({ sizes, format }: Pick<Series, "sizes" | "format">): boolean {
  return sizes === undefined ? !["PNG", "JPEG", "TIFF"].includes(format) : sizes === "known";
}

/** Hounsfield units where the header or the unit says so. */
export function isCt({ modality, units }: Pick<Series, "modality" | "units">): boolean {
  return modality === "CT" || units === "HU";
}

const shown = new Map<string, Promise<ShownSeries>>();
const loaded = new Map<string, ShownSeries>();
const bySeries = new Map<string, Series>();
const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Types that textures take; wider ones become floats, colour becomes its luma. */
function displayable(series: Series, bytes: ArrayBuffer): Types.PixelDataTypedArray {
  const data = new arrays[series.dtype](bytes);
  const size = series.shape[0] * series.shape[1] * series.shape[2];
  if (series.channels >= 3)
    return Uint8Array.from(
      { length: size },
      (_, at) =>
        0.299 * (data[at] ?? 0) +
        0.587 * (data[size + at] ?? 0) +
        0.114 * (data[2 * size + at] ?? 0),
    );
  if (data instanceof Int8Array) return Int16Array.from(data);
  return data instanceof Int32Array || data instanceof Uint32Array || data instanceof Float64Array
    ? Float32Array.from(data)
    : data;
}

async function load(series: Series): Promise<ShownSeries> {
  const values = displayable(series, await assetBytes(series.pixels));
  const [columns, rows, slices] = series.shape;
  const plane = columns * rows;
  const labels = new Uint8Array(plane * slices);
  const origin = originOf(series);
  // The step from slice to slice in LPS+, in millimetres; the affine is RAS+.
  const step = [-(series.affine[2] ?? 0), -(series.affine[6] ?? 0), series.affine[10] ?? 0];
  const direction = [axisOf(series, 0), axisOf(series, 1), axisOf(series, 2)].flat();
  const imageIds: string[] = [];
  const labelIds: string[] = [];
  bySeries.set(series.id, series);
  for (let slice = 0; slice < slices; slice += 1) {
    const place = {
      dimensions: [columns, rows] as Types.Point2,
      spacing: [series.spacing[0], series.spacing[1]] as Types.Point2,
      origin: origin.map((value, axis) => value + slice * (step[axis] ?? 0)) as Types.Point3,
      direction: direction as unknown as Types.Mat3,
      frameOfReferenceUID: `frame-${series.id}`,
    };
    const imageId = `series:${series.id}:${slice}`;
    const part = values.subarray(slice * plane, (slice + 1) * plane) as Types.PixelDataTypedArray;
    const image = imageLoader.createAndCacheLocalImage(imageId, {
      ...place,
      scalarData: part,
      targetBuffer: { type: part.constructor.name as Types.PixelDataTypedArrayString },
    });
    // A window of no width would be drawn upside down: dark where the image is bright.
    image.windowCenter = series.window.centre;
    image.windowWidth = Math.max(2, series.window.width);
    // Without a size a length is so many pixels; the viewer would write "mm" by itself.
    if (!hasSizes(series)) image.calibration = { type: Enums.CalibrationTypes.UNCALIBRATED };
    const labelId = `labels:${series.id}:${slice}`;
    const label = imageLoader.createAndCacheLocalImage(labelId, {
      ...place,
      scalarData: labels.subarray(slice * plane, (slice + 1) * plane),
      targetBuffer: { type: "Uint8Array" },
      referencedImageId: imageId,
    });
    label.referencedImageId = imageId;
    imageIds.push(imageId);
    labelIds.push(labelId);
  }
  return {
    series,
    isVolume: slices > 1,
    imageIds,
    volumeId: `volume:${series.id}`,
    labelIds,
    labelVolumeId: `label-volume:${series.id}`,
    segmentationId: `segmentation:${series.id}`,
    values,
    labels,
  };
}

/** Makes the volumes over the slices' own buffers; nothing is copied but the textures. */
export function cutThrough({ volumeId, imageIds, labelVolumeId, labelIds }: ShownSeries): void {
  volumeLoader.createAndCacheVolumeFromImagesSync(volumeId, imageIds);
  volumeLoader.createAndCacheVolumeFromImagesSync(labelVolumeId, labelIds);
}

/** What Cornerstone would read in a DICOM header, and the images it holds already; nothing here comes from elsewhere. */
export function registerLocalImages(): void {
  metaData.addProvider((type: string, imageId: unknown) => {
    const series = bySeries.get(String(imageId).split(":")[1] ?? "");
    if (type === "generalSeriesModule")
      return {
        modality: series && isCt(series) ? "CT" : "OT",
        seriesInstanceUID: series?.id ?? "local",
      };
    if (type === "voiLutModule" && series && String(imageId).startsWith("series:"))
      return { windowCenter: series.window.centre, windowWidth: series.window.width };
    return undefined;
  }, 10000);
  for (const scheme of ["series", "labels"])
    imageLoader.registerImageLoader(scheme, (imageId) => {
      const image = cache.getImage(imageId);
      return {
        promise: image
          ? Promise.resolve(image)
          : Promise.reject(
              new Error(`The slice ${imageId} is no longer in memory. Open the series again.`),
            ),
      };
    });
}

export function showSeries(series: Series): Promise<ShownSeries> {
  let one = shown.get(series.id);
  if (one === undefined) {
    one = load(series);
    shown.set(series.id, one);
    one.then(
      (ready) => loaded.set(series.id, ready),
      () => shown.delete(series.id),
    );
  }
  return one;
}

/** A series that is in memory already. */
export function loadedSeries(seriesId: string): ShownSeries | undefined {
  return loaded.get(seriesId);
}
