/** One page: canvas at the screen's resolution, selectable text over it, boxes over both. Paints only near the view. */
import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import type { PageBox } from "./pdf-document.ts";

type BoxKind = "mark" | "found" | "found-now";
type PdfPageProps = {
  document: PDFDocumentProxy;
  number: number;
  width: number;
  height: number;
  scale: number;
  boxes: { box: PageBox; kind: BoxKind }[];
};

export function PdfPage({ document, number, width, height, scale, boxes }: PdfPageProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const node = frame.current;
    if (!node) return;
    const observer = new IntersectionObserver(
      ([entry]) => setNear(entry?.isIntersecting ?? false),
      { rootMargin: "800px 0px" },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!near || !canvas.current || !layer.current) return;
    const nodes = { canvas: canvas.current, layer: layer.current };
    let stop = (): void => {};
    let left = false;
    void document.getPage(number).then((page) => {
      if (!left) stop = paint(page, scale, nodes);
    });
    return () => {
      left = true;
      stop();
    };
  }, [near, document, number, scale]);
  return (
    <div
      className="pdf-page"
      ref={frame}
      data-page={number}
      style={{
        width: width * scale,
        height: height * scale,
        ["--total-scale-factor" as string]: scale,
      }}
      aria-label={`Page ${number}`}
    >
      {near && <canvas ref={canvas} />}
      {near && <div className="pdf-text" ref={layer} />}
      {boxes.map(({ box, kind }, index) => (
        <i
          className="pdf-box"
          data-kind={kind}
          key={index}
          style={{
            left: box.x * scale,
            top: box.y * scale,
            width: box.width * scale,
            height: box.height * scale,
          }}
        />
      ))}
    </div>
  );
}

/** Paints the canvas and the text; returns how to stop. */
function paint(
  page: PDFPageProxy,
  scale: number,
  nodes: { canvas: HTMLCanvasElement; layer: HTMLDivElement },
): () => void {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const viewport = page.getViewport({ scale: scale * ratio });
  nodes.canvas.width = Math.floor(viewport.width);
  nodes.canvas.height = Math.floor(viewport.height);
  const task = page.render({ canvas: nodes.canvas, viewport });
  // A cancelled paint is the normal end of scrolling past; pdf.js reports it as a rejection.
  task.promise.catch(() => {});
  let stopText = (): void => {};
  void Promise.all([import("pdfjs-dist"), page.getTextContent()]).then(
    ([pdfjs, textContentSource]) => {
      nodes.layer.replaceChildren();
      const text = new pdfjs.TextLayer({
        textContentSource,
        container: nodes.layer,
        viewport: page.getViewport({ scale }),
      });
      text.render().catch(() => {});
      stopText = () => text.cancel();
    },
  );
  return () => {
    task.cancel();
    stopText();
  };
}
