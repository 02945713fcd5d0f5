/**
 * MetaImage (.mha, and .mhd with its data beside it), as ITK writes it. Directions and offset are in
 * LPS+ millimetres whatever AnatomicalOrientation says, which is how ITK reads them.
 */
import { inflateSync } from "node:zlib";
import { AppError } from "../../api/errors.ts";
import { voxelCount, type Volume } from "../../api/volume.ts";
import { affineFromColumns, flipLpsRas, spacingOf, type Vector } from "./geometry.ts";
import type { Beside } from "./nrrd.ts";
import { chooseVolume, type VolumeChoice } from "./volume-choice.ts";
import { channelsApart, elementBytes, elementsOf, type ElementKind } from "./voxel-bytes.ts";

const headerLimit = 64 * 1024;

export function isMetaImage(bytes: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 256));
  return (
    /^\s*(ObjectType|NDims|Comment)\s*=/.test(head) &&
    /NDims\s*=|ObjectType\s*=\s*Image/i.test(head)
  );
}

const kinds: Record<string, ElementKind> = {
  MET_CHAR: "int8",
  MET_UCHAR: "uint8",
  MET_SHORT: "int16",
  MET_USHORT: "uint16",
  MET_INT: "int32",
  MET_UINT: "uint32",
  MET_LONG: "int32",
  MET_ULONG: "uint32",
  MET_LONG_LONG: "int64",
  MET_ULONG_LONG: "uint64",
  MET_FLOAT: "float32",
  MET_DOUBLE: "float64",
};

type Header = { field: (...names: string[]) => string | undefined; end: number };

/** Lines `Name = Value`; ElementDataFile is the last, and local data start after its line. */
function readHeader(bytes: Uint8Array, name: string): Header {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, headerLimit));
  const last = /^\s*ElementDataFile\s*=\s*(.*?)\s*$/im.exec(text);
  if (last === null)
    throw new AppError("badFile", `"${name}": the MetaImage header names no ElementDataFile.`);
  const newline = text.indexOf("\n", last.index + last[0].trimEnd().length);
  const fields = new Map<string, string>();
  for (const line of text.slice(0, last.index + last[0].length).split(/\r?\n/)) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key.toLowerCase(), value);
  }
  return {
    field: (...names) =>
      names.map((one) => fields.get(one.toLowerCase())).find((one) => one !== undefined),
    end: newline < 0 ? bytes.length : newline + 1,
  };
}

/** The name of the data file beside a .mhd header; null where the data are in the file. */
export function metaImageDataFile(bytes: Uint8Array, name: string): string | null {
  const file = readHeader(bytes, name).field("ElementDataFile") ?? "";
  return file.toUpperCase() === "LOCAL" ? null : file;
}

const numbersIn = (text: string | undefined): number[] =>
  (text ?? "")
    .split(/\s+/)
    .filter((part) => part !== "")
    .map(Number);
const isTrue = (text: string | undefined): boolean => /^(true|1|t|y)/i.test(text ?? "");

type Grid = {
  shape: Vector;
  spacing: Vector;
  spacingKnown: boolean;
  affine: number[];
  frames: number;
};

