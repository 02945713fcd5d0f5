/**
 * PDF bytes to pages of positioned text. The only importer of pdf.js in the backend; it runs in
 * process, without its evaluator, fonts or images: nothing in a paper is ever executed or drawn.
 *
 * Coordinates: PDF points as the page is shown (its /Rotate applied), origin at the top left,
 * x to the right, y down.
 */
import { AppError } from "../../api/errors.ts";
import { layersApart } from "./pdf-layers.ts";
import { pagePaint, type PagePaint } from "./pdf-paint.ts";
import { normaliseGlyphs } from "./glyphs.ts";

/** One run of text in one font on one baseline; `y` is the top of its box. */
export type TextItem = {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
  baseline: number;
  size: number;
  font: string;
  /** Reading direction of the run, degrees clockwise: 0, 90, 180 or 270. */
  angle: number;
  visible: boolean;
};

export type RawPage = {
  number: number;
  width: number;
  height: number;
  items: TextItem[];
  paint: PagePaint;
  read: boolean;
  /** Mean confidence, 0..1, where the items are words recognised on a scan. */
  recognised?: number;
};

export type RawPdf = { pages: RawPage[]; warnings: string[]; title: string };
export type PdfOptions = {
  password?: string;
  maxPages?: number;
  maxSeconds?: number;
  /** Pages to leave unread, by number, each with the reason. */
  without?: ReadonlyMap<number, string>;
  /** Called before each page. */
  onPage?: (number: number) => void;
  signal?: AbortSignal;
};

type PdfModule = typeof import("pdfjs-dist/legacy/build/pdf.mjs");
type PdfDocument = Awaited<ReturnType<PdfModule["getDocument"]>["promise"]>;

/**
 * Reads a PDF. Throws `passwordRequired` (no or wrong password) and `badFile` (not a PDF, or broken
 * beyond repair). Pages past `maxPages` or `maxSeconds` are listed as not read, never dropped silently.
 */
export async function readPdf(bytes: Uint8Array, options: PdfOptions = {}): Promise<RawPdf> {
  const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
  // No image is decoded: only text and rules are wanted, and image bombs stay folded.
  const task = pdfjs.getDocument(documentOptions(bytes, { ...options, maxImageSize: 1 }));
  try {
    const document = await task.promise.catch((thrown: unknown) => {
      throw openFailure(thrown, options.password !== undefined);
    });
    return await readPages(pdfjs, document, options);
  } finally {
    await task.destroy();
  }
}

/** What pdf.js is given whatever a PDF is opened for: nothing in it runs, nothing is fetched. */
export function documentOptions(
  bytes: Uint8Array,
  { password, maxImageSize }: { password?: string | undefined; maxImageSize: number },
) {
  return {
    data: Uint8Array.from(bytes),
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    maxImageSize,
    enableXfa: false,
    verbosity: 0,
    ...(password === undefined ? {} : { password }),
  };
}

function openFailure(thrown: unknown, hadPassword: boolean): AppError {
  const name = thrown instanceof Error ? thrown.name : "";
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (name === "PasswordException") {
    return new AppError(
      "passwordRequired",
      hadPassword ? "The password does not open this PDF." : "This PDF is protected by a password.",
      { wrong: hadPassword },
    );
  }
  return new AppError("badFile", `The file cannot be read as a PDF: ${message}`, { reason: name });
}

async function readPages(
  pdfjs: PdfModule,
  document: PdfDocument,
  options: PdfOptions,
): Promise<RawPdf> {
  const { maxPages = 500, maxSeconds = 120, without, onPage, signal } = options;
  const deadline = performance.now() + maxSeconds * 1000;
  const pages: RawPage[] = [];
  const warnings: string[] = [];
  let firstUnread = 0;
  for (let number = 1; number <= document.numPages; number += 1) {
    signal?.throwIfAborted();
    const read = number <= maxPages && performance.now() < deadline;
    const givenUp = without?.get(number);
    if (!read) firstUnread ||= number;
    else if (givenUp !== undefined) warnings.push(`page ${number} not read (it ${givenUp})`);
    onPage?.(number);
    pages.push(
      read && givenUp === undefined
        ? await readPage(pdfjs, document, number, warnings)
        : unread(number),
    );
  }
  if (firstUnread > 0) {
    const why = firstUnread > maxPages ? `limit of ${maxPages} pages` : `limit of ${maxSeconds} s`;
    warnings.push(`pages ${firstUnread}-${document.numPages} not read (${why})`);
  }
  return { pages, warnings, title: await documentTitle(document) };
}

