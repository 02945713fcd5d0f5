/** A PDF page drawn as a picture, for recognising its letters. Pages without a text layer only. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { documentOptions } from "../pdf.ts";

export type PageImage = {
  png: Uint8Array;
  /** Size in PDF points, as the page is shown. */
  width: number;
  height: number;
  /** Pixels of the picture per point. */
  scale: number;
};

const dotsPerInch = 300;
const longestSide = 3600;
/** A larger picture inside a page is left out: it could fill the memory. */
const mostImagePixels = 80_000_000;

type Canvas = { toBuffer: (type: "image/png") => Uint8Array };

/** Opens the PDF once and draws pages from it; `close` frees it. */
export async function openPageImages(bytes: Uint8Array, password?: string) {
  const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const home = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  const task = pdfjs.getDocument({
    ...documentOptions(bytes, { password, maxImageSize: mostImagePixels }),
    wasmUrl: join(home, "wasm/"),
    standardFontDataUrl: join(home, "standard_fonts/"),
  });
  const document = await task.promise;
  return {
    /** `turn`: degrees clockwise by which the page is turned before it is drawn. */
    async draw(number: number, turn: 0 | 90 | 180 | 270): Promise<PageImage> {
      const page = await document.getPage(number);
      const { width, height } = page.getViewport({ scale: 1 });
      const scale = Math.min(dotsPerInch / 72, longestSide / Math.max(width, height));
      const viewport = page.getViewport({ scale, rotation: (page.rotate + turn) % 360 });
      const factory = document.canvasFactory as {
        create: (width: number, height: number) => { canvas: unknown; context: unknown };
        destroy: (made: unknown) => void;
      };
      const made = factory.create(Math.ceil(viewport.width), Math.ceil(viewport.height));
      try {
        await page.render({
          // Node has no DOM types; pdf.js made the two itself and knows them.
          canvas: made.canvas as never,
          canvasContext: made.context as never,
          viewport,
        }).promise;
        return { png: (made.canvas as Canvas).toBuffer("image/png"), width, height, scale };
      } finally {
        factory.destroy(made);
        page.cleanup();
      }
    },
    close: () => task.destroy(),
  };
}
