/** Raw bytes of a file to typed voxels: element types, byte order, channels apart. */
import type { Voxels } from "../../api/volume.ts";

export type ElementKind =
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float32"
  | "float64";

export const elementBytes: Record<ElementKind, number> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

export const isElementKind = (name: string): name is ElementKind =>
  Object.hasOwn(elementBytes, name);

/**
 * `count` elements from byte `offset`. 64-bit integers become doubles (exact to 2⁵³).
 * The caller has checked that the bytes are there.
 */
export function elementsOf(
  bytes: Uint8Array,
  offset: number,
  count: number,
  kind: ElementKind,
  little: boolean,
): Voxels {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * elementBytes[kind]);
  const fill = <T extends Voxels>(target: T, read: (at: number) => number): T => {
    const step = elementBytes[kind];
    for (let at = 0; at < count; at += 1) target[at] = read(at * step);
    return target;
  };
  switch (kind) {
    case "uint8":
      // A copy also of Node's Buffer, whose slice() is none.
      return new Uint8Array(bytes.subarray(offset, offset + count));
    case "int8":
      return fill(new Int8Array(count), (at) => view.getInt8(at));
    case "uint16":
      return fill(new Uint16Array(count), (at) => view.getUint16(at, little));
    case "int16":
      return fill(new Int16Array(count), (at) => view.getInt16(at, little));
    case "uint32":
      return fill(new Uint32Array(count), (at) => view.getUint32(at, little));
    case "int32":
      return fill(new Int32Array(count), (at) => view.getInt32(at, little));
    case "uint64":
      return fill(new Float64Array(count), (at) => Number(view.getBigUint64(at, little)));
    case "int64":
      return fill(new Float64Array(count), (at) => Number(view.getBigInt64(at, little)));
    case "float32":
      return fill(new Float32Array(count), (at) => view.getFloat32(at, little));
    case "float64":
      return fill(new Float64Array(count), (at) => view.getFloat64(at, little));
  }
}

/** Pixels with their channels side by side (RGBRGB…) to `kept` channels one after the other, from channel `first` on. */
export function channelsApart(mixed: Voxels, channels: number, kept: number, first = 0): Voxels {
  const pixels = mixed.length / channels;
  const out = new (mixed.constructor as new (size: number) => Voxels)(pixels * kept);
  for (let c = 0; c < kept; c += 1)
    for (let at = 0; at < pixels; at += 1)
      out[c * pixels + at] = mixed[at * channels + first + c] as number;
  return out;
}
