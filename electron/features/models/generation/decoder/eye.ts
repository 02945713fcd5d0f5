/** Pictures to the rows that a decoder reads in their place: Pillow's squashing, the mean and spread, the encoder. */
import { createHash } from "node:crypto";
import { AppError } from "../../../../api/errors.ts";
import type { Session, TensorData } from "../../session.ts";
import { resizeBytes } from "../../steps/resize-bytes.ts";
import { freshRoom } from "../../steps/room.ts";
import type { Picture } from "../generator.ts";

export type EyeSettings = {
  tokens: number;
  size: [number, number];
  fit: "stretch" | "pad";
  resample: "bicubic" | "bilinear";
  mean: readonly number[];
  std: readonly number[];
};
/** [tokens, width], row by row. */
type Features = { width: number; data: Float32Array };
export type Eye = {
  /** The rows that stand for a picture; each number is below nought and belongs to this picture's pixels. */
  look: (picture: Picture) => Promise<number[]>;
  /** One row by its number; of a picture that was looked at. */
  rowOf: (row: number) => Float32Array;
};

/** Pictures of the last conversations stay at hand; one takes tokens × width × 4 bytes. */
const mostKept = 32;
const rowsOfPicture = 1 << 16;

export function openEye(session: Session, settings: EyeSettings, file: string): Eye {
  const serials = new Map<string, number>();
  const features = new Map<number, Features>();
  let next = 0;
  return {
    async look(picture) {
      refuseBroken(picture);
      const mark = createHash("sha256")
        .update(`${picture.width} ${picture.height} ${picture.channels} `)
        .update(picture.data)
        .digest("hex");
      let serial = serials.get(mark);
      if (serial === undefined) {
        const seen = await encode(session, picture, settings, file);
        serial = next++;
        if (serials.size >= mostKept) {
          const [oldest] = serials;
          if (oldest) {
            serials.delete(oldest[0]);
            features.delete(oldest[1]);
          }
        }
        features.set(serial, seen);
      } else serials.delete(mark);
      // Last used, last put out.
      serials.set(mark, serial);
      const first = serial * rowsOfPicture;
      return Array.from({ length: settings.tokens }, (_, at) => -(first + at + 1));
    },
    rowOf(row) {
      const place = -row - 1;
      const seen = features.get(Math.floor(place / rowsOfPicture));
      if (seen === undefined)
        throw new Error(`row ${row} belongs to no picture that was looked at`);
      const at = (place % rowsOfPicture) * seen.width;
      return seen.data.subarray(at, at + seen.width);
    },
  };
}

function refuseBroken({ width, height, channels, data }: Picture): void {
  if (width < 1 || height < 1 || data.length !== width * height * channels)
    throw new AppError(
      "badInput",
      `A picture of ${width} × ${height} with ${channels} channel(s) has ${width * height * channels} bytes, not ${data.length}.`,
    );
}

async function encode(
  session: Session,
  picture: Picture,
  settings: EyeSettings,
  file: string,
): Promise<Features> {
  const pixels = pixelsOf(picture, settings);
  const { outputs } = await session.run({ pixel_values: pixels });
  const given = outputs["image_features"];
  const [count, tokens, width] = given?.dims ?? [];
  if (!given || count !== 1 || tokens !== settings.tokens || width === undefined)
    throw new AppError(
      "packInvalid",
      `"${file}" gives image_features [${given?.dims.join(", ") ?? "none"}]; the manifest says [1, ${settings.tokens}, width].`,
    );
  const data =
    given.data instanceof Float32Array
      ? given.data
      : Float32Array.from(given.data as ArrayLike<number>);
  return { width, data };
}

/** [1, 3, height, width], each channel scaled to 0 … 1, then (value - mean) / std. */
export function pixelsOf(picture: Picture, settings: EyeSettings): TensorData {
  const [height, width] = settings.size;
  const data = new Float32Array(3 * height * width);
  for (const channel of [0, 1, 2]) {
    const mean = settings.mean[channel] as number;
    const std = settings.std[channel] as number;
    const plane = planeOf(
      picture,
      channel,
      settings.fit === "pad" ? Math.trunc(mean * 255) : undefined,
    );
    const small = resizeBytes(plane, width, height, freshRoom, settings.resample).data;
    const from = channel * height * width;
    for (let at = 0; at < small.length; at += 1)
      data[from + at] = ((small[at] as number) / 255 - mean) / std;
  }
  return { type: "float32", dims: [1, 3, height, width], data };
}

/** One colour's plane; grey is the same in each. With `ground`, filled up to a square on both sides. */
function planeOf({ width, height, channels, data }: Picture, channel: number, ground?: number) {
  const offset = channels === 1 ? 0 : channel;
  const side = ground === undefined ? undefined : Math.max(width, height);
  const [wide, tall] = [side ?? width, side ?? height];
  const [left, top] = [Math.trunc((wide - width) / 2), Math.trunc((tall - height) / 2)];
  const plane = new Uint8Array(wide * tall).fill(ground ?? 0);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      plane[(y + top) * wide + x + left] = data[(y * width + x) * channels + offset] as number;
  return { width: wide, height: tall, data: plane };
}