function gridOf({ field }: Header, name: string): Grid {
  const dims = Number(field("NDims"));
  const sizes = numbersIn(field("DimSize"));
  if (
    !(dims >= 2 && dims <= 5) ||
    sizes.length !== dims ||
    sizes.some((size) => !Number.isInteger(size) || size < 1)
  )
    throw new AppError(
      "badFile",
      `"${name}": the MetaImage header gives NDims ${field("NDims") ?? "none"} and DimSize "${field("DimSize") ?? ""}".`,
    );
  const shape: Vector = [sizes[0] as number, sizes[1] as number, sizes[2] ?? 1];
  const listed = numbersIn(field("ElementSpacing", "ElementSize"));
  const mm = (at: number): number => {
    const value = Math.abs(listed[at] ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : 1;
  };
  const spacing: Vector = [mm(0), mm(1), mm(2)];
  const matrix = numbersIn(field("TransformMatrix", "Orientation", "Rotation"));
  const offset = numbersIn(field("Offset", "Position", "Origin"));
  // The direction of axis n stands in the file's n-th row.
  const way = (axis: number): Vector =>
    [0, 1, 2].map((at) => {
      const value = axis < dims && at < dims ? matrix[axis * dims + at] : undefined;
      return (value ?? (axis === at ? 1 : 0)) * (spacing[axis] as number);
    }) as Vector;
  const start = [0, 1, 2].map((at) => offset[at] ?? 0) as Vector;
  const affine = flipLpsRas(affineFromColumns(way(0), way(1), way(2), start));
  if (affine.some((value) => !Number.isFinite(value)) || spacingOf(affine).some((one) => one === 0))
    throw new AppError(
      "badFile",
      `"${name}": the MetaImage header's TransformMatrix is not usable ("${matrix.join(" ")}").`,
    );
  return {
    shape,
    spacing: spacingOf(affine),
    spacingKnown: listed.length >= Math.min(dims, 3),
    affine,
    frames: sizes.slice(3).reduce((product, size) => product * size, 1),
  };
}

/**
 * Reads a volume; of several in one file the `chosen`, counted from 1.
 * @throws badFile where header and bytes do not fit, unsupported for element types that are not read
 */
export function openMetaImage(
  bytes: Uint8Array,
  name: string,
  beside: Beside = () => undefined,
  chosen = 1,
): VolumeChoice & { volume: Volume; sizes: "known" | "unknown" } {
  const header = readHeader(bytes, name);
  const { field } = header;
  const grid = gridOf(header, name);
  const kind = kinds[(field("ElementType") ?? "").toUpperCase().replace(/_ARRAY$/, "")];
  if (kind === undefined)
    throw new AppError(
      "unsupported",
      `"${name}": the MetaImage type "${field("ElementType") ?? ""}" is not supported (supported: ${Object.keys(kinds).join(", ")}).`,
    );
  const channels = Number(field("ElementNumberOfChannels") ?? 1);
  if (!Number.isInteger(channels) || channels < 1)
    throw new AppError(
      "badFile",
      `"${name}": ElementNumberOfChannels is "${field("ElementNumberOfChannels") ?? ""}".`,
    );
  const count = voxelCount(grid.shape) * channels;
  const { volumes, warnings } = chooseVolume(name, chosen, grid.frames);
  const promised = { count, before: chosen - 1, frames: grid.frames, kind, name };
  const body = bodyOf(bytes, header, promised, beside);
  const little = !isTrue(field("BinaryDataByteOrderMSB", "ElementByteOrderMSB"));
  const stored = elementsOf(body, 0, count, kind, little);
  const kept = channels >= 3 ? 3 : 1;
  if (channels === 2 || channels > 4)
    warnings.push(
      `The voxels hold ${channels} values; the first ${kept === 1 ? "is" : "three are"} shown.`,
    );
  if (!grid.spacingKnown)
    warnings.push("The file gives no voxel spacing: sizes in millimetres are not known.");
  return {
    volume: {
      shape: grid.shape,
      channels: kept,
      spacing: grid.spacing,
      affine: grid.affine,
      data: channels === 1 ? stored : channelsApart(stored, channels, kept),
      modality: modalityOf(field("Modality")),
      units: "",
    },
    warnings,
    ...(volumes ? { volumes } : {}),
    sizes: grid.spacingKnown ? "known" : "unknown",
  };
}

const modalityOf = (text: string | undefined): string =>
  ({ MET_MOD_CT: "CT", MET_MOD_MR: "MR", MET_MOD_US: "US", MET_MOD_NM: "NM", MET_MOD_PET: "PT" })[
    text ?? ""
  ] ?? "unknown";

function bodyOf(
  bytes: Uint8Array,
  { field, end }: Header,
  {
    count,
    before,
    frames,
    kind,
    name,
  }: { count: number; before: number; frames: number; kind: ElementKind; name: string },
  beside: Beside,
): Uint8Array {
  const file = field("ElementDataFile") ?? "";
  const local = file.toUpperCase() === "LOCAL";
  if (/^LIST|%/i.test(file))
    throw new AppError(
      "unsupported",
      `"${name}": MetaImage data in a list of files ("${file}") is not read.`,
    );
  const found = local ? bytes.subarray(end) : beside(file);
  if (found === undefined)
    throw new AppError(
      "badFile",
      `"${name}" is a header; its data file "${file}" was not given. Open both together.`,
    );
  const each = count * elementBytes[kind];
  const needed = (before + 1) * each;
  const promise = `the MetaImage header promises ${(before + 1) * count} values of ${kind} (${needed} bytes)`;
  if (isTrue(field("CompressedData"))) {
    if (each * frames > found.length * 1032 + 1024)
      throw new AppError(
        "badFile",
        `"${name}": ${promise}, the file has ${found.length} bytes packed.`,
      );
    let unpacked: Uint8Array;
    try {
      const whole = inflateSync(found, { maxOutputLength: each * frames + 1024 });
      unpacked = new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
    } catch (thrown) {
      throw new AppError(
        "badFile",
        `"${name}" cannot be unpacked: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      );
    }
    if (unpacked.length < needed)
      throw new AppError("badFile", `"${name}": ${promise}, ${unpacked.length} are there.`);
    return unpacked.subarray(before * each);
  }
  if (/^(false|0)/i.test(field("BinaryData") ?? "true"))
    throw new AppError("unsupported", `"${name}": MetaImage data as text is not read.`);
  const skip = Number(field("HeaderSize") ?? 0);
  const start = skip === -1 ? found.length - each * frames : local ? 0 : skip;
  if (!(start >= 0) || found.length - start < needed)
    throw new AppError(
      "badFile",
      `"${name}": ${promise}, ${Math.max(0, found.length - Math.max(0, start || 0))} are there.`,
    );
  return found.subarray(start + before * each);
}
