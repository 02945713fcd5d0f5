/**
 * NRRD, with its data in the file or beside it. Header fields after teem's definition of the format
 * (teem.sourceforge.net/nrrd/format.html); space directions and origin become the affine.
 */
import { AppError } from "../../api/errors.ts";
import { voxelCount, type Volume, type Voxels } from "../../api/volume.ts";
import {
  affineFromColumns,
  cross,
  flipLpsRas,
  length,
  spacingOf,
  type Affine,
  type Vector,
} from "./geometry.ts";
import { gunzipFirst } from "./gunzip.ts";
import type { SegmentLabel } from "./dicom-seg.ts";
import { chooseVolume } from "./volume-choice.ts";
import { channelsApart, elementBytes, elementsOf, type ElementKind } from "./voxel-bytes.ts";

/** Finds a file that was given together with the header, by its name. */
export type Beside = (name: string) => Uint8Array | undefined;
export type OpenedNrrd = {
  volume: Volume;
  warnings: string[];
  sides: "known" | "unknown";
  sizes: "known" | "unknown";
  labels?: Omit<SegmentLabel, "segment">[];
  /** Which of the volumes of a four-dimensional file this is, counted from 1. */
  volumes?: { index: number; count: number };
};

const headerLimit = 1 << 20;

export const isNrrd = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(0, 7)) === "NRRD000";

const kinds: Record<string, ElementKind> = Object.fromEntries(
  (
    [
      ["int8", "signed char|int8|int8_t"],
      ["uint8", "uchar|unsigned char|uint8|uint8_t"],
      ["int16", "short|short int|signed short|signed short int|int16|int16_t"],
      ["uint16", "ushort|unsigned short|unsigned short int|uint16|uint16_t"],
      ["int32", "int|signed int|int32|int32_t"],
      ["uint32", "uint|unsigned int|uint32|uint32_t"],
      [
        "int64",
        "longlong|long long|long long int|signed long long|signed long long int|int64|int64_t",
      ],
      ["uint64", "ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t"],
      ["float32", "float"],
      ["float64", "double"],
    ] as const
  ).flatMap(([kind, names]) => names.split("|").map((name) => [name, kind])),
);

type Header = { fields: Map<string, string>; pairs: Map<string, string>; end: number };

/** Fields are `name: value`, key/value pairs `key:=value`; an empty line ends the header. */
function readHeader(bytes: Uint8Array, name: string): Header {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, headerLimit));
  const end = /\r?\n\r?\n/.exec(text);
  const fields = new Map<string, string>();
  const pairs = new Map<string, string>();
  for (const line of text
    .slice(0, end?.index ?? text.length)
    .split(/\r?\n/)
    .slice(1)) {
    if (line.startsWith("#")) continue;
    const pair = /^([^:]+):=(.*)$/.exec(line);
    const field = /^([^:]+): ?(.*)$/.exec(line);
    if (pair) pairs.set((pair[1] as string).trim(), pair[2] as string);
    else if (field)
      fields.set((field[1] as string).trim().toLowerCase(), (field[2] as string).trim());
  }
  if (end === null && !fields.has("data file") && !fields.has("datafile"))
    throw new AppError("badFile", `"${name}" ends inside its NRRD header.`);
  return { fields, pairs, end: end ? end.index + end[0].length : bytes.length };
}

const numbersIn = (text: string | undefined): number[] =>
  (text ?? "")
    .split(/[\s,()]+/)
    .filter((part) => part !== "")
    .map(Number);

/** `(a,b,c) none (d,e,f)`: a vector per axis, null for axes that are not of space. */
function vectorsIn(text: string): (Vector | null)[] {
  return [...text.matchAll(/none|\(([^)]*)\)/g)].map(([all, inside]) => {
    if (all === "none") return null;
    const numbers = numbersIn(inside);
    return numbers.length === 3 && numbers.every(Number.isFinite) ? (numbers as Vector) : null;
  });
}

