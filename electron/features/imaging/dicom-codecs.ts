/** Decoders for encapsulated DICOM pixels, by transfer syntax: our own here, the foreign ones apart. */
import { inflateRawSync } from "node:zlib";
import { AppError } from "../../api/errors.ts";
import type { Voxels } from "../../api/volume.ts";
import { decodeApart } from "./decode-apart.ts";
import { decodeRle } from "./dicom-rle.ts";
import type { ForeignCodec } from "./foreign-codecs.ts";
import { typed, unpackBits, type Decoder, type Frame } from "./frame-values.ts";
import { decodeDct, type DctImage } from "./jpeg-dct.ts";

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

const foreign =
  (codec: ForeignCodec): Decoder =>
  (bytes, frame) =>
    decodeApart(codec, bytes, frame);
const lossless = foreign("jpegLossless");
const jpegLs = foreign("jpegLs");
const jpeg2000 = foreign("jpeg2000");
const highThroughput = foreign("htj2k");

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
