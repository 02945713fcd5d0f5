/** Single slices as Cornerstone asks for them, made when they are asked for; nothing here comes from elsewhere. */
import {
  cache,
  Enums,
  imageLoader,
  metaData,
  utilities,
  volumeLoader,
  type Types,
} from "@cornerstonejs/core";
import { axisOf, originOf } from "./planes.ts";
import { hasSizes, isCt, loadedSeries, type ShownSeries } from "./shown-series.ts";

type Place = {
  scheme: string;
  slice: number;
  shown: ShownSeries;
  plane?: ReturnType<typeof planeModule>;
};

/** The viewer asks for every slice of a volume at every picture. */
const places = new Map<string, Place>();

/** Ids are `series:<series id>:<slice>` and `labels:<series id>:<slice>`. */
function placeOf(imageId: string): Place | undefined {
  const [scheme = "", seriesId = "", slice = ""] = imageId.split(":");
  const shown = scheme === "series" || scheme === "labels" ? loadedSeries(seriesId) : undefined;
  return shown && { scheme, slice: Number(slice), shown };
}

/** The same, remembered for as long as the series is the one in memory. */
function knownPlace(imageId: string): Place | undefined {
  const known = places.get(imageId);
  if (known && loadedSeries(known.shown.series.id) === known.shown) return known;
  const place = placeOf(imageId);
  if (place) places.set(imageId, place);
  else places.delete(imageId);
  return place;
}

function planeModule({ slice, shown: { series } }: Place) {
  const [columns, rows] = series.shape;
  const [columnSpacing, rowSpacing] = series.spacing;
  // The step from slice to slice in LPS+, in millimetres; the affine is RAS+.
  const step = [-(series.affine[2] ?? 0), -(series.affine[6] ?? 0), series.affine[10] ?? 0];
  return {
    frameOfReferenceUID: `frame-${series.id}`,
    rows,
    columns,
    imageOrientationPatient: [...axisOf(series, 0), ...axisOf(series, 1)],
    rowCosines: axisOf(series, 0),
    columnCosines: axisOf(series, 1),
    imagePositionPatient: originOf(series).map((at, axis) => at + slice * (step[axis] ?? 0)),
    pixelSpacing: [rowSpacing, columnSpacing],
    rowPixelSpacing: rowSpacing,
    columnPixelSpacing: columnSpacing,
  };
}

const isRgb = ({ scheme, shown }: Place): boolean => scheme === "series" && shown.rgb !== undefined;

function pixelsOf(place: Place): Types.PixelDataTypedArray {
  const { scheme, slice, shown } = place;
  const plane = shown.series.shape[0] * shown.series.shape[1] * (isRgb(place) ? 3 : 1);
  const all = scheme === "labels" ? shown.labels : (shown.rgb ?? shown.values);
  return all.subarray(slice * plane, (slice + 1) * plane) as Types.PixelDataTypedArray;
}

function pixelModule(place: Place) {
  const bits = pixelsOf(place).BYTES_PER_ELEMENT * 8;
  return {
    samplesPerPixel: isRgb(place) ? 3 : 1,
    photometricInterpretation: isRgb(place) ? "RGB" : "MONOCHROME2",
    rows: place.shown.series.shape[1],
    columns: place.shown.series.shape[0],
    bitsAllocated: bits,
    bitsStored: bits,
    highBit: bits - 1,
    pixelRepresentation: pixelsOf(place) instanceof Int16Array ? 1 : 0,
  };
}