type Axes = {
  shape: Vector;
  /** Which of the file's axes hold space. */
  spatial: number[];
  channels: number;
  frames: number;
};

const channelKinds = /color|rgb|vector|normal|gradient|complex|quaternion|matrix|list/i;

function axesOf(fields: Map<string, string>, sizes: number[], name: string): Axes {
  const named = (fields.get("kinds") ?? "").split(/\s+/);
  const directions = vectorsIn(fields.get("space directions") ?? "");
  const apart = sizes.map(
    (_, axis) =>
      (directions.length === sizes.length && directions[axis] === null) ||
      channelKinds.test(named[axis] ?? ""),
  );
  let spatial = sizes.map((_, axis) => axis).filter((axis) => !apart[axis]);
  let others = sizes.map((_, axis) => axis).filter((axis) => apart[axis]);
  if (spatial.length > 3) {
    others = [...others, ...spatial.slice(3)];
    spatial = spatial.slice(0, 3);
  }
  if (
    spatial.length < 2 ||
    spatial.some((axis, at) => at > 0 && axis !== (spatial[at - 1] as number) + 1)
  )
    throw new AppError(
      "unsupported",
      `"${name}": the NRRD axes (${sizes.join(" × ")}, ${fields.get("kinds") ?? "no kinds"}) are not an image or a volume.`,
    );
  const first = spatial[0] as number;
  const before = others.filter((axis) => axis < first);
  const channels = before.reduce((product, axis) => product * (sizes[axis] as number), 1);
  const frames = others
    .filter((axis) => axis > first)
    .reduce((product, axis) => product * (sizes[axis] as number), 1);
  const size = (at: number): number => sizes[spatial[at] ?? -1] ?? 1;
  return {
    shape: [size(0), size(1), size(2)],
    spatial,
    channels,
    frames,
  };
}

/** The affine in RAS+; null where the file does not say how it lies. */
function affineOf(fields: Map<string, string>): Affine | null {
  const space = (fields.get("space") ?? "").toLowerCase();
  const vectors = vectorsIn(fields.get("space directions") ?? "").filter((one) => one !== null);
  const [a, b] = vectors;
  if (!a || !b) return null;
  // A single plane has no third direction: the normal, one millimetre long.
  const normal = cross(a, b);
  const c = vectors[2] ?? (normal.map((value) => value / (length(normal) || 1)) as Vector);
  const origin = vectorsIn(fields.get("space origin") ?? "")[0] ?? [0, 0, 0];
  const affine = affineFromColumns(a, b, c, origin);
  if (/^(left-posterior-superior|lps)/.test(space)) return flipLpsRas(affine);
  if (/^(left-anterior-superior|las)/.test(space))
    return affine.map((value, at) => (at < 4 ? -value || 0 : value));
  return /^(right-anterior-superior|ras)/.test(space) ? affine : null;
}

