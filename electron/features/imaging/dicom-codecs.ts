/** Decoders for encapsulated DICOM pixels: Cornerstone's codecs, loaded when first met. */
import { createRequire } from "node:module";
import jpeg from "jpeg-js";
import { AppError } from "../../api/errors.ts";

export type Frame = { rows: number; columns: number; samples: number; bitsAllocated: number; signed: boolean };
export type Decoded = { data: Uint8Array | Int8Array | Uint16Array | Int16Array; planar: boolean; isRgb: boolean };
type Decoder = (bytes: Uint8Array, frame: Frame) => Promise<Decoded>;

const require = createRequire(import.meta.url);

type WasmDecoder = { getEncodedBuffer: (size: number) => Uint8Array; decode: () => void; getDecodedBuffer: () => Uint8Array; delete: () => void };
type WasmModule = Record<string, new () => WasmDecoder>;
const modules = new Map<string, Promise<WasmModule>>();

/** One Emscripten codec; the module is made once and kept. */
function wasm(path: string, className: string): Decoder {
  return async (bytes, frame) => {
    let module = modules.get(path);
    if (module === undefined) modules.set(path, (module = Promise.resolve((require(path) as (options: object) => WasmModule | Promise<WasmModule>)({ print: () => {}, printErr: () => {} }))));
    const Codec = (await module)[className];
    if (Codec === undefined) throw new AppError("internal", `The codec ${path} has no ${className}.`);
    const decoder = new Codec();
    try {
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      // The buffer lies in the codec's own memory and is gone with the next call: copy it.
      const raw = Uint8Array.from(decoder.getDecodedBuffer());
      return { data: typed(raw, frame), planar: false, isRgb: frame.samples === 3 };
    } finally {
      decoder.delete();
    }
  };
}

/** Little-endian bytes as numbers of the frame's type. */
export function typed(raw: Uint8Array, frame: Frame): Decoded["data"] {
  const expected = frame.rows * frame.columns * frame.samples * (frame.bitsAllocated > 8 ? 2 : 1);
  if (raw.length < expected) throw new AppError("badFile", `A frame of ${frame.columns} × ${frame.rows} needs ${expected} bytes of pixels; there are ${raw.length}.`);
  const bytes = raw.slice(0, expected);
  if (frame.bitsAllocated <= 8) return frame.signed ? new Int8Array(bytes.buffer) : bytes;
  return frame.signed ? new Int16Array(bytes.buffer) : new Uint16Array(bytes.buffer);
}

/** PackBits segments, most significant byte first (DICOM PS3.5 annex G). */
function rle(bytes: Uint8Array, frame: Frame): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = frame.rows * frame.columns;
  const perSample = frame.bitsAllocated > 8 ? 2 : 1;
  const segments = view.getUint32(0, true);
  if (segments !== perSample * frame.samples) throw new AppError("badFile", `An RLE frame has ${segments} segments; ${perSample * frame.samples} were expected.`);
  const out = new Uint8Array(size * perSample * frame.samples);
  for (let segment = 0; segment < segments; segment += 1) {
    const sample = Math.floor(segment / perSample);
    const byte = perSample - 1 - (segment % perSample);
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : bytes.length;
    let at = start;
    let pixel = 0;
    const put = (value: number): void => {
      if (pixel < size) out[(pixel * frame.samples + sample) * perSample + byte] = value;
      pixel += 1;
    };
    while (at < end && pixel < size) {
      const count = view.getInt8(at++);
      if (count >= 0) for (let n = 0; n <= count && at < end; n += 1) put(bytes[at++] as number);
      else if (count !== -128) {
        const value = bytes[at++] as number;
        for (let n = 0; n < 1 - count; n += 1) put(value);
      }
    }
    if (pixel < size) throw new AppError("badFile", `An RLE segment ends after ${pixel} of ${size} pixels.`);
  }
  return out;
}

const baseline: Decoder = async (bytes, frame) => {
  const image = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: 1024 });
  return { data: typed(image.data, { ...frame, bitsAllocated: 8, samples: frame.samples }), planar: false, isRgb: frame.samples === 3 };
};

const lossless: Decoder = async (bytes, frame) => {
  const { Decoder: LosslessDecoder } = await import("jpeg-lossless-decoder-js");
  const raw = new LosslessDecoder().decompress(bytes.slice().buffer);
  return { data: typed(new Uint8Array(raw), frame), planar: false, isRgb: frame.samples === 3 };
};

const jpegLs = wasm("@cornerstonejs/codec-charls/decode", "JpegLSDecoder");
const jpeg2000 = wasm("@cornerstonejs/codec-openjpeg/decode", "J2KDecoder");
const highThroughput = wasm("@cornerstonejs/codec-openjph", "HTJ2KDecoder");
const extended = wasm("@cornerstonejs/codec-libjpeg-turbo-8bit/decode", "JPEGDecoder");

const prefix = "1.2.840.10008.1.2";
export const decoders: Record<string, { name: string; decode: Decoder }> = {
  [`${prefix}.5`]: { name: "RLE Lossless", decode: async (bytes, frame) => ({ data: typed(rle(bytes, frame), frame), planar: false, isRgb: false }) },
  [`${prefix}.4.50`]: { name: "JPEG Baseline", decode: baseline },
  [`${prefix}.4.51`]: { name: "JPEG Extended", decode: (bytes, frame) => (frame.bitsAllocated <= 8 ? extended(bytes, frame) : lossless(bytes, frame)) },
  [`${prefix}.4.57`]: { name: "JPEG Lossless", decode: lossless },
  [`${prefix}.4.70`]: { name: "JPEG Lossless SV1", decode: lossless },
  [`${prefix}.4.80`]: { name: "JPEG-LS Lossless", decode: jpegLs },
  [`${prefix}.4.81`]: { name: "JPEG-LS Near-lossless", decode: jpegLs },
  [`${prefix}.4.90`]: { name: "JPEG 2000 Lossless", decode: jpeg2000 },
  [`${prefix}.4.91`]: { name: "JPEG 2000", decode: jpeg2000 },
  [`${prefix}.4.201`]: { name: "HTJ2K Lossless", decode: highThroughput },
  [`${prefix}.4.202`]: { name: "HTJ2K Lossless RPCL", decode: highThroughput },
  [`${prefix}.4.203`]: { name: "HTJ2K", decode: highThroughput },
};

export const plainSyntaxes: Record<string, string> = {
  [prefix]: "Implicit VR Little Endian",
  [`${prefix}.1`]: "Explicit VR Little Endian",
  [`${prefix}.1.99`]: "Deflated Explicit VR Little Endian",
  [`${prefix}.2`]: "Explicit VR Big Endian",
};
