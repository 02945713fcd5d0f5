import { AppError } from "../../../api/errors.ts";

export const notANumber = (): AppError =>
  new AppError("modelFailed", "The network's output holds NaN; nothing of it is used.");

/** @throws modelFailed where any value is NaN: nothing may be made of such an output */
export function refuseNaN(data: Float32Array): void {
  for (let at = 0; at < data.length; at += 1) if (Number.isNaN(data[at])) throw notANumber();
}
