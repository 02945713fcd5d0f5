/** Which volume of a file with a fourth dimension is read, counted from 1. Pure. */
import { AppError } from "../../api/errors.ts";

export type VolumeChoice = {
  /** Absent where the file holds one. */
  volumes?: { index: number; count: number };
  warnings: string[];
};

/** @throws badInput for a volume that the file does not hold */
export function chooseVolume(name: string, chosen: number, count: number): VolumeChoice {
  if (!(Number.isInteger(chosen) && chosen >= 1 && chosen <= count))
    throw new AppError(
      "badInput",
      `"${name}" holds ${count} ${count === 1 ? "volume" : "volumes"}; there is no volume ${chosen}.`,
    );
  if (count === 1) return { warnings: [] };
  return {
    volumes: { index: chosen, count },
    warnings: [
      `The file holds ${count} volumes; ${chosen === 1 ? "the first" : `number ${chosen}`} is shown.`,
    ],
  };
}