/** The image as it is drawn: a window on the series' own buffer. @throws for a series that is not here */
export function imageOf(shown: ShownSeries, imageId: string): Types.IImage {
  const place = placeOf(imageId);
  if (place === undefined || place.shown !== shown)
    throw new Error(`The slice ${imageId} is no longer in memory. Open the series again.`);
  const { series } = shown;
  const [columns, rows] = series.shape;
  const [columnSpacing, rowSpacing] = series.spacing;
  const pixels = pixelsOf(place);
  const isLabel = place.scheme === "labels";
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    ...{ width: columns, height: rows, id: imageId, scalarData: pixels },
    numberOfComponents: isRgb(place) ? 3 : 1,
  }) as Types.IVoxelManager<number>;
  return {
    imageId,
    voxelManager,
    getPixelData: () => pixels,
    getCanvas: undefined as unknown as Types.IImage["getCanvas"],
    rgba: false,
    color: isRgb(place),
    numberOfComponents: isRgb(place) ? 3 : 1,
    dataType: pixels.constructor.name as Types.PixelDataTypedArrayString,
    ...{ rows, columns, width: columns, height: rows, slope: 1, intercept: 0, invert: false },
    ...{ columnPixelSpacing: columnSpacing, rowPixelSpacing: rowSpacing },
    minPixelValue: isLabel ? 0 : series.range.low,
    maxPixelValue: isLabel ? 255 : series.range.high,
    // A window of no width would be drawn upside down: dark where the image is bright.
    windowCenter: isLabel ? 128 : series.window.centre,
    windowWidth: isLabel ? 256 : Math.max(2, series.window.width),
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    FrameOfReferenceUID: `frame-${series.id}`,
    sizeInBytes: pixels.byteLength,
    ...(isLabel ? { referencedImageId: imageId.replace("labels:", "series:") } : {}),
    // Without a size a length is so many pixels; the viewer would write "mm" by itself.
    ...(isLabel || hasSizes(series)
      ? {}
      : { calibration: { type: Enums.CalibrationTypes.UNCALIBRATED } }),
  } as Types.IImage;
}

/** What Cornerstone would read in a DICOM header, and the images themselves. */
export function registerLocalImages(): void {
  metaData.addProvider((type: string, imageId: unknown) => {
    const place = typeof imageId === "string" ? knownPlace(imageId) : undefined;
    if (place === undefined) return undefined;
    const { series } = place.shown;
    switch (type) {
      case Enums.MetadataModules.IMAGE_PLANE:
        return (place.plane ??= planeModule(place));
      case Enums.MetadataModules.IMAGE_PIXEL:
        return pixelModule(place);
      case Enums.MetadataModules.GENERAL_SERIES:
        return { modality: isCt(series) ? "CT" : "OT", seriesInstanceUID: series.id };
      case "voiLutModule":
        return place.scheme === "series"
          ? { windowCenter: series.window.centre, windowWidth: series.window.width }
          : undefined;
      default:
        return undefined;
    }
  }, 10000);
  for (const scheme of ["series", "labels"])
    imageLoader.registerImageLoader(scheme, (imageId) => ({ promise: arrived(imageId) }));
}

async function arrived(imageId: string): Promise<Types.IImage> {
  const place = placeOf(imageId);
  if (place === undefined)
    throw new Error(`The slice ${imageId} is no longer in memory. Open the series again.`);
  if (place.scheme === "series") await place.shown.arrival.slice(place.slice);
  return imageOf(place.shown, imageId);
}

/** Makes the volumes over the slices' own buffers; nothing is copied but the textures. The series must be whole. */
export function cutThrough(shown: ShownSeries): void {
  const { volumeId, imageIds, labelVolumeId, labelIds } = shown;
  for (const imageId of [...imageIds, ...labelIds])
    if (!cache.getImage(imageId)) cache.putImageSync(imageId, imageOf(shown, imageId));
  volumeLoader.createAndCacheVolumeFromImagesSync(volumeId, imageIds);
  volumeLoader.createAndCacheVolumeFromImagesSync(labelVolumeId, labelIds);
}

/** Label maps are looked up among the images in memory. */
export function cacheLabels(shown: ShownSeries): void {
  if (shown.isVolume) return cutThrough(shown);
  for (const imageId of [...shown.imageIds, ...shown.labelIds])
    if (!cache.getImage(imageId)) cache.putImageSync(imageId, imageOf(shown, imageId));
}
