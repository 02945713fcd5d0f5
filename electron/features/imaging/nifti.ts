/** NIfTI-1 and -2, plain or gzipped. Header fields after nifti1.h; sform before qform, as viewers agree. */
import { gzipSync } from "fflate";
import { AppError } from "../../api/errors.ts";
import { voxelCount, type Mask, type Volume, type Voxels } from "../../api/volume.ts";
import {
  affineFromColumns,
  affineFromQuaternion,
  spacingOf,
  type Affine,
  type Vector,
} from "./geometry.ts";
import { elementsOf, isElementKind } from "./voxel-bytes.ts";
import { chooseVolume } from "./volume-choice.ts";
import { gunzipFirst } from "./gunzip.ts";

type Header = {
  version: 1 | 2;
  little: boolean;
  dim: number[];
  pixdim: number[];
  datatype: number;
  /** xyzt_units: 1 metres, 2 millimetres, 3 microns, 0 not said (millimetres by convention). */
  units: number;
  offset: number;
  slope: number;
  intercept: number;
  qform: number;
  sform: number;
  quaternion: Vector;
  origin: Vector;
  rows: number[];
};

const types: Record<number, { name: string; bytes: number; channels: number }> = {
  2: { name: "uint8", bytes: 1, channels: 1 },
  4: { name: "int16", bytes: 2, channels: 1 },
  8: { name: "int32", bytes: 4, channels: 1 },
  16: { name: "float32", bytes: 4, channels: 1 },
  64: { name: "float64", bytes: 8, channels: 1 },
  128: { name: "rgb24", bytes: 3, channels: 3 },
  256: { name: "int8", bytes: 1, channels: 1 },
  512: { name: "uint16", bytes: 2, channels: 1 },
  768: { name: "uint32", bytes: 4, channels: 1 },
  32: { name: "complex64", bytes: 8, channels: 1 },
  1024: { name: "int64", bytes: 8, channels: 1 },
  1280: { name: "uint64", bytes: 8, channels: 1 },
  1792: { name: "complex128", bytes: 16, channels: 1 },
  2304: { name: "rgba32", bytes: 4, channels: 3 },
};

export function isNifti(bytes: Uint8Array): boolean {
  if (bytes.length < 348) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = view.getInt32(0, true);
  const magic = String.fromCharCode(...bytes.subarray(344, 347));
  const magic2 = String.fromCharCode(...bytes.subarray(4, 7));
  return (
    ((size === 348 || size === 0x5c010000) && (magic === "n+1" || magic === "ni1")) ||
    ((size === 540 || size === 0x1c020000) && magic2 === "n+2")
  );
}

function readHeader(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getInt32(0, true);
  const little = first === 348 || first === 540;
  const version = first === 348 || first === 0x5c010000 ? 1 : 2;
  if (version === 2 && bytes.length < 540)
    throw new AppError("badFile", `"${name}" ends inside its NIfTI-2 header.`);
  const many = (count: number, read: (at: number) => number): number[] =>
    Array.from({ length: count }, (_, at) => read(at));
  const f32 = (at: number): number => view.getFloat32(at, little);
  const f64 = (at: number): number => view.getFloat64(at, little);
  const i16 = (at: number): number => view.getInt16(at, little);
  const i64 = (at: number): number => Number(view.getBigInt64(at, little));
  if (version === 1) {
    return {
      version,
      little,
      dim: many(8, (n) => i16(40 + 2 * n)),
      pixdim: many(8, (n) => f32(76 + 4 * n)),
      datatype: i16(70),
      units: bytes[123] ?? 0,
      offset: f32(108),
      slope: f32(112),
      intercept: f32(116),
      qform: i16(252),
      sform: i16(254),
      quaternion: [f32(256), f32(260), f32(264)],
      origin: [f32(268), f32(272), f32(276)],
      rows: many(12, (n) => f32(280 + 4 * n)),
    };
  }
  return {
    version,
    little,
    dim: many(8, (n) => i64(16 + 8 * n)),
    pixdim: many(8, (n) => f64(104 + 8 * n)),
    datatype: i16(12),
    units: view.getInt32(500, little),
    offset: i64(168),
    slope: f64(176),
    intercept: f64(184),
    qform: view.getInt32(344, little),
    sform: view.getInt32(348, little),
    quaternion: [f64(352), f64(360), f64(368)],
    origin: [f64(376), f64(384), f64(392)],
    rows: many(12, (n) => f64(400 + 8 * n)),
  };
}

