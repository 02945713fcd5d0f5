/** VL Whole Slide Microscopy (PS3.3 A.32.8): one file a level, tiles as frames, an overview put together from a small level. */
import { AppError } from "../../api/errors.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import type { Volume } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { colourOf } from "./dicom-colour.ts";
import { readFrame } from "./dicom-frames.ts";
import type { SlideTile } from "./slide.ts";

const wholeSlide = "1.2.840.10008.5.1.4.1.1.77.1.6";
/** An overview larger than this would only cost memory; the slide itself is read by tiles. */
const overviewPixels = 16 * 1024 * 1024;

export const isWholeSlide = ({ sopClass }: Pick<DicomFile, "sopClass">): boolean =>
  sopClass.trim() === wholeSlide;

/** A label or a photograph of the glass shares the series and is no level of the tissue. */
export const isLevel = ({ dataSet }: DicomFile): boolean =>
  !/\\(LABEL|OVERVIEW)\\/.test(`\\${dataSet.string("x00080008") ?? ""}\\`);

type Grid = { width: number; height: number; across: number; down: number };

function gridOf(file: DicomFile): Grid {
  const width = file.dataSet.uint32("x00480006") ?? 0;
  const height = file.dataSet.uint32("x00480007") ?? 0;
  const { columns, rows } = file.frame;
  if (!(width > 0 && height > 0))
    throw new AppError("badFile", `"${file.name}" is a slide that does not say how large it is.`);
  return { width, height, across: Math.ceil(width / columns), down: Math.ceil(height / rows) };
}

