/**
 * Letters on scanned pages, by Tesseract (LSTM, English) in a thread of its own. The only importer of
 * tesseract.js; its program and its language data come from the installation, nothing is fetched.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "../../../api/errors.ts";
import { meanConfidence, type RecognisedPage } from "./recognised.ts";
import { openPageImages, type PageImage } from "./page-image.ts";

type Options = {
  password?: string | undefined;
  signal: AbortSignal;
  onPage: (done: number, total: number) => void;
};

/** @throws AppError cancelled, modelFailed when the recogniser cannot be started */
export async function recognisePages(
  bytes: Uint8Array,
  numbers: readonly number[],
  { password, signal, onPage }: Options,
): Promise<RecognisedPage[]> {
  signal.throwIfAborted();
  const { createWorker, OEM } = (await import("tesseract.js")).default;
  const data = createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json");
  const images = await openPageImages(bytes, password);
  const failed = (why: unknown): AppError =>
    new AppError(
      "modelFailed",
      `The scan could not be read: ${String(why)}. The paper is unchanged.`,
    );
  const worker = await createWorker("eng", OEM.LSTM_ONLY, {
    langPath: join(dirname(data), "4.0.0_best_int"),
    // Nothing is written beside the program.
    cacheMethod: "none",
    gzip: true,
    errorHandler: () => {},
  }).catch((thrown: unknown) => {
    throw failed(thrown);
  });
  const stop = (): void => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  const pages: RecognisedPage[] = [];
  const read = async (number: number, turn: RecognisedPage["turn"]): Promise<RecognisedPage> => {
    const image = await images.draw(number, turn);
    signal.throwIfAborted();
    const { data: found } = await Promise.race([
      worker.recognize(image.png as Buffer, {}, { blocks: true, text: false }),
      aborted(signal),
    ]);
    return pageOf(number, turn, image, found.blocks ?? []);
  };
  try {
    for (const number of numbers) {
      signal.throwIfAborted();
      onPage(pages.length, numbers.length);
      pages.push(await uprightest((turn) => read(number, turn), pages.at(-1)?.turn));
    }
    onPage(pages.length, numbers.length);
    return pages;
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown instanceof AppError ? thrown : failed(thrown);
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
    await images.close();
  }
}

/** Below this, letters may lie on their side; the clean pictures of 15 papers' pages read with more than 0.85. */
const plainly = 0.75;
const turns: RecognisedPage["turn"][] = [0, 90, 270, 180];

/** A page read as it lies, or as the one before it lay; where that gives no words, turned until it does. */
async function uprightest(
  read: (turn: RecognisedPage["turn"]) => Promise<RecognisedPage>,
  first: RecognisedPage["turn"] = 0,
): Promise<RecognisedPage> {
  let best = await read(first);
  if (best.words.length === 0) return best;
  for (const turn of turns) {
    if (meanConfidence(best) >= plainly) break;
    if (turn === first) continue;
    const turned = await read(turn);
    if (meanConfidence(turned) > meanConfidence(best)) best = turned;
  }
  return best;
}

/** Terminating the thread leaves its promise open for ever. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
}

type Box = { x0: number; y0: number; x1: number; y1: number };
type Block = {
  paragraphs: {
    lines: { bbox: Box; baseline: Box; words: { text: string; confidence: number; bbox: Box }[] }[];
  }[];
};

/** Pixels to points; words of one line share its height and baseline. */
function pageOf(
  number: number,
  turn: RecognisedPage["turn"],
  { width, height, scale }: PageImage,
  blocks: Block[],
): RecognisedPage {
  const lines = blocks.flatMap(({ paragraphs }) => paragraphs.flatMap((one) => one.lines));
  const words = lines.flatMap((line) =>
    line.words
      .filter(({ text }) => text.trim() !== "")
      .map(({ text, confidence, bbox }) => ({
        text: text.trim(),
        confidence: confidence / 100,
        x: bbox.x0 / scale,
        width: (bbox.x1 - bbox.x0) / scale,
        top: line.bbox.y0 / scale,
        bottom: line.bbox.y1 / scale,
        baseline: line.baseline.y0 / scale,
      })),
  );
  return { page: number, width, height, turn, words };
}
