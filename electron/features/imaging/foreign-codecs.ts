/**
 * Decoders that are not ours: Cornerstone's WebAssembly codecs and the lossless JPEG decoder. On damaged
 * streams some of them never end or ruin their own memory, so that only `decode-thread.ts` may run them.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AppError } from "../../api/errors.ts";
import { typed, type Decoder, type Frame } from "./frame-values.ts";

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
type WasmCodec = { script: string; binary: string; className: string };

const wasmCodecs: Partial<Record<ForeignCodec, WasmCodec>> = {
  jpegLs: {
    script: "@cornerstonejs/codec-charls/decodewasmjs",
    binary: "@cornerstonejs/codec-charls/decodewasm",
    className: "JpegLSDecoder",
  },
  jpeg2000: {
    script: "@cornerstonejs/codec-openjpeg/decodewasmjs",
    binary: "@cornerstonejs/codec-openjpeg/decodewasm",
    className: "J2KDecoder",
  },
  htj2k: {
    script: "@cornerstonejs/codec-openjph/wasmjs",
    binary: "@cornerstonejs/codec-openjph/wasm",
    className: "HTJ2KDecoder",
  },
};
export type ForeignCodec = "jpegLs" | "jpeg2000" | "htj2k" | "jpegLossless";

const modules = new Map<string, WasmModule>();

/** Compiles a codec before the clock of its first frame starts. */
export async function prepareCodec(codec: ForeignCodec): Promise<Decoder> {
  const wasm = wasmCodecs[codec];
  if (wasm === undefined) return lossless;
  let module = modules.get(codec);
  if (module === undefined) {
    const start = require(wasm.script) as (options: object) => WasmModule | Promise<WasmModule>;
    const wasmBinary = readFileSync(require.resolve(wasm.binary));
    module = await start({ wasmBinary, print: () => {}, printErr: () => {} });
    modules.set(codec, module);
  }
  return decoderOf(module, wasm.className);
}

/** After a codec failed inside, its memory cannot be trusted for the next frame. */
export function forgetCodecs(): void {
  modules.clear();
}

function decoderOf(module: WasmModule, className: string): Decoder {
  return async (bytes, frame) => {
    refuseOtherSize(bytes, frame);
    const Codec = module[className];
    if (Codec === undefined) throw new AppError("internal", `There is no codec ${className}.`);
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
