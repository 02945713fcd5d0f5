/** A volume as one NRRD file, gzipped, with its place in LPS+ millimetres (the space that 3D Slicer writes). */
import { gzipSync } from "node:zlib";
import type { Volume, Voxels } from "../../api/volume.ts";
import { column, flipLpsRas } from "./geometry.ts";

function typeOf(data: Voxels): string {
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Uint16Array) return "uint16";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Float64Array ? "double" : "float";
}

/** One channel; `affine` in RAS+ as everywhere. */
export function writeNrrd({
  shape,
  affine,
  data,
}: Pick<Volume, "shape" | "affine" | "data">): Uint8Array {
  const lps = flipLpsRas(affine);
  const vector = (axis: number): string => `(${column(lps, axis).join(",")})`;
  const header = [
    "NRRD0004",
    `type: ${typeOf(data)}`,
    "dimension: 3",
    "space: left-posterior-superior",
    `sizes: ${shape.join(" ")}`,
    `space directions: ${vector(0)} ${vector(1)} ${vector(2)}`,
    "kinds: domain domain domain",
    "endian: little",
    "encoding: gzip",
    `space origin: ${vector(3)}`,
  ].join("\n");
  const voxels = gzipSync(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), {
    level: 6,
  });
  return new Uint8Array(Buffer.concat([Buffer.from(`${header}\n\n`), voxels]));
}
