/** DICOM's RLE Lossless: PackBits segments, most significant byte first (PS3.5 annex G). */
import { AppError } from "../../api/errors.ts";

type Layout = { pixels: number; samples: number; bytesPer: number };

/** Bytes little-endian per value, samples interleaved. @throws badFile where a segment is missing or short */
export function decodeRle(bytes: Uint8Array, { pixels, samples, bytesPer }: Layout): Uint8Array {
  if (bytes.length < 64)
    throw new AppError(
      "badFile",
      `An RLE frame has ${bytes.length} bytes; its header alone has 64.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== bytesPer * samples)
    throw new AppError(
      "badFile",
      `An RLE frame has ${segments} segments; ${bytesPer * samples} were expected.`,
    );
  // Two bytes stand for at most 128, so a short frame cannot fill a large image.
  if (bytes.length * 64 < pixels)
    throw new AppError(
      "badFile",
      `An RLE frame of ${bytes.length} bytes cannot hold ${pixels} pixels.`,
    );
  const out = new Uint8Array(pixels * bytesPer * samples);
  for (let segment = 0; segment < segments; segment += 1) {
    const sample = Math.floor(segment / bytesPer);
    const byte = bytesPer - 1 - (segment % bytesPer);
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : bytes.length;
    const done = unpack(
      bytes,
      { start, end: Math.min(end, bytes.length) },
      pixels,
      (pixel, value) => {
        out[(pixel * samples + sample) * bytesPer + byte] = value;
      },
    );
    if (done < pixels)
      throw new AppError("badFile", `An RLE segment ends after ${done} of ${pixels} pixels.`);
  }
  return out;
}

function unpack(
  bytes: Uint8Array,
  { start, end }: { start: number; end: number },
  pixels: number,
  put: (pixel: number, value: number) => void,
): number {
  let at = start;
  let pixel = 0;
  while (at < end && pixel < pixels) {
    const count = ((bytes[at++] as number) << 24) >> 24;
    if (count >= 0) {
      for (let n = 0; n <= count && at < end && pixel < pixels; n += 1)
        put(pixel++, bytes[at++] as number);
    } else if (count !== -128 && at < end) {
      const value = bytes[at++] as number;
      for (let n = 0; n < 1 - count && pixel < pixels; n += 1) put(pixel++, value);
    }
  }
  return pixel;
}
