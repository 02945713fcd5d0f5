/** A stored series as Cornerstone's local image or volume, with a label map on the same grid. */
import { cache, Enums, imageLoader, volumeLoader, type Types } from "@cornerstonejs/core";
import type { Series } from "../../../electron/api/schemas/imaging.ts";
import { assetBytes } from "../../call.ts";

export type ShownSeries = {
  series: Series;
  isVolume: boolean;
  displayId: string;
  labelId: string;
  segmentationId: string;
};

/** Whether lengths may be given in millimetres; studies of earlier builds do not say, and pictures never do. */
export function hasSizes({ sizes, format }: Pick<Series, "sizes" | "format">): boolean {
  return sizes === undefined ? !["PNG", "JPEG", "TIFF"].includes(format) : sizes === "known";
}

const shown = new Map<string, Promise<ShownSeries>>();
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
  return data instanceof Int32Array || data instanceof Uint32Array || data instanceof Float64Array
    ? Float32Array.from(data)
    : data;
}

/** Origin and unit directions in LPS+ millimetres, as Cornerstone and DICOM have them. */
function placeOf(series: Series): { origin: Types.Point3; direction: Types.Mat3 } {
  const at = (row: number, column: number): number =>
    (series.affine[row * 4 + column] ?? 0) * (row < 2 ? -1 : 1);
  const unit = (column: number): number[] => {
    const length = Math.hypot(at(0, column), at(1, column), at(2, column)) || 1;
    return [at(0, column) / length, at(1, column) / length, at(2, column) / length];
  };
  return {
    origin: [at(0, 3), at(1, 3), at(2, 3)],
    direction: [...unit(0), ...unit(1), ...unit(2)] as Types.Mat3,
  };
}

async function load(series: Series): Promise<ShownSeries> {
  const data = displayable(series, await assetBytes(series.pixels));
  const [columns, rows, slices] = series.shape;
  const { origin, direction } = placeOf(series);
  const isVolume = slices > 1;
  const displayId = isVolume ? `local-volume:${series.id}` : `local-image:${series.id}`;
  const labelId = `labels:${series.id}`;
  const frameOfReferenceUID = `frame-${series.id}`;
  if (isVolume) {
    const metadata = {
      BitsAllocated: 16,
      BitsStored: 16,
      SamplesPerPixel: 1,
      HighBit: 15,
      PhotometricInterpretation: "MONOCHROME2",
      PixelRepresentation: 1,
      Modality: series.modality,
      ImageOrientationPatient: Array.from(direction.slice(0, 6)),
      PixelSpacing: [series.spacing[1], series.spacing[0]],
      FrameOfReferenceUID: frameOfReferenceUID,
      Columns: columns,
      Rows: rows,
      voiLut: [{ windowCenter: series.window.centre, windowWidth: series.window.width }],
      VOILUTFunction: "LINEAR",
    };
    volumeLoader.createLocalVolume(displayId, {
      metadata,
      dimensions: series.shape,
      spacing: series.spacing,
      origin,
      direction,
      scalarData: data,
    });
    volumeLoader.createAndCacheDerivedLabelmapVolume(displayId, { volumeId: labelId });
  } else {
    const image = imageLoader.createAndCacheLocalImage(displayId, {
      scalarData: data,
      dimensions: [columns, rows],
      spacing: [series.spacing[0], series.spacing[1]],
      origin,
      direction,
      frameOfReferenceUID,
      targetBuffer: { type: data.constructor.name as Types.PixelDataTypedArrayString },
    });
    // Without a size a length is so many pixels; the viewer would write "mm" by itself.
    if (!hasSizes(series)) image.calibration = { type: Enums.CalibrationTypes.UNCALIBRATED };
    imageLoader.createAndCacheDerivedLabelmapImage(displayId, { imageId: labelId });
  }
  return { series, isVolume, displayId, labelId, segmentationId: `segmentation:${series.id}` };
}

/** Cornerstone asks loaders for slices that it holds already; nothing here ever comes from elsewhere. */
export function registerLocalLoaders(): void {
  for (const scheme of ["local-volume", "local-image", "labels"]) {
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
}

export function showSeries(series: Series): Promise<ShownSeries> {
  let one = shown.get(series.id);
  if (one === undefined) {
    one = load(series);
    shown.set(series.id, one);
    one.catch(() => shown.delete(series.id));
  }
  return one;
}

/** The label map as one byte per voxel, x fastest. */
export function readMask(one: ShownSeries): Uint8Array<ArrayBuffer> {
  const manager = one.isVolume
    ? cache.getVolume(one.labelId)?.voxelManager
    : cache.getImage(one.labelId)?.voxelManager;
  const data = one.isVolume ? manager?.getCompleteScalarDataArray?.() : manager?.getScalarData();
  return Uint8Array.from((data as ArrayLike<number> | undefined) ?? []);
}

export function writeMask(one: ShownSeries, mask: Uint8Array): void {
  if (one.isVolume) cache.getVolume(one.labelId)?.voxelManager?.setCompleteScalarDataArray?.(mask);
  else cache.getImage(one.labelId)?.voxelManager?.getScalarData().set(mask);
}
