/** Opens PDF bytes with pdf.js: its worker and its data files come from this page's own origin, never from a network. */
import type { PDFDocumentProxy } from "pdfjs-dist";
// oxlint-disable-next-line import/default -- Vite gives `?url` imports a default export.
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";

export type OpenedPdf = { document: PDFDocumentProxy; close: () => void };

/** Loads pdf.js on first use. Rejects with pdf.js's own `PasswordException` or `InvalidPDFException`. */
export async function openPdf(bytes: ArrayBuffer, password?: string): Promise<OpenedPdf> {
  const pdfjs = await import("pdfjs-dist");
  pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;
  const task = pdfjs.getDocument({
    // pdf.js takes the buffer over; the caller may still need it.
    data: new Uint8Array(bytes.slice(0)),
    isEvalSupported: false,
    cMapUrl: "/pdf/cmaps/",
    cMapPacked: true,
    standardFontDataUrl: "/pdf/standard_fonts/",
    wasmUrl: "/pdf/wasm/",
    iccUrl: "/pdf/iccs/",
    enableXfa: false,
    ...(password === undefined ? {} : { password }),
  });
  const document = await task.promise;
  return { document, close: () => void task.destroy() };
}

export type PageBox = { page: number; x: number; y: number; width: number; height: number };

/** Boxes (points, origin top left) of every place where `needle` stands, without regard to case. */
export async function findInPdf(document: PDFDocumentProxy, needle: string): Promise<PageBox[]> {
  const wanted = needle.trim().toLowerCase();
  const found: PageBox[] = [];
  if (wanted.length < 2) return found;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const height = page.getViewport({ scale: 1 }).height;
    const { items } = await page.getTextContent();
    for (const item of items) {
      if (!("str" in item) || item.str === "") continue;
      const text = item.str.toLowerCase();
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        const perSign = item.width / text.length;
        const [, , , , x = 0, y = 0] = item.transform as number[];
        found.push({
          page: number,
          x: x + at * perSign,
          y: height - y - item.height * 0.85,
          width: wanted.length * perSign,
          height: item.height * 1.15,
        });
      }
    }
  }
  return found;
}
