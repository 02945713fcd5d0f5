/** Several MR sequences of one patient as one image: for an expert that reads them together. Pure. */
import { AppError } from "../../../api/errors.ts";
import type { Series } from "../../../api/schemas/imaging.ts";
import { fourSequences, sequenceOfChannel, sequences, type Sequence } from "../../../api/sequences.ts";
import { voxelCount, type Volume } from "../../../api/volume.ts";
import type { ExpertCard } from "../../models/models.ts";
import type { Category } from "../../models/routing/categories.ts";

export type SequenceVolume = { sequence: Sequence; title: string; volume: Volume };

/** VILA-M3's order. */
export const shownOrder: readonly Sequence[] = ["T1c", "T1", "T2", "FLAIR"];

/** What the router is told of an image that stands for a sequence: nothing has to be guessed from its pixels. */
export const categoryOfSequence: Record<Sequence, Category> = {
  T1: "mr-t1",
  T1c: "mr-t1",
  T2: "mr-other",
  FLAIR: "mr-flair",
};

/** The sequences of an expert's channels, in its order; undefined where it reads one image, or others than these. */
export function sequencesOf(expert: Pick<ExpertCard, "inputs">): Sequence[] | undefined {
  const [input] = expert.inputs;
  const names = input?.["sequences"];
  if (!Array.isArray(names)) return undefined;
  const known = names.flatMap((name) => sequenceOfChannel(String(name)) ?? []);
  return known.length === names.length && known.length === input?.channels && known.length > 1
    ? known
    : undefined;
}

/**
 * Which series stand for which sequence when one of them is asked about: as the reader says, else the four of
 * a study whose names say each once. Empty where the image is asked about alone.
 * @throws AppError notFound, and badInput where the asked image is not among those that a reader named, or one is twice
 */
export function takenFor<S extends Pick<Series, "id" | "name" | "files" | "modality" | "shape">>(
  images: readonly S[],
  asked: S,
  said: Partial<Record<Sequence, string>> | undefined,
): [Sequence, S][] {
  if (said === undefined) {
    const four = fourSequences(images);
    if (four === null || !four.some(({ id }) => id === asked.id)) return [];
    return shownOrder.map((name) => [name, four[sequences.indexOf(name)] as S]);
  }
  const taken = shownOrder.flatMap((name): [Sequence, S][] => {
    const id = said[name];
    if (id === undefined) return [];
    const found = images.find((one) => one.id === id);
    if (found === undefined)
      throw new AppError("notFound", `The study has no series "${id}" to be taken for ${name}.`);
    return [[name, found]];
  });
  const ids = new Set(taken.map(([, { id }]) => id));
  if (ids.size < taken.length)
    throw new AppError("badInput", "One series cannot stand for two sequences.", { said });
  if (taken.length > 0 && !ids.has(asked.id))
    throw new AppError(
      "badInput",
      `"${asked.name}" is asked about, and stands for none of ${taken.map(([name]) => name).join(", ")}.`,
      { said },
    );
  return taken;
}

/** Voxel for voxel the same place, within a hundredth of a millimetre over the whole image. */
export function sameGrid(
  a: Pick<Volume, "shape" | "affine">,
  b: Pick<Volume, "shape" | "affine">,
): boolean {
  if (a.shape.some((size, axis) => size !== b.shape[axis])) return false;
  const furthest = Math.max(...a.shape);
  return a.affine.every((value, at) => Math.abs(value - (b.affine[at] ?? 0)) * furthest < 0.01);
}

/**
 * The channels of an expert, one after the other, on the grid of `volume`; `volume` itself where it has them
 * already or the expert reads one image. Nothing is resampled: what lies on another grid is said.
 */
export function volumeFor(
  expert: Pick<ExpertCard, "inputs">,
  volume: Volume,
  sequences: readonly SequenceVolume[],
): { volume: Volume } | { problem: string } {
  const wanted = sequencesOf(expert);
  if (wanted === undefined || volume.channels === wanted.length || sequences.length === 0)
    return { volume };
  const found = wanted.map((name) => sequences.find(({ sequence }) => sequence === name));
  const missing = wanted.filter((_, at) => found[at] === undefined);
  if (missing.length > 0)
    return {
      problem: `it reads ${wanted.join(", ")}; no series of this study was taken for ${missing.join(", ")}`,
    };
  const there = found.filter((one) => one !== undefined);
  const other = there.find((one) => one.volume.channels !== 1 || !sameGrid(one.volume, volume));
  if (other)
    return {
      problem: `"${other.title}" (${other.sequence}) does not lie on the grid of the image that is open; nothing is resampled here`,
    };
  const plane = voxelCount(volume.shape);
  const data = new Float32Array(plane * there.length);
  for (const [at, one] of there.entries()) data.set(one.volume.data, at * plane);
  return { volume: { ...volume, channels: there.length, data } };
}
