/** Recognised words of scanned pages: kept beside the data by asset, and laid over the pages they come from. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { boxOf, type RawPage, type RawPdf, type TextItem } from "../pdf.ts";

/** In PDF points as the page is shown, then turned clockwise by `turn`, origin at the top left. `confidence` is the recogniser's own, 0..1. */
const wordSchema = z.object({
  text: z.string(),
  confidence: z.number(),
  x: z.number(),
  width: z.number(),
  top: z.number(),
  bottom: z.number(),
  baseline: z.number(),
});
const pageSchema = z.object({
  page: z.int(),
  width: z.number(),
  height: z.number(),
  /** A page that was laid on the glass sideways or upside down. `width` and `height` are the unturned page's. */
  turn: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]).default(0),
  words: z.array(wordSchema),
});
export type RecognisedPage = z.infer<typeof pageSchema>;
export type Recognised = ReturnType<typeof openRecognised>;

export function openRecognised(folder: string) {
  const pathOf = (assetId: string): string => join(folder, `${assetId}.json`);
  return {
    get: (assetId: string): RecognisedPage[] => {
      if (!existsSync(pathOf(assetId))) return [];
      const pages = z.array(pageSchema).safeParse(readJson(pathOf(assetId)));
      // A damaged file costs the recognition, which can be done again, and never the paper.
      return pages.success ? pages.data : [];
    },
    put: (assetId: string, pages: readonly RecognisedPage[]): void => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${pathOf(assetId)}.new`, JSON.stringify(pages));
      renameSync(`${pathOf(assetId)}.new`, pathOf(assetId));
    },
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export function meanConfidence({ words }: RecognisedPage): number {
  return words.length === 0
    ? 0
    : words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
}

/** A point of the turned page on the page as it is shown. */
function unturned({ turn, width, height }: RecognisedPage, x: number, y: number): [number, number] {
  if (turn === 90) return [y, height - x];
  if (turn === 180) return [width - x, height - y];
  return turn === 270 ? [width - y, x] : [x, y];
}

/** Lines of nearly the usual height are set in the same size: boxes of letters vary with what they hold. */
function itemsOf(page: RecognisedPage): TextItem[] {
  const usual = median(page.words.map(({ top, bottom }) => bottom - top));
  return page.words.map(({ text, x, width, top, bottom, baseline }) => {
    const own = bottom - top;
    const size = Math.abs(own - usual) < 0.3 * usual ? usual : own;
    const angle = (360 - page.turn) % 360;
    const [startX, startY] = unturned(page, x, baseline);
    return {
      text,
      size,
      font: "recognised",
      angle,
      visible: true,
      ...boxOf(angle, startX, startY, width, size),
    };
  });
}

/** The PDF with recognised words where a page had no text of its own. */
export function withRecognised(pdf: RawPdf, recognised: readonly RecognisedPage[]): RawPdf {
  const byPage = new Map(recognised.map((page) => [page.page, page]));
  const pages = pdf.pages.map((page): RawPage => {
    const found = byPage.get(page.number);
    if (found === undefined || page.items.length > 0) return page;
    return { ...page, items: itemsOf(found), recognised: meanConfidence(found) };
  });
  return { ...pdf, pages };
}
