/** What a decoder is told of a frame and what it gives back: stored values as numbers of the frame's type. */
import { AppError } from "../../api/errors.ts";
import type { Voxels } from "../../api/volume.ts";

export type Frame = {
  rows: number;
  columns: number;
  samples: number;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  photometric: string;
};
/** `planar`: channels one after the other; `isRgb`: no colour transform is left to do. */
export type Decoded = { data: Voxels; planar: boolean; isRgb: boolean };
export type Decoder = (bytes: Uint8Array<ArrayBuffer>, frame: Frame) => Promise<Decoded>;

/**
 * Little-endian bytes as numbers of the frame's type; no copy where `raw` is nothing but the frame.
 * @throws badFile when there are too few
 */
export function typed(raw: Uint8Array, frame: Frame): Voxels {
  const count = frame.rows * frame.columns * frame.samples;
  const bytesPer = frame.bitsAllocated > 16 ? 4 : frame.bitsAllocated > 8 ? 2 : 1;
  if (raw.length < count * bytesPer)
    throw new AppError(
      "badFile",
      `A frame of ${frame.columns} × ${frame.rows} needs ${count * bytesPer} bytes of pixels; there are ${raw.length}.`,
    );
  const isWhole = raw.byteLength === count * bytesPer && raw.byteLength === raw.buffer.byteLength;
  const { buffer } = isWhole ? raw : raw.slice(0, count * bytesPer);
  if (bytesPer === 1) return frame.signed ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (bytesPer === 2) return frame.signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  return frame.signed ? new Int32Array(buffer) : new Uint32Array(buffer);
}

/** One byte per pixel from bits, lowest bit first (PS3.5 8.1.1), from bit `start` on. */
export function unpackBits(raw: Uint8Array, start: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let at = 0; at < count; at += 1)
    out[at] = ((raw[(start + at) >> 3] as number) >> ((start + at) & 7)) & 1;
  return out;
}