/** sform when its code is set, else qform, else voxel size alone with x flipped and the origin centred (nibabel's rule). */
function affineOf(header: Header, shape: Vector): Affine {
  const pixdim: Vector = [header.pixdim[1] ?? 1, header.pixdim[2] ?? 1, header.pixdim[3] ?? 1];
  if (header.sform > 0) return [...header.rows, 0, 0, 0, 1];
  if (header.qform > 0)
    return affineFromQuaternion(...header.quaternion, header.origin, pixdim, header.pixdim[0] ?? 1);
  const centre = (axis: number): number =>
    (((shape[axis] as number) - 1) / 2) * (pixdim[axis] as number);
  return affineFromColumns(
    [-pixdim[0], 0, 0],
    [0, pixdim[1], 0],
    [0, 0, pixdim[2]],
    [centre(0), -centre(1), -centre(2)],
  );
}

type Layout = {
  header: Header;
  shape: Vector;
  type: { name: string; bytes: number; channels: number };
  offset: number;
  count: number;
  frames: number;
};

/** What the header promises, checked for being possible at all. @throws badFile, unsupported */
function layoutOf(bytes: Uint8Array, name: string): Layout {
  if (!isNifti(bytes)) throw new AppError("badFile", `"${name}" is no NIfTI file.`);
  const header = readHeader(bytes, name);
  const [dimensions = 0, nx = 0, ny = 1, nz = 1] = header.dim;
  if (dimensions < 1 || dimensions > 7)
    throw new AppError(
      "badFile",
      `"${name}": the NIfTI header gives ${dimensions} dimensions; 1 to 7 are possible.`,
    );
  const shape: Vector = [nx, dimensions > 1 ? ny : 1, dimensions > 2 ? nz : 1];
  const type = types[header.datatype];
  if (type === undefined)
    throw new AppError(
      "unsupported",
      `"${name}": NIfTI datatype ${header.datatype} is not supported (supported: ${Object.values(
        types,
      )
        .map((one) => one.name)
        .join(", ")}).`,
    );
  if (shape.some((size) => !(size > 0)))
    throw new AppError(
      "badFile",
      `"${name}": the NIfTI header gives the shape ${shape.join(" × ")}.`,
    );
  const offset = Math.max(
    Number.isFinite(header.offset) ? Math.floor(header.offset) : 0,
    header.version === 1 ? 348 : 540,
  );
  const frames = header.dim
    .slice(4, dimensions + 1)
    .reduce((product, size) => product * Math.max(1, size), 1);
  return { header, shape, type, offset, count: voxelCount(shape), frames };
}

/**
 * Reads a volume; of a fourth dimension, the one asked for, counted from 1. Voxels are scaled by slope and intercept where the
 * header gives them; complex ones become magnitudes. Of a gzipped file no more is unpacked than that
 * volume needs. @throws badFile when the header's sizes do not fit the bytes there are.
 */
export function readNifti(file: Uint8Array, name: string): Volume {
  return openNifti(file, name).volume;
}

export function openNifti(
  file: Uint8Array,
  name: string,
  chosen = 1,
): {
  volume: Volume;
  /** Absent where the file holds one. */
  volumes?: { index: number; count: number };
  warnings: string[];
  sides: "known" | "unknown";
  sizes: "known" | "unknown";
} {
  const packed = file[0] === 0x1f && file[1] === 0x8b;
  const layout = layoutOf(packed ? gunzipFirst(file, 544, name) : file, name);
  const { header, shape, type, count, frames } = layout;
  const { volumes, warnings } = chooseVolume(name, chosen, frames);
  const offset = layout.offset + (chosen - 1) * count * type.bytes;
  const needed = offset + count * type.bytes;
  const promise = `the NIfTI header promises ${shape.join(" × ")} voxels of ${type.name} (${needed} bytes)`;
  // Deflate packs at most 1032 to 1: a header that promises more is refused before anything is unpacked.
  if (packed && needed > file.length * 1032 + 1024)
    throw new AppError(
      "badFile",
      `"${name}": ${promise}, the file has ${file.length} bytes packed.`,
    );
  const bytes = packed ? gunzipFirst(file, needed, name) : file;
  if (needed > bytes.length)
    throw new AppError("badFile", `"${name}": ${promise}, the file has ${bytes.length}.`);
  const affine = affineOf(header, shape);
  if (affine.some((value) => !Number.isFinite(value)) || spacingOf(affine).some((mm) => mm === 0))
    throw new AppError(
      "badFile",
      `"${name}": the NIfTI header's geometry is not usable (${affine.slice(0, 12).join(", ")}).`,
    );
  const stored = decode(bytes, offset, count, type, header.little);
  const scaled =
    header.slope !== 0 &&
    Number.isFinite(header.slope) &&
    Number.isFinite(header.intercept) &&
    (header.slope !== 1 || header.intercept !== 0);
  const data =
    scaled && type.channels === 1 ? rescaled(stored, header.slope, header.intercept) : stored;
  if (type.name.startsWith("complex"))
    warnings.push("The voxels are complex numbers; their magnitude is shown.");
  if (header.sform <= 0 && header.qform <= 0)
    warnings.push(
      "The file does not say how it lies in the patient: left and right are not known.",
    );
  // Programs disagree whether metres and microns are to be turned into millimetres: neither is shown.
  const foreign = { 1: "metres", 3: "microns" }[header.units & 7];
  if (foreign)
    warnings.push(
      `The header gives its lengths in ${foreign}, which most programs ignore: sizes in millimetres are not known.`,
    );
  return {
    volume: {
      shape,
      channels: type.channels,
      spacing: spacingOf(affine),
      affine,
      data,
      modality: "unknown",
      units: "",
    },
    ...(volumes ? { volumes } : {}),
    warnings,
    sides: header.sform <= 0 && header.qform <= 0 ? "unknown" : "known",
    sizes: foreign ? "unknown" : "known",
  };
}