function unread(number: number): RawPage {
  return {
    number,
    width: 0,
    height: 0,
    items: [],
    paint: { rules: [], uprights: [], images: [], hidden: [], both: [], marks: 0 },
    read: false,
  };
}

async function documentTitle(document: PdfDocument): Promise<string> {
  const { info } = await document.getMetadata();
  const title: unknown = Reflect.get(info, "Title");
  return typeof title === "string" ? title.trim() : "";
}

/** A page whose content stream is broken is listed as not read; the others still count. */
async function readPage(
  pdfjs: PdfModule,
  document: PdfDocument,
  number: number,
  warnings: string[],
): Promise<RawPage> {
  try {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale: 1 });
    const content = await page.getTextContent({ disableNormalization: true });
    const operators = await page.getOperatorList();
    const paint = pagePaint(pdfjs.OPS, operators, viewport.transform);
    const items = positioned(content.items, viewport.transform, (id) => fontName(page, id));
    markHidden(items, paint);
    const layers = layersApart(items);
    if (layers.over > 0)
      warnings.push(
        `text printed over other text left out (page ${number}, ${layers.over} letters): compare its values with the page`,
      );
    page.cleanup();
    const { width, height } = viewport;
    return { number, width, height, items: layers.items, paint, read: true };
  } catch (thrown) {
    warnings.push(
      `page ${number} not read (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    );
    return unread(number);
  }
}

type PdfPage = Awaited<ReturnType<PdfDocument["getPage"]>>;

function fontName(page: PdfPage, id: string): string {
  if (!page.commonObjs.has(id)) return id;
  const font: unknown = page.commonObjs.get(id);
  if (font === null || typeof font !== "object" || !("name" in font)) return id;
  return String(font.name).replace(/^[A-Z]{6}\+/, "");
}

type ContentItem = Awaited<ReturnType<PdfPage["getTextContent"]>>["items"][number];

function positioned(
  content: ContentItem[],
  view: number[],
  nameOf: (id: string) => string,
): TextItem[] {
  const items: TextItem[] = [];
  for (const item of content) {
    if (!("str" in item) || item.str.trim() === "") continue;
    const [a, b, , , e, f] = multiply(view, item.transform);
    const size = Math.hypot(item.transform[2] ?? 0, item.transform[3] ?? 0);
    const angle = (Math.round(Math.atan2(b, a) / (Math.PI / 2)) * 90 + 360) % 360;
    const text = normaliseGlyphs(item.str);
    const font = nameOf(item.fontName);
    items.push({ text, font, size, angle, visible: true, ...boxOf(angle, e, f, item.width, size) });
  }
  return items;
}

/** Ascent of 0.8 em above the baseline, descent of 0.2 em below: right to a point for text fonts. */
export function boxOf(angle: number, e: number, f: number, length: number, size: number) {
  const ascent = 0.8 * size;
  if (angle === 90) return { x: e - 0.2 * size, y: f, width: size, height: length, baseline: e };
  if (angle === 270)
    return { x: e - ascent, y: f - length, width: size, height: length, baseline: e };
  if (angle === 180)
    return { x: e - length, y: f - 0.2 * size, width: length, height: size, baseline: f };
  return { x: e, y: f - ascent, width: length, height: size, baseline: f };
}

function multiply(m: number[], n: number[]): [number, number, number, number, number, number] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = m;
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = n;
  return [
    a * g + c * h,
    b * g + d * h,
    a * i + c * j,
    b * i + d * j,
    a * k + c * l + e,
    b * k + d * l + f,
  ];
}

/** Text painted in mode 3, in white on white or below one point is there for machines, not for readers. */
function markHidden(items: TextItem[], paint: PagePaint): void {
  // Where seen and hidden words begin at one place, they are told apart by the order of painting.
  const settled = new Set<TextItem>();
  for (const { x, y, hidden } of paint.both) {
    const here = items.filter((one) => Math.abs(one.x - x) < 1 && Math.abs(one.baseline - y) < 1);
    if (here.length !== hidden.length) continue;
    for (const [order, item] of here.entries()) {
      item.visible = hidden[order] === false;
      settled.add(item);
    }
  }
  for (const item of items) {
    if (settled.has(item)) continue;
    if (item.size < 1) item.visible = false;
    else if (
      paint.hidden.some(
        (spot) =>
          Math.abs(spot.y - item.baseline) < 1 &&
          spot.x >= item.x - 1 &&
          spot.x <= item.x + item.width + 1,
      )
    ) {
      item.visible = false;
    }
  }
}