/** Voxel sizes alone: LPS directions, as a picture lies. */
function unplaced(fields: Map<string, string>, axes: Axes): { affine: Affine; known: boolean } {
  const lengths = vectorsIn(fields.get("space directions") ?? "")
    .filter((one) => one !== null)
    .map((one) => Math.hypot(...one));
  const listed = numbersIn(fields.get("spacings")).filter((_, axis) => axes.spatial.includes(axis));
  const found = lengths.length > 0 ? lengths : listed;
  const mm = (at: number): number => {
    const value = Math.abs(found[at] ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : 1;
  };
  return {
    affine: affineFromColumns([-mm(0), 0, 0], [0, -mm(1), 0], [0, 0, mm(2)], [0, 0, 0]),
    known: found.some((value) => Number.isFinite(value)),
  };
}

/**
 * Reads a volume; of several in one file the `chosen`, counted from 1. They lie one after the other (a time axis
 * behind those of space), or voxel by voxel side by side (3D Slicer's sequences: a "list" before them).
 * @throws badFile where header and bytes do not fit, unsupported for encodings that are not read
 */
export function openNrrd(
  bytes: Uint8Array,
  name: string,
  beside: Beside = () => undefined,
  chosen = 1,
): OpenedNrrd {
  const { fields, pairs, end } = readHeader(bytes, name);
  const sizes = numbersIn(fields.get("sizes"));
  const dimension = Number(fields.get("dimension"));
  if (
    sizes.length === 0 ||
    sizes.length !== dimension ||
    sizes.some((size) => !Number.isInteger(size) || size < 1)
  )
    throw new AppError(
      "badFile",
      `"${name}": the NRRD header gives dimension ${fields.get("dimension") ?? "none"} and sizes "${fields.get("sizes") ?? ""}".`,
    );
  const typeName = (fields.get("type") ?? "").toLowerCase();
  const kind = kinds[typeName];
  if (kind === undefined)
    throw new AppError(
      "unsupported",
      `"${name}": the NRRD type "${typeName}" is not supported (supported: ${[...new Set(Object.values(kinds))].join(", ")}).`,
    );
  const axes = axesOf(fields, sizes, name);
  const count = voxelCount(axes.shape) * axes.channels;
  const labels = segmentNames(pairs);
  const isList =
    labels.length === 0 && axes.channels > 1 && /\blist\b/i.test(fields.get("kinds") ?? "");
  const choice = chooseVolume(name, chosen, isList ? axes.channels : axes.frames);
  const { warnings } = choice;
  const before = isList ? 0 : chosen - 1;
  const promised = { count, before, kind, frames: axes.frames };
  const stored = dataOf({ bytes, fields, end, name }, promised, beside);
  // Layers of a segmentation overlap; they are no colours, and only the first has the names read here.
  const layered = labels.length > 0 || /\blist\b/i.test(fields.get("kinds") ?? "");
  const kept = axes.channels >= 3 && !layered ? 3 : 1;
  const data =
    axes.channels === 1
      ? stored
      : channelsApart(stored, axes.channels, kept, isList ? chosen - 1 : 0);
  if (axes.channels > 1 && !isList && (layered || (axes.channels !== 3 && axes.channels !== 4)))
    warnings.push(
      `The voxels hold ${axes.channels} values; the first ${kept === 1 ? "is" : "three are"} shown.`,
    );
  const placed = affineOf(fields);
  const loose = unplaced(fields, axes);
  if (placed === null)
    warnings.push(
      `The file does not say how it lies in the patient${loose.known ? "" : ", nor how large its voxels are"}: left and right are not known.`,
    );
  const affine = placed ?? loose.affine;
  if (affine.some((value) => !Number.isFinite(value)) || spacingOf(affine).some((mm) => mm === 0))
    throw new AppError(
      "badFile",
      `"${name}": the NRRD header's space directions are not usable ("${fields.get("space directions") ?? ""}").`,
    );
  return {
    volume: {
      shape: axes.shape,
      channels: kept === 3 ? 3 : 1,
      spacing: spacingOf(affine),
      affine,
      data: kept === 3 ? shownColour(data) : data,
      modality: "unknown",
      units: "",
    },
    warnings,
    sides: placed === null ? "unknown" : "known",
    sizes: placed === null && !loose.known ? "unknown" : "known",
    ...(labels.length > 0 ? { labels } : {}),
    ...(choice.volumes ? { volumes: choice.volumes } : {}),
  };
}

/** Colour of more than 8 bits keeps its high byte, as the viewer and experts take 8. */
function shownColour(data: Voxels): Voxels {
  if (data instanceof Uint16Array) return Uint8Array.from(data, (value) => value >> 8);
  return data;
}

/** 3D Slicer writes a segment's name and label value as key/value pairs. */
function segmentNames(pairs: Map<string, string>): Omit<SegmentLabel, "segment">[] {
  const found: Omit<SegmentLabel, "segment">[] = [];
  for (const [key, name] of pairs) {
    const number = /^Segment(\d+)_Name$/.exec(key)?.[1];
    const id = Number(pairs.get(`Segment${number}_LabelValue`));
    const layer = Number(pairs.get(`Segment${number}_Layer`) ?? 0);
    if (number !== undefined && Number.isInteger(id) && layer === 0) found.push({ id, name });
  }
  return found.toSorted((a, b) => a.id - b.id);
}

/** The name of the data file beside a detached header; null where the data are in the file. */
export function nrrdDataFile(bytes: Uint8Array, name: string): string | null {
  const { fields } = readHeader(bytes, name);
  return fields.get("data file") ?? fields.get("datafile") ?? null;
}

type Source = { bytes: Uint8Array; fields: Map<string, string>; end: number; name: string };

function dataOf(
  { bytes, fields, end, name }: Source,
  {
    count,
    before,
    kind,
    frames,
  }: { count: number; before: number; kind: ElementKind; frames: number },
  beside: Beside,
): Voxels {
  const file = fields.get("data file") ?? fields.get("datafile");
  let body = bytes.subarray(end);
  if (file !== undefined) {
    if (/^LIST|%/.test(file))
      throw new AppError(
        "unsupported",
        `"${name}": NRRD data in a list of files ("${file}") is not read.`,
      );
    const found = beside(file);
    if (found === undefined)
      throw new AppError(
        "badFile",
        `"${name}" is a header; its data file "${file}" was not given. Open both together.`,
      );
    body = found;
  }
  const bytesBefore = before * count * elementBytes[kind];
  const needed = bytesBefore + count * elementBytes[kind];
  const encoding = (fields.get("encoding") ?? "raw").toLowerCase();
  const promise = `the NRRD header promises ${(before + 1) * count} values of ${kind} (${needed} bytes)`;
  for (let line = Number(fields.get("line skip") ?? 0); line > 0 && body.length > 0; line -= 1) {
    const next = body.indexOf(10);
    body = body.subarray(next < 0 ? body.length : next + 1);
  }
  const skip = Number(fields.get("byte skip") ?? 0);
  if (!Number.isInteger(skip) || skip < -1)
    throw new AppError(
      "badFile",
      `"${name}": the NRRD byte skip is "${fields.get("byte skip") ?? ""}".`,
    );
  const little = (fields.get("endian") ?? "little").toLowerCase() !== "big";
  switch (encoding) {
    case "raw": {
      // Counted from the end: what follows the volume that is read lies there, too.
      const all = frames * count * elementBytes[kind];
      const start = skip === -1 ? body.length - all : skip;
      if (start < 0 || body.length - start < needed)
        throw new AppError(
          "badFile",
          `"${name}": ${promise}, ${Math.max(0, body.length - Math.max(0, start))} are there.`,
        );
      return elementsOf(body, start + bytesBefore, count, kind, little);
    }
    case "gz":
    case "gzip": {
      if (needed > body.length * 1032 + 1024)
        throw new AppError(
          "badFile",
          `"${name}": ${promise}, the file has ${body.length} bytes packed.`,
        );
      const unpacked = gunzipFirst(body, needed + Math.max(0, skip), name);
      if (unpacked.length - Math.max(0, skip) < needed)
        throw new AppError("badFile", `"${name}": ${promise}, ${unpacked.length} are there.`);
      return elementsOf(unpacked, Math.max(0, skip) + bytesBefore, count, kind, little);
    }
    case "txt":
    case "text":
    case "ascii": {
      const there = (before + 1) * count;
      if (there > body.length)
        throw new AppError("badFile", `"${name}": ${promise}, the text has ${body.length} bytes.`);
      const values = numbersIn(new TextDecoder("latin1").decode(body)).slice(0, there);
      if (values.length < there || values.some(Number.isNaN))
        throw new AppError("badFile", `"${name}": ${promise}, ${values.length} numbers are there.`);
      const typed = elementsOf(new Uint8Array(count * elementBytes[kind]), 0, count, kind, true);
      typed.set(values.slice(there - count));
      return typed;
    }
    default:
      throw new AppError(
        "unsupported",
        `"${name}": NRRD encoding "${encoding}" is not read (raw, gzip and text are).`,
      );
  }
}