function rescaled(stored: Voxels, slope: number, intercept: number): Voxels {
  const wide =
    stored instanceof Float64Array || stored instanceof Int32Array || stored instanceof Uint32Array;
  const out = wide ? new Float64Array(stored.length) : new Float32Array(stored.length);
  for (let at = 0; at < stored.length; at += 1)
    out[at] = (stored[at] as number) * slope + intercept;
  return out;
}

function decode(
  bytes: Uint8Array,
  offset: number,
  count: number,
  type: { name: string; bytes: number; channels: number },
  little: boolean,
): Voxels {
  if (isElementKind(type.name)) return elementsOf(bytes, offset, count, type.name, little);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * type.bytes);
  const fill = <T extends Voxels>(target: T, read: (at: number) => number): T => {
    for (let at = 0; at < count; at += 1) target[at] = read(at * type.bytes);
    return target;
  };
  switch (type.name) {
    case "complex64":
      return fill(new Float32Array(count), (at) =>
        Math.hypot(view.getFloat32(at, little), view.getFloat32(at + 4, little)),
      );
    case "complex128":
      return fill(new Float64Array(count), (at) =>
        Math.hypot(view.getFloat64(at, little), view.getFloat64(at + 8, little)),
      );
    default: {
      const planar = new Uint8Array(count * 3);
      for (let at = 0; at < count; at += 1)
        for (let c = 0; c < 3; c += 1) planar[c * count + at] = view.getUint8(at * type.bytes + c);
      return planar;
    }
  }
}

const codeOf = (data: Voxels): { code: number; bits: number } => {
  if (data instanceof Uint8Array) return { code: 2, bits: 8 };
  if (data instanceof Int16Array) return { code: 4, bits: 16 };
  if (data instanceof Int32Array) return { code: 8, bits: 32 };
  if (data instanceof Float64Array) return { code: 64, bits: 64 };
  if (data instanceof Int8Array) return { code: 256, bits: 8 };
  if (data instanceof Uint16Array) return { code: 512, bits: 16 };
  if (data instanceof Uint32Array) return { code: 768, bits: 32 };
  return { code: 16, bits: 32 };
};

/** A NIfTI-1 file with the affine as sform (code 1, scanner coordinates), gzipped when asked. */
export function writeNifti(
  volume: Pick<Volume, "shape" | "affine" | "data"> | (Mask & { affine: Affine }),
  gzip: boolean,
): Uint8Array {
  const { shape, affine, data } = volume;
  const { code, bits } = codeOf(data);
  const bytes = new Uint8Array(352 + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, ...shape, 1, 1, 1, 1].forEach((value, at) => view.setInt16(40 + 2 * at, value, true));
  view.setInt16(70, code, true);
  view.setInt16(72, bits, true);
  [1, ...spacingOf(affine), 1, 1, 1, 1].forEach((value, at) =>
    view.setFloat32(76 + 4 * at, value, true),
  );
  view.setFloat32(108, 352, true);
  view.setFloat32(112, 1, true);
  view.setUint8(123, 2); // millimetres
  view.setInt16(254, 1, true);
  affine.slice(0, 12).forEach((value, at) => view.setFloat32(280 + 4 * at, value, true));
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 352);
  return gzip ? gzipSync(bytes, { level: 6, mtime: 0 }) : bytes;
}
