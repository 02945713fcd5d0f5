/** Thread entry: reads one PDF after the other for `pdf-apart.ts`, saying which page it is at. */
import { parentPort } from "node:worker_threads";
import { toErrorShape, type ErrorShape } from "../../api/errors.ts";
import { readPdf, type PdfOptions, type RawPdf } from "./pdf.ts";

export type PdfOrder = { bytes: Uint8Array; options: Omit<PdfOptions, "signal" | "onPage"> };
export type PdfReply =
  | { kind: "page"; number: number }
  | { kind: "done"; pdf: RawPdf }
  | { kind: "failed"; error: ErrorShape };

parentPort?.on("message", ({ bytes, options }: PdfOrder) => {
  const post = (reply: PdfReply): void => parentPort?.postMessage(reply);
  readPdf(bytes, { ...options, onPage: (number) => post({ kind: "page", number }) }).then(
    (pdf) => post({ kind: "done", pdf }),
    (thrown: unknown) => post({ kind: "failed", error: toErrorShape(thrown) }),
  );
});
