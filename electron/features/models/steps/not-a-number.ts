import { AppError } from "../../../api/errors.ts";

export const notANumber = (): AppError =>
  new AppError("modelFailed", "The network's output holds NaN; nothing of it is used.");

/** @throws modelFailed where any value is NaN: nothing may be made of such an output */
export function refuseNaN(data: Float32Array): void {
  // One NaN makes the sum NaN, and so may infinities; four sums do not wait for each other.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let at = 0; at < whole; at += 4) {
    a += data[at] as number;
    b += data[at + 1] as number;
    c += data[at + 2] as number;
    d += data[at + 3] as number;
  }
  for (let at = whole; at < data.length; at += 1) a += data[at] as number;
  if (Number.isNaN(a + b + c + d) && data.some(Number.isNaN)) throw notANumber();
}
