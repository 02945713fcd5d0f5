/** What is selected in the text of a shown PDF: its words, its page, and their boxes in PDF points. */
import type { PageBox } from "./pdf-document.ts";

export type PdfSelection = { page: number; quote: string; boxes: PageBox[] };

/** Null without a selection in a page; one that runs over pages is cut at the first page's end. */
export function selectedInPdf(): PdfSelection | null {
  const selection = window.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer;
  const within = start instanceof Element ? start : start.parentElement;
  const frame = within?.closest<HTMLElement>(".pdf-page");
  if (!frame) return null;
  const quote = selection.toString().replaceAll(/\s+/g, " ").trim();
  if (quote === "") return null;
  const page = Number(frame.dataset["page"]);
  const scale = Number(frame.style.getPropertyValue("--total-scale-factor")) || 1;
  const edge = frame.getBoundingClientRect();
  const boxes = [...range.getClientRects()]
    .filter(
      ({ width, height, top, bottom }) =>
        width > 1 && height > 1 && top >= edge.top && bottom <= edge.bottom,
    )
    .map(({ left, top, width, height }) => ({
      page,
      x: (left - edge.left) / scale,
      y: (top - edge.top) / scale,
      width: width / scale,
      height: height / scale,
    }));
  return { page, quote: quote.slice(0, 5000), boxes: boxes.slice(0, 200) };
}

/** The value of a selection: for numbers its first number, else its words. */
export function valueIn(quote: string, isNumber: boolean): string {
  const number = isNumber ? /[-\u2212]?\d[\d,]*(?:[.\u00b7]\d+)?/.exec(quote)?.[0] : undefined;
  return (number ?? quote)
    .replace("\u2212", "-")
    .replace("\u00b7", ".")
    .replaceAll(/(?<=\d),(?=\d{3})/g, "");
}