/** Files of one slide, largest level first. */
export function slideGroups(files: readonly DicomFile[]): DicomFile[][] {
  const groups = new Map<string, DicomFile[]>();
  for (const file of files) {
    const pyramid = file.dataSet.string("x00080019")?.trim();
    const key = `${pyramid ?? ""}|${file.series || file.name}|${isLevel(file) ? "" : file.name}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const area = (file: DicomFile): number =>
    (file.dataSet.uint32("x00480006") ?? 0) * (file.dataSet.uint32("x00480007") ?? 0);
  return [...groups.values()].map((group) => group.toSorted((a, b) => area(b) - area(a)));
}

/** Columns and rows in millimetres of one pixel, from the shared pixel measures. */
const spacingOf = (file: DicomFile): [number, number] | null =>
  file.pixelSpacing && [file.pixelSpacing[1], file.pixelSpacing[0]];

/**
 * The overview and the levels of a slide; `files` are its levels as `slideGroups` gives them.
 * @throws badFile, unsupported
 */
export async function openDicomSlide(files: readonly DicomFile[]): Promise<{
  volume: Volume;
  slide: NonNullable<Series["slide"]>;
  warnings: string[];
  hasSizes: boolean;
}> {
  const levels = files.map((file) => ({ file, grid: gridOf(file) }));
  const first = levels[0];
  if (first === undefined) throw new AppError("badFile", "There is no slide to read.");
  const small =
    levels.find(({ grid }) => grid.width * grid.height <= overviewPixels) ??
    (levels.at(-1) as typeof first);
  const { width, height } = small.grid;
  const step = Math.max(1, Math.ceil(Math.sqrt((width * height) / overviewPixels)));
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
  const data = await overviewOf(small.file, small.grid, step);
  const spacing = spacingOf(small.file);
  const [x, y] = (spacing ?? [1, 1]).map((mm) => mm * (spacing ? step : 1)) as [number, number];
  const base = spacingOf(first.file);
  return {
    volume: {
      ...{ shape: [columns, rows, 1], channels: 3, spacing: [x, y, 1], data },
      affine: [-x, 0, 0, 0, 0, -y, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      ...{ modality: first.file.modality || "SM", units: "" },
    },
    slide: {
      levels: levels.map(({ file, grid }) => ({
        width: grid.width,
        height: grid.height,
        tileWidth: file.frame.columns,
        tileHeight: file.frame.rows,
      })),
      micronsPerPixel: base && base[0] * 1000,
    },
    warnings: [
      `A slide of ${first.grid.width} × ${first.grid.height} pixels; its overview has ${columns} × ${rows}.`,
      ...deepOf(levels.map(({ file }) => file)),
    ],
    hasSizes: spacing !== null,
  };
}

/**
 * What of a slide is not shown: further focal planes and colours of light (PS3.3 C.8.12.4.1; PS3.3 C.7.6.17.3 has
 * the tiles of a plane lie together, planes and then colours one after the other).
 */
function deepOf(files: readonly DicomFile[]): string[] {
  const most = (tag: string): number =>
    Math.max(1, ...files.map(({ dataSet }) => dataSet.uint32(tag) ?? 1));
  const [paths, planes] = [most("x00480302"), most("x00480303")];
  const lying = files
    .map((file) => placesOf(file))
    .filter((places) => places !== null)
    .map((places) => Math.max(1, ...[...places.values()].map(({ frames }) => frames)));
  const layers = Math.max(1, ...lying);
  if (planes > 1)
    return [
      `The slide was scanned in ${planes} focal planes; the first, nearest to the glass, is shown: what is sharp in another one may be blurred here.`,
    ];
  if (paths > 1) return [`The slide was scanned in ${paths} kinds of light; the first is shown.`];
  return layers > 1
    ? [
        `The slide has up to ${layers} images at one place (focal planes, or kinds of light); the first is shown: what is sharp in another one may be blurred here.`,
      ]
    : [];
}

/** Every `step`th pixel of a level, channels one after the other; where no tile is, glass is white. */
async function overviewOf(file: DicomFile, grid: Grid, step: number): Promise<Uint8Array> {
  const [columns, rows] = [Math.ceil(grid.width / step), Math.ceil(grid.height / step)];
  const plane = columns * rows;
  const data = new Uint8Array(plane * 3).fill(255);
  for (let row = 0; row < grid.down; row += 1)
    for (let column = 0; column < grid.across; column += 1) {
      const { width, height, rgb } = await dicomSlideTile(file, column, row);
      const [left, top] = [column * file.frame.columns, row * file.frame.rows];
      for (let j = (step - (top % step)) % step; j < height; j += step)
        for (let i = (step - (left % step)) % step; i < width; i += step) {
          const at = Math.floor((top + j) / step) * columns + Math.floor((left + i) / step);
          for (let c = 0; c < 3; c += 1)
            data[c * plane + at] = rgb[(j * width + i) * 3 + c] as number;
        }
    }
  return data;
}

const item = (of: DicomFile["dataSet"] | undefined, tag: string, index = 0) =>
  of?.elements[tag]?.items?.[index]?.dataSet;

type Places = Map<string, { first: number; frames: number }>;
const sparse = new WeakMap<DicomFile, Places>();

/** Frames by their tile's place; null where they simply follow each other. */
function placesOf(file: DicomFile): Places | null {
  const { dataSet, frames } = file;
  const listed = dataSet.elements["x52009230"]?.items?.length ?? 0;
  if (dataSet.string("x00209311")?.trim() === "TILED_FULL" || listed === 0) return null;
  const known = sparse.get(file);
  if (known) return known;
  const places: Places = new Map();
  for (let at = 0; at < Math.min(listed, frames); at += 1) {
    const place = item(item(dataSet, "x52009230", at), "x0048021a");
    const [x = 1, y = 1] = [place?.int32("x0048021e"), place?.int32("x0048021f")];
    const key = `${Math.floor((x - 1) / file.frame.columns)},${Math.floor((y - 1) / file.frame.rows)}`;
    const there = places.get(key);
    if (there) there.frames += 1;
    else places.set(key, { first: at, frames: 1 });
  }
  sparse.set(file, places);
  return places;
}

/** The frame of a tile; null where the scanner left the place out. */
function frameAt(file: DicomFile, { across }: Grid, column: number, row: number): number | null {
  const places = placesOf(file);
  if (places) return places.get(`${column},${row}`)?.first ?? null;
  // Further focal planes and colours of light follow the first; that one is shown.
  const index = row * across + column;
  return index < file.frames ? index : null;
}

/** RGB side by side, cut at the level's right and lower edge. @throws badInput for a tile outside, badFile */
export async function dicomSlideTile(
  file: DicomFile,
  column: number,
  row: number,
): Promise<SlideTile> {
  const grid = gridOf(file);
  const { columns, rows } = file.frame;
  if (column < 0 || row < 0 || column >= grid.across || row >= grid.down)
    throw new AppError(
      "badInput",
      `"${file.name}": the level has ${grid.across} × ${grid.down} tiles; there is no tile ${column}, ${row}.`,
    );
  const width = Math.min(columns, grid.width - column * columns);
  const height = Math.min(rows, grid.height - row * rows);
  const rgb = new Uint8Array(width * height * 3);
  const frame = frameAt(file, grid, column, row);
  if (frame === null) return { width, height, rgb: rgb.fill(255) };
  const { data, channels } = colourOf(await readFrame(file, frame), file);
  const plane = columns * rows;
  for (let j = 0; j < height; j += 1)
    for (let i = 0; i < width; i += 1)
      for (let c = 0; c < 3; c += 1)
        rgb[(j * width + i) * 3 + c] = data[
          (channels === 3 ? c : 0) * plane + j * columns + i
        ] as number;
  return { width, height, rgb };
}
