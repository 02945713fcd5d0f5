/** From the coefficients of a JPEG to its samples: the inverse cosine transform (ITU-T T.81 annex A.3.3). */
import { AppError } from "../../api/errors.ts";

export type Component = {
  id: number;
  h: number;
  v: number;
  table: number;
  perLine: number;
  lines: number;
  coefficients: Int32Array;
  previous: number;
  dc: number;
  ac: number;
};
export type Image = {
  width: number;
  height: number;
  precision: number;
  progressive: boolean;
  components: Component[];
  maxH: number;
  maxV: number;
};

export const broken = (what: string): AppError =>
  new AppError("badFile", `The JPEG stream is broken: ${what}.`);

const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const u = at % 8;
  return (
    (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * Math.floor(at / 8) + 1) * u * Math.PI) / 16)
  );
});

/** Inverse transform of every block, level shift, and chroma repeated to full size. */
export function samplesOf(
  image: Image,
  quantisation: Map<number, Int32Array>,
): Uint8Array | Uint16Array {
  const { width, height, components, precision } = image;
  const top = 2 ** precision - 1;
  const shift = 2 ** (precision - 1);
  const out =
    precision > 8
      ? new Uint16Array(width * height * components.length)
      : new Uint8Array(width * height * components.length);
  const rows = new Float64Array(64);
  components.forEach((component, channel) => {
    const table = quantisation.get(component.table);
    if (table === undefined) throw broken(`quantisation table ${component.table} is missing`);
    const plane = new Uint16Array(component.perLine * 8 * component.lines * 8);
    const stride = component.perLine * 8;
    for (let block = 0; block < component.perLine * component.lines; block += 1) {
      inverse(
        component.coefficients.subarray(block * 64, block * 64 + 64),
        table,
        rows,
        (x, y, value) => {
          const place =
            (Math.floor(block / component.perLine) * 8 + y) * stride +
            (block % component.perLine) * 8 +
            x;
          plane[place] = Math.min(top, Math.max(0, Math.round(value + shift)));
        },
      );
    }
    for (let y = 0; y < height; y += 1) {
      const line = Math.floor((y * component.v) / image.maxV) * stride;
      for (let x = 0; x < width; x += 1)
        out[(y * width + x) * components.length + channel] = plane[
          line + Math.floor((x * component.h) / image.maxH)
        ] as number;
    }
  });
  return out;
}

function inverse(
  coefficients: Int32Array,
  table: Int32Array,
  rows: Float64Array,
  put: (x: number, y: number, value: number) => void,
): void {
  for (let v = 0; v < 8; v += 1) {
    for (let x = 0; x < 8; x += 1) {
      let sum = 0;
      for (let u = 0; u < 8; u += 1)
        sum +=
          (coefficients[v * 8 + u] as number) *
          (table[v * 8 + u] as number) *
          (cosines[x * 8 + u] as number);
      rows[v * 8 + x] = sum;
    }
  }
  for (let y = 0; y < 8; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      let sum = 0;
      for (let v = 0; v < 8; v += 1)
        sum += (rows[v * 8 + x] as number) * (cosines[y * 8 + v] as number);
      put(x, y, sum);
    }
  }
}
