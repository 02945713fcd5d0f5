/** PNG and JPEG to one-slice volumes: no geometry, modality unknown, first row at the top. */
import { decode as decodePng, encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";

export const isPng = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

const megapixels = 100;

/** What a picture says of the patient: nothing. Rows run downward and columns to the viewer's right. */
export function unplaced(): Pick<Volume, "spacing" | "affine" | "modality" | "units"> {
  return {
    spacing: [1, 1, 1],
    // LPS directions, so RAS signs are negative.
    affine: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    modality: "unknown",
    units: "",
  };
}

function flat(
  width: number,
  height: number,
  channels: number,
  data: Uint8Array | Uint16Array,
): Volume {
  return { ...unplaced(), shape: [width, height, 1], channels, data };
}

export function readPng(bytes: Uint8Array, name: string): Volume {
  const size = bytes.length > 24 ? new DataView(bytes.buffer, bytes.byteOffset) : undefined;
  if (size && size.getUint32(16) * size.getUint32(20) > megapixels * 1e6)
    throw new AppError(
      "badFile",
      `"${name}" claims ${size.getUint32(16)} × ${size.getUint32(20)} pixels; at most ${megapixels} megapixels are read.`,
    );
  try {
    const image = decodePng(bytes, { checkCrc: true });
    const count = image.width * image.height;
    const source = image.depth === 16 ? Uint16Array.from(image.data) : Uint8Array.from(image.data);
    if (image.palette) return fromPalette(image.width, image.height, source, image.palette);
    const colours = image.channels >= 3 ? 3 : 1;
    const scale = image.depth < 8 ? 255 / (2 ** image.depth - 1) : 1;
    const planar =
      image.depth === 16 ? new Uint16Array(count * colours) : new Uint8Array(count * colours);
    const values =
      image.depth < 8
        ? unpack(source as Uint8Array, image.width, image.height, image.depth)
        : source;
    for (let c = 0; c < colours; c += 1)
      for (let at = 0; at < count; at += 1)
        planar[c * count + at] =
          (values[at * (image.depth < 8 ? 1 : image.channels) + c] as number) * scale;
    return flat(image.width, image.height, colours, planar);
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${name}" cannot be read as PNG: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
}

/** Bit-packed rows of 1, 2 or 4 bits to one value per pixel. */
function unpack(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (data.length >= width * height) return data;
  const stride = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const x = at % width;
    const byte = data[Math.floor(at / width) * stride + Math.floor((x * depth) / 8)] as number;
    return (byte >> (8 - depth - ((x * depth) % 8))) & (2 ** depth - 1);
  });
}

function fromPalette(
  width: number,
  height: number,
  indexes: Uint8Array | Uint16Array,
  palette: number[][],
): Volume {
  const count = width * height;
  const depth = indexes.length >= count ? 8 : Math.max(1, Math.floor((indexes.length * 8) / count));
  const values = depth === 8 ? indexes : unpack(indexes as Uint8Array, width, height, depth);
  const planar = new Uint8Array(count * 3);
  for (let at = 0; at < count; at += 1) {
    const colour = palette[values[at] as number] ?? [0, 0, 0];
    for (let c = 0; c < 3; c += 1) planar[c * count + at] = colour[c] as number;
  }
  return flat(width, height, 3, planar);
}

export function readJpeg(bytes: Uint8Array, name: string): Volume {
  try {
    const image = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      maxResolutionInMP: megapixels,
      maxMemoryUsageInMB: 1024,
    });
    const count = image.width * image.height;
    const channels = Math.round(image.data.length / count);
    const planar = new Uint8Array(image.data.length);
    for (let c = 0; c < channels; c += 1)
      for (let at = 0; at < count; at += 1)
        planar[c * count + at] = image.data[at * channels + c] as number;
    const grey =
      channels === 3 &&
      planar
        .subarray(0, count)
        .every((value, at) => value === planar[count + at] && value === planar[2 * count + at]);
    return flat(
      image.width,
      image.height,
      grey ? 1 : channels,
      grey ? planar.slice(0, count) : planar,
    );
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${name}" cannot be read as JPEG: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
}

/** Label ids as an 8-bit grey PNG of the same size, the ids themselves as grey values. */
export function writeLabelPng(mask: {
  shape: readonly [number, number, number];
  data: Uint8Array;
}): Uint8Array {
  const [width, height] = mask.shape;
  return encodePng({
    width,
    height,
    data: mask.data.slice(0, width * height),
    channels: 1,
    depth: 8,
  });
}

/** Labels in their fixed colours on black, for people; label ids are only in `writeLabelPng`. */
export function writeColourPng(
  mask: { shape: readonly [number, number, number]; data: Uint8Array },
  labels: readonly { id: number; color: string }[],
): Uint8Array {
  const [width, height] = mask.shape;
  const rgb = new Uint8Array(width * height * 3);
  const colours = new Map(labels.map(({ id, color }) => [id, rgbOf(color)]));
  for (let at = 0; at < width * height; at += 1)
    rgb.set(colours.get(mask.data[at] as number) ?? [0, 0, 0], at * 3);
  return encodePng({ width, height, data: rgb, channels: 3, depth: 8 });
}

/** An image with labels laid over it in their colours, for people and slides; never to be read back. */
export function writeOverlayPng(
  [width, height]: readonly [number, number],
  [red, green, blue]: readonly [Uint8Array, Uint8Array, Uint8Array],
  mask: Uint8Array,
  labels: readonly { id: number; color: string }[],
): Uint8Array {
  const colours = new Map(labels.map(({ id, color }) => [id, rgbOf(color)]));
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const colour = colours.get(mask[at] as number);
    const under = [red[at] ?? 0, green[at] ?? 0, blue[at] ?? 0];
    for (let c = 0; c < 3; c += 1)
      rgb[at * 3 + c] = colour
        ? 0.6 * (under[c] as number) + 0.4 * (colour[c] as number)
        : (under[c] as number);
  }
  return encodePng({ width, height, data: rgb, channels: 3, depth: 8 });
}

const rgbOf = (color: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
