/** Decoders for encapsulated DICOM pixels: Cornerstone's codecs, loaded when first met, and two of our own. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inflateRawSync } from "node:zlib";
import { AppError } from "../../api/errors.ts";
import type { Voxels } from "../../api/volume.ts";
import { decodeRle } from "./dicom-rle.ts";
import { decodeDct, type DctImage } from "./jpeg-dct.ts";

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
type Decoder = (bytes: Uint8Array, frame: Frame) => Promise<Decoded>;

const require = createRequire(import.meta.url);

type FrameInfo = {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
};
type WasmDecoder = {
  getEncodedBuffer: (size: number) => Uint8Array;
  decode: () => void;
  getDecodedBuffer: () => Uint8Array;
  getFrameInfo: () => FrameInfo;
  getInterleaveMode?: () => number;
  delete: () => void;
};
type WasmModule = Record<string, new () => WasmDecoder>;
const modules = new Map<string, Promise<WasmModule>>();

/** One Emscripten codec from its two exports (script, binary); the module is made once and kept. */
async function codecModule(script: string, binary: string): Promise<WasmModule> {
  let module = modules.get(script);
  if (module === undefined) {
    const start = require(script) as (options: object) => WasmModule | Promise<WasmModule>;
    module = Promise.resolve(
      start({
        wasmBinary: readFileSync(require.resolve(binary)),
        print: () => {},
        printErr: () => {},
      }),
    );
    modules.set(script, module);
  }
  return module;
}

function wasm(script: string, binary: string, className: string): Decoder {
  return async (bytes, frame) => {
    refuseOtherSize(bytes, frame);
    const Codec = (await codecModule(script, binary))[className];
    if (Codec === undefined)
      throw new AppError("internal", `The codec ${script} has no ${className}.`);
    const decoder = new Codec();
    try {
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const about = decoder.getFrameInfo();
      // The buffer lies in the codec's own memory and is gone with the next call: copy it.
      const raw = Uint8Array.from(decoder.getDecodedBuffer());
      const planar =
        className === "JpegLSDecoder" && frame.samples > 1 && decoder.getInterleaveMode?.() === 0;
      return {
        data: typed(raw, {
          ...frame,
          bitsAllocated: about.bitsPerSample > 8 ? 16 : 8,
          signed: about.isSigned,
        }),
        planar,
        isRgb: frame.photometric !== "YBR_FULL",
      };
    } finally {
      decoder.delete();
    }
  };
}

/** A code stream of another size than the header's is refused before anything is allocated for it. */
function refuseOtherSize(bytes: Uint8Array, frame: Frame): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24) return;
  const wavelets = view.getUint32(0) === 0xff4fff51;
  const [width, height] = wavelets
    ? [view.getUint32(8) - view.getUint32(16), view.getUint32(12) - view.getUint32(20)]
    : jpegLsSize(view);
  if (width !== frame.columns || height !== frame.rows)
    throw new AppError(
      "badFile",
      `The ${wavelets ? "JPEG 2000" : "JPEG-LS"} stream is ${width} × ${height} where ${frame.columns} × ${frame.rows} was expected.`,
    );
}

/** Columns and rows of the frame header SOF55 (ITU-T T.87 C.2.2). @throws badFile without one */
function jpegLsSize(view: DataView): [width: number, height: number] {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    if (view.getUint8(at + 1) === 0xf7) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += 2 + view.getUint16(at + 2);
  }
  throw new AppError("badFile", "The stream has no header of JPEG-LS or JPEG 2000.");
}

/** Little-endian bytes as numbers of the frame's type; bits that hold no pixel are cleared. @throws badFile when there are too few */
export function typed(raw: Uint8Array, frame: Frame): Voxels {
  const count = frame.rows * frame.columns * frame.samples;
  const bytesPer = frame.bitsAllocated > 16 ? 4 : frame.bitsAllocated > 8 ? 2 : 1;
  if (raw.length < count * bytesPer)
    throw new AppError(
      "badFile",
      `A frame of ${frame.columns} × ${frame.rows} needs ${count * bytesPer} bytes of pixels; there are ${raw.length}.`,
    );
  const { buffer } = raw.slice(0, count * bytesPer);
  if (bytesPer === 1) return frame.signed ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (bytesPer === 2) return frame.signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  return frame.signed ? new Int32Array(buffer) : new Uint32Array(buffer);
}

const dct: Decoder = async (bytes, frame) => {
  const image = decodeDct(bytes, { width: frame.columns, height: frame.rows });
  if (image.components !== frame.samples)
    throw new AppError(
      "badFile",
      `The JPEG stream has ${image.components} components where the header says ${frame.samples}.`,
    );
  return {
    data: isYcbcr(image, frame) ? ycbcrToRgb(image.data) : image.data,
    planar: false,
    isRgb: true,
  };
};

