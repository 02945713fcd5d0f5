/** Calls of the library: build it, and answer from it alone. */
import { AppError } from "../../api/errors.ts";
import type { HandlersFor } from "../../api/call.ts";
import type { Generated } from "../../api/schemas/generation.ts";
import type { LibraryAnswer, libraryContract, Passage } from "../../api/schemas/library.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { answerValues, readAnswer } from "./answer.ts";
import { bringUpToDate, markOf, stateOf, type Reading } from "./indexing.ts";
import { absentWords, coverageOf, leastCoverage, mergeRanks, weighQuestion } from "./ranking.ts";
import type { Note } from "./store.ts";

export type LibraryDependencies = Reading & {
  reviews: Pick<Reviews, "get">;
  /** Asks the prompt "answer" of a generation pack. */
  ask: (
    packId: string,
    values: { question: string; passages: string },
    options: { signal: AbortSignal; seed: number },
  ) => Promise<Generated>;
};
type Given = Pick<LibraryAnswer, "found" | "sentences" | "dropped" | "model"> & {
  passages: Passage[];
};

/** As deep as each of the two orders is read before they are merged. */
const depth = 50;

export function createLibraryHandlers({
  reviews,
  ask,
  ...reading
}: LibraryDependencies): HandlersFor<typeof libraryContract> {
  const stateNow = (file: ReviewFile, note: Note | null) =>
    stateOf(file, note, markOf(file, reading));

  /** Best first; a damaged folder is thrown away and built anew, once. */
  async function retrieve(
    file: ReviewFile,
    question: string,
    frame: Parameters<typeof bringUpToDate>[2],
  ): Promise<{ note: Note; passages: Passage[] }> {
    const note = await bringUpToDate(file, reading, frame);
    if (note.passages === 0) return { note, passages: [] };
    const [vector = new Float32Array()] = await reading.embed([question], frame.signal);
    const asked = { text: question, vector };
    const found = await reading.store.search(file.id(), asked, depth).catch(async () => {
      await reading.store.discard(file.id());
      await bringUpToDate(file, reading, frame);
      return reading.store.search(file.id(), asked, depth);
    });
    return {
      note,
      passages: mergeRanks(found.orders).flatMap((number) => found.passages.get(number) ?? []),
    };
  }

  /** With more passages than the model takes in, the better half of them. */
  async function byModel(
    packId: string,
    question: string,
    passages: Passage[],
    options: { signal: AbortSignal; seed: number },
  ): Promise<Given> {
    const answer = await ask(packId, answerValues(question, passages), options);
    if (!answer.ok && answer.failure === "contextOverflow" && passages.length > 1)
      return byModel(packId, question, passages.slice(0, passages.length >> 1), options);
    const model = `${answer.model}, prompt ${answer.prompt}`;
    const read = answer.ok ? readAnswer(answer.value, passages) : null;
    if (read !== null) return { ...read, passages, model };
    const [failure, message] = answer.ok
      ? ["wrongShape", "The answer is not of the shape that was asked for."]
      : [answer.failure, answer.message];
    throw new AppError(
      "modelFailed",
      `${packId} gave no usable answer (${failure}): ${message} Ask again, or ask without a model.`,
      { packId, failure },
    );
  }

  return {
    "library.state": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      return stateNow(file, await reading.store.note(file.id()));
    },
    "library.index": async ({ reviewId }, frame) => {
      const file = reviews.get(reviewId);
      return stateNow(file, await bringUpToDate(file, reading, frame));
    },
    "library.ask": async ({ reviewId, question, packId, top, seed }, frame) => {
      const file = reviews.get(reviewId);
      frame.emit({ done: 0, total: 0, label: "Looking in the library" });
      const { note, passages } = await retrieve(file, question, frame);
      const counts = new Map(note.terms);
      let given: Given = { found: false, sentences: [], dropped: 0, model: null, passages: [] };
      if (packId !== undefined && passages.length > 0) {
        frame.emit({ done: 0, total: 0, label: "The model reads the passages" });
        const { signal } = frame;
        given = await byModel(packId, question, passages.slice(0, top), { signal, seed });
      } else if (packId === undefined) {
        const weights = weighQuestion(question, counts, note.passages);
        given.passages = passages
          .filter(({ title, text }) => coverageOf(weights, `${title} ${text}`) >= leastCoverage)
          .slice(0, top);
        given.found = given.passages.length > 0;
      }
      return {
        ...given,
        absent: absentWords(question, counts),
        passages: given.passages.map((passage, index) => ({ ...passage, n: index + 1 })),
        library: stateNow(file, note),
      };
    },
  };
}
