/** For tests only: reads reference outputs (`.npz`, blocks in `.nii.gz`) from the shared data, where it is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Volume } from "../../../api/volume.ts";
import { readNifti } from "../../imaging/nifti.ts";
import { gridOf, type Grid, type Size } from "./grid.ts";

const shared = process.env["EVIDESK_SHARED"] ?? "../shared";
export const imagingData = join(shared, "data", "imaging");
export const golden = join(imagingData, "golden");
/** Say so in the suite's name when the reference outputs are absent. */
export const hasGolden = existsSync(join(golden, "README.md"));
export const goldenTitle = (title: string): string =>
  hasGolden ? title : `${title} (skipped: no reference data at ${golden})`;

export function goldenJson(path: string): unknown {
  return JSON.parse(readFileSync(join(golden, path), "utf8"));
}

export function volumeAt(path: string): Volume {
  return readNifti(new Uint8Array(readFileSync(path)), path);
}

export function gridAt(path: string): Grid {
  return gridOf(volumeAt(path));
}

export type Array3 = { shape: number[]; data: Float32Array | Uint8Array };

/** The arrays of an `.npz` by name; float16, float32 and uint8 in C order. */
export function readNpz(path: string): Record<string, Array3> {
  const files = unzipSync(new Uint8Array(readFileSync(join(golden, path))));
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name.replace(/\.npy$/, ""), readNpy(bytes)]),
  );
}

function readNpy(bytes: Uint8Array): Array3 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const count = shape.reduce((product, n) => product * n, 1);
  const from = 10 + length;
  if (type === "|u1") return { shape, data: bytes.slice(from, from + count) };
  if (type === "<f2")
    return {
      shape,
      data: Float32Array.from({ length: count }, (_, at) =>
        half(view.getUint16(from + 2 * at, true)),
      ),
    };
  if (type === "<f4")
    return {
      shape,
      data: Float32Array.from({ length: count }, (_, at) => view.getFloat32(from + 4 * at, true)),
    };
  throw new Error(`npy type ${type} is not read here`);
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function at(
  grid: Pick<Grid, "size" | "data">,
  [i, j, k]: readonly number[],
  channel = 0,
): number {
  const [nx, ny, nz] = grid.size;
  return grid.data[
    ((channel * nx + (i as number)) * ny + (j as number)) * nz + (k as number)
  ] as number;
}

/** Largest absolute difference between a grid's block at `offset` and a reference grid. */
export function blockDifference(actual: Grid, reference: Grid, offset: Size): number {
  let most = 0;
  for (let i = 0; i < reference.size[0]; i += 1) {
    for (let j = 0; j < reference.size[1]; j += 1) {
      for (let k = 0; k < reference.size[2]; k += 1) {
        const difference = Math.abs(
          at(actual, [i + offset[0], j + offset[1], k + offset[2]]) - at(reference, [i, j, k]),
        );
        if (!(difference <= most)) most = difference;
      }
    }
  }
  return most;
}
