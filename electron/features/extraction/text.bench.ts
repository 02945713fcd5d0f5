/**
 * Pages per second of reading PDFs: ours (text, layout, tables, in the thread that can be killed), pdf.js's
 * own text extraction and operators alone, and Poppler's `pdftotext` (one process per paper), on the same papers in the same run.
 * Run: `node electron/features/extraction/text.bench.ts`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPdf } from "./pdf.ts";
import { readPdfApart } from "./pdf-apart.ts";
import { paperFromPdf } from "./pdf-paper.ts";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/pdfs/dev");

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function main(): Promise<void> {
  const from = existsSync(folder) ? folder : "samples/review";
  const files = readdirSync(from)
    .filter((name) => name.endsWith(".pdf"))
    .map((name) => join(from, name));
  // One paper first, so that loading pdf.js is not counted as reading.
  await readPdf(readFileSync(files[0] ?? ""));
  await readPdfApart(readFileSync(files[0] ?? ""));
  let [pages, whole, reading, poppler] = [0, 0, 0, 0];
  for (const file of files) {
    const bytes = readFileSync(file);
    whole += await seconds(async () => {
      pages += paperFromPdf(await readPdfApart(bytes)).pages.length;
    });
    reading += await seconds(() => readPdf(bytes));
    poppler += await seconds(() => tryPoppler(file));
  }
  const rate = (time: number): string => `${(pages / time).toFixed(1)} pages/s`;
  console.log(`${files.length} papers, ${pages} pages from ${from}`);
  console.log(`ours, whole: ${rate(whole)}; pdf.js text and operators alone: ${rate(reading)}`);
  console.log(
    poppler > 0 && popplerThere ? `pdftotext: ${rate(poppler)}` : "pdftotext: not installed",
  );
}

let popplerThere = true;

function tryPoppler(file: string): void {
  if (!popplerThere) return;
  try {
    execFileSync("pdftotext", [file, "-"], { stdio: "pipe", maxBuffer: 1 << 28 });
  } catch {
    popplerThere = false;
  }
}

await main();
