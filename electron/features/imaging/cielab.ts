/** Colours as DICOM keeps them: CIELab (D65) as PCS values scaled to 16 bits (PS3.3 C.10.7.1.1). */
import { dot, type Vector } from "./geometry.ts";

const white = { x: 0.9505, z: 1.089 };

/** "#rrggbb" to three numbers of 16 bits. */
export function toCielab(color: string): [number, number, number] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Vector;
  const f = (value: number): number =>
    value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27) * (value / 116) + 16 / 116;
  const x = f(dot([0.4124, 0.3576, 0.1805], linear) / white.x);
  const y = f(dot([0.2126, 0.7152, 0.0722], linear));
  const z = f(dot([0.0193, 0.1192, 0.9505], linear) / white.z);
  return [
    ((116 * y - 16) / 100) * 65535,
    ((500 * (x - y) + 128) / 255) * 65535,
    ((200 * (y - z) + 128) / 255) * 65535,
  ].map((value) => Math.min(65535, Math.max(0, Math.round(value)))) as Vector;
}

/** The nearest sRGB colour. */
export function fromCielab([l, a, b]: readonly [number, number, number]): string {
  const y = ((l / 65535) * 100 + 16) / 116;
  const x = y + ((a / 65535) * 255 - 128) / 500;
  const z = y - ((b / 65535) * 255 - 128) / 200;
  const back = (value: number): number =>
    value ** 3 > 216 / 24389 ? value ** 3 : ((value - 16 / 116) * 116 * 27) / 24389;
  const xyz: Vector = [back(x) * white.x, back(y), back(z) * white.z];
  const linear = [
    dot([3.2406, -1.5372, -0.4986], xyz),
    dot([-0.9689, 1.8758, 0.0415], xyz),
    dot([0.0557, -0.204, 1.057], xyz),
  ];
  return `#${linear
    .map((value) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
    .map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255))
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}
