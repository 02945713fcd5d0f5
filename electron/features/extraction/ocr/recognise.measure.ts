/**
 * How well scanned pages are read: real papers' pages drawn as pictures at 300 dots an inch, recognised, and
 * compared with their own text layer. Clean pictures: a photographed or skewed page will be read worse.
 * Run: `node electron/features/extraction/ocr/recognise.measure.ts [pages per paper, 1 unless given]`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPdf } from "../pdf.ts";
import { recognisePages } from "./recognise.ts";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/pdfs/dev");
if (!existsSync(folder)) {
  process.stdout.write(`skipped: no data at ${folder} (set EVIDESK_SHARED)\n`);
  process.exit(0);
}
const wanted = Number(process.argv[2] ?? 1);
const bag = (words: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};
const shared = (left: Map<string, number>, right: Map<string, number>): number =>
  [...left].reduce((sum, [word, count]) => sum + Math.min(count, right.get(word) ?? 0), 0);
const wordsOf = (text: string): string[] =>
  text
    .normalize("NFKC")
    .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
    .match(/[\p{L}\p{N}][\p{L}\p{N}.,-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? [];

const sums = { pages: 0, words: 0, found: 0, read: 0, numbers: 0, numbersFound: 0, ms: 0 };
for (const name of readdirSync(folder).filter((one) => one.endsWith(".pdf"))) {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  const pdf = await readPdf(bytes);
  const numbers = pdf.pages.slice(1, 1 + wanted).map(({ number }) => number);
  const started = performance.now();
  const pages = await recognisePages(bytes, numbers, {
    signal: new AbortController().signal,
    onPage: () => {},
  });
  sums.ms += performance.now() - started;
  for (const page of pages) {
    const own = wordsOf(
      (pdf.pages[page.page - 1]?.items ?? [])
        .filter(({ visible }) => visible)
        .map(({ text }) => text)
        .join(" "),
    );
    const read = wordsOf(page.words.map(({ text }) => text).join(" "));
    const digits = own.filter((word) => /\d/.test(word));
    sums.pages += 1;
    sums.words += own.length;
    sums.read += read.length;
    sums.found += shared(bag(own), bag(read));
    sums.numbers += digits.length;
    sums.numbersFound += shared(bag(digits), bag(read));
  }
}
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
process.stdout.write(
  `${sums.pages} pages: words of the text layer found ${percent(sums.found, sums.words)}, words read that are in it ${percent(sums.found, sums.read)}; words with digits found ${percent(sums.numbersFound, sums.numbers)} (${sums.numbersFound} of ${sums.numbers}); ${(sums.ms / sums.pages / 1000).toFixed(1)} s a page\n`,
);