/** The stream's own word first (Adobe marker, component names), then the header's. */
function isYcbcr(image: DctImage, frame: Frame): boolean {
  if (image.components !== 3) return false;
  if (image.adobeTransform !== undefined) return image.adobeTransform === 1;
  if (image.ids.join(",") === "82,71,66") return false;
  return frame.photometric.startsWith("YBR") || image.jfif;
}

/** ITU-R BT.601 full range, interleaved (JFIF 1.02; DICOM PS3.3 C.7.6.3.1.2). */
export function ycbcrToRgb(data: Voxels): Uint8Array {
  const out = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const y = data[at] as number;
    const cb = (data[at + 1] as number) - 128;
    const cr = (data[at + 2] as number) - 128;
    out[at] = y + 1.402 * cr;
    out[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
    out[at + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(out.buffer);
}

const lossless: Decoder = async (bytes, frame) => {
  const { Decoder: LosslessDecoder } = await import("jpeg-lossless-decoder-js");
  const raw = new Uint8Array(new LosslessDecoder().decompress(bytes.slice().buffer));
  const bytesPer = raw.length / (frame.rows * frame.columns * frame.samples);
  return {
    data: typed(raw, { ...frame, bitsAllocated: bytesPer >= 2 ? 16 : 8, signed: false }),
    planar: false,
    isRgb: !frame.photometric.startsWith("YBR"),
  };
};

const rle: Decoder = async (bytes, frame) => {
  const bitmap = frame.bitsAllocated === 1;
  const raw = decodeRle(
    bytes,
    bitmap
      ? { pixels: Math.ceil((frame.rows * frame.columns) / 8), samples: 1, bytesPer: 1 }
      : {
          pixels: frame.rows * frame.columns,
          samples: frame.samples,
          bytesPer: Math.ceil(frame.bitsAllocated / 8),
        },
  );
  return {
    data: bitmap ? unpackBits(raw, 0, frame.rows * frame.columns) : typed(raw, frame),
    planar: false,
    isRgb: false,
  };
};

/** Deflated image frame compression (PS3.5 A.4.13): each frame a raw deflate stream. */
const deflated: Decoder = async (bytes, frame) => {
  const pixels = frame.rows * frame.columns;
  const size =
    frame.bitsAllocated === 1
      ? Math.ceil(pixels / 8)
      : (pixels * frame.samples * frame.bitsAllocated) / 8;
  const raw = new Uint8Array(inflateRawSync(bytes, { maxOutputLength: size + 16 }));
  if (raw.length < size)
    throw new AppError(
      "badFile",
      `A deflated frame unpacks to ${raw.length} bytes; ${size} were expected.`,
    );
  return {
    data: frame.bitsAllocated === 1 ? unpackBits(raw, 0, pixels) : typed(raw, frame),
    planar: false,
    isRgb: false,
  };
};

/** One byte per pixel from bits, lowest bit first (PS3.5 8.1.1), from bit `start` on. */
export function unpackBits(raw: Uint8Array, start: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let at = 0; at < count; at += 1)
    out[at] = ((raw[(start + at) >> 3] as number) >> ((start + at) & 7)) & 1;
  return out;
}

const jpegLs = wasm(
  "@cornerstonejs/codec-charls/decodewasmjs",
  "@cornerstonejs/codec-charls/decodewasm",
  "JpegLSDecoder",
);
const jpeg2000 = wasm(
  "@cornerstonejs/codec-openjpeg/decodewasmjs",
  "@cornerstonejs/codec-openjpeg/decodewasm",
  "J2KDecoder",
);
const highThroughput = wasm(
  "@cornerstonejs/codec-openjph/wasmjs",
  "@cornerstonejs/codec-openjph/wasm",
  "HTJ2KDecoder",
);

const prefix = "1.2.840.10008.1.2";
export const decoders: Record<string, { name: string; decode: Decoder }> = {
  [`${prefix}.5`]: { name: "RLE Lossless", decode: rle },
  [`${prefix}.8.1`]: { name: "Deflated Image Frame", decode: deflated },
  [`${prefix}.4.50`]: { name: "JPEG Baseline", decode: dct },
  [`${prefix}.4.51`]: { name: "JPEG Extended", decode: dct },
  [`${prefix}.4.53`]: { name: "JPEG Spectral Selection", decode: dct },
  [`${prefix}.4.55`]: { name: "JPEG Full Progression", decode: dct },
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
