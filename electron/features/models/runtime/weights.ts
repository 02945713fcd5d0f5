/** What each model holds of memory and how long it takes to open: measured as it opened, else guessed from its file. */
import { statSync } from "node:fs";
import type { Weight } from "./residency.ts";

/** An opened network takes its file twice: once read, once laid out for the kernels. Until it is measured. */
const guessedTimes = 2;
/** GGUF weights are mapped as they lie on the disk; the rest are the contexts of answers written at once. */
const guessedTimesOfGguf = 1.5;
const guessedBytesPerMs = 400_000;

type Known = {
  /** By trace name. */
  paths: ReadonlyMap<string, string>;
  deviceOf: ReadonlyMap<string, string>;
  budgetOf: (device: string) => number;
};

export function createWeights({ paths, deviceOf, budgetOf }: Known) {
  const weights = new Map<string, Weight>();

  function weigh(id: string, bytes: number, loadMs: number): void {
    // A second opening may find pages that the first left behind: the larger figure is the safe one.
    weights.set(id, { id, liveBytes: Math.max(bytes, weights.get(id)?.liveBytes ?? 0), loadMs });
  }

  /** Weights over 2 GB lie beside their network. */
  function fileBytes(id: string): number {
    const path = paths.get(id);
    return path === undefined ? 0 : sizeAt(path) + sizeAt(`${path}_data`);
  }

  /** A GGUF model takes the room on a graphics card that there is; the layers beyond it stay with the processor. */
  function weightOf(id: string): Weight {
    const whole = wholeWeightOf(id);
    const device = deviceOf.get(id) ?? "cpu";
    const isSplit = id.endsWith(".gguf") && device !== "cpu";
    return isSplit ? { ...whole, liveBytes: Math.min(whole.liveBytes, budgetOf(device)) } : whole;
  }

  function wholeWeightOf(id: string): Weight {
    const known = weights.get(id);
    if (known) return known;
    const liveBytes = fileBytes(id) * (id.endsWith(".gguf") ? guessedTimesOfGguf : guessedTimes);
    return { id, liveBytes, loadMs: liveBytes / guessedBytesPerMs };
  }

  return { weigh, weightOf, wholeWeightOf, fileBytes };
}

const sizeAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
