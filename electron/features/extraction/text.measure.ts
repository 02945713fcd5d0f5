/**
 * Measures PDF reading against the papers' own JATS: share of the body's words found in the PDF's
 * text in order (longest common subsequence), and F1 of table cells (as bags of cell texts, per
 * table label). Run: `node electron/features/extraction/text.measure.ts [PMCID…]`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Paper } from "../../api/schemas/extraction.ts";
import { readPaper } from "./read-paper.ts";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/pdfs/dev");

const words = (text: string): string[] =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Length of the longest common subsequence of two word lists (Hunt and Szymanski 1977). */
function commonInOrder(a: string[], b: string[]): number {
  const places = new Map<string, number[]>();
  for (const [index, word] of b.entries()) places.set(word, [...(places.get(word) ?? []), index]);
  const tails: number[] = [];
  for (const word of a) {
    for (const place of (places.get(word) ?? []).toReversed()) {
      let low = 0;
      let high = tails.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((tails[middle] ?? 0) < place) low = middle + 1;
        else high = middle;
      }
      tails[low] = place;
    }
  }
  return tails.length;
}

function bodyWords(paper: Paper): string[] {
  const roles = new Set(["abstract", "references", "acknowledgements", "funding", "conflicts"]);
  const body = paper.blocks.filter(
    (block) =>
      (block.kind === "paragraph" || block.kind === "heading") &&
      !roles.has(paper.sections[block.section]?.role ?? ""),
  );
  return words(body.map((block) => paper.text.slice(block.start, block.end)).join("\n"));
}

function flowWords(paper: Paper): string[] {
  const flow = paper.blocks.filter((block) => !["caption", "table"].includes(block.kind));
  return words(flow.map((block) => paper.text.slice(block.start, block.end)).join("\n"));
}

const cellKey = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[−–—‐]/g, "-")
    .replaceAll(/[^\p{L}\p{N}.,()%<>=±+/*-]/gu, "");

function cells(paper: Paper, label: string): string[] {
  const table = paper.tables.find((one) => one.label.toLowerCase() === label);
  return (table?.rows ?? [])
    .flat()
    .map((cell) => cellKey(cell.text))
    .filter((key) => key !== "");
}

function overlap(a: string[], b: string[]): number {
  const left = [...b];
  return a.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

async function main(): Promise<void> {
  if (!existsSync(folder))
    return console.log(`skipped: no papers at ${folder} (set EVIDESK_SHARED)`);
  const wanted = process.argv.slice(2);
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith(".nxml"))
    .map((name) => name.slice(0, -5))
    .filter((id) => wanted.length === 0 || wanted.includes(id));
  let [same, gold, hit, ours, truth] = [0, 0, 0, 0, 0];
  const coverages: number[] = [];
  for (const id of ids) {
    const jats = await readPaper(readFileSync(join(folder, `${id}.nxml`)));
    const pdf = await readPaper(readFileSync(join(folder, `${id}.pdf`)));
    const body = bodyWords(jats);
    const found = commonInOrder(body, flowWords(pdf));
    coverages.push(found / body.length);
    same += found;
    gold += body.length;
    const perTable = jats.tables
      .filter((table) => table.rows.length > 0)
      .map((table) => {
        const [theirs, mine] = [
          cells(jats, table.label.toLowerCase()),
          cells(pdf, table.label.toLowerCase()),
        ];
        const both = overlap(theirs, mine);
        hit += both;
        ours += mine.length;
        truth += theirs.length;
        return `${table.label}:${((2 * both) / Math.max(1, theirs.length + mine.length)).toFixed(2)}`;
      });
    console.log(
      `${id} words in order ${(found / body.length).toFixed(4)} of ${body.length}  tables ${pdf.tables.length}/${jats.tables.length} ${perTable.join(" ")}`,
    );
  }
  console.log(
    `words in order, all papers: ${(same / gold).toFixed(4)} (mean of papers ${(coverages.reduce((a, b) => a + b, 0) / coverages.length).toFixed(4)}, lowest ${Math.min(...coverages).toFixed(4)})`,
  );
  console.log(
    `table cells: precision ${(hit / ours).toFixed(4)} recall ${(hit / truth).toFixed(4)} F1 ${((2 * hit) / (ours + truth)).toFixed(4)} over ${truth} cells`,
  );
}

await main();
