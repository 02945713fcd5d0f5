/**
 * Chunks to lines in reading order, for one column and for two. A gutter is an upright strip that
 * many lines end before and start after; what lies across it parts the page into bands, and each
 * band is read left column first.
 */
import { chunkFrom, type Chunk, type Sheet } from "./chunks.ts";

/** A line with the column that it stands in. */
export type Line = Chunk & {
  page: number;
  columnLeft: number;
  columnRight: number;
  aside: boolean;
};

/** The gutter's x, or null for one column. */
export function gutterOf(chunks: Chunk[], width: number, hint: number | null): number | null {
  let best: { x: number; pairs: number; crossing: number } | null = null;
  const from = hint === null ? 0.24 * width : hint - 25;
  const to = hint === null ? 0.76 * width : hint + 25;
  for (let x = from; x <= to; x += 2) {
    const { pairs, crossing } = evidenceFor(chunks, x);
    if (!best || pairs - 2 * crossing > best.pairs - 2 * best.crossing)
      best = { x, pairs, crossing };
  }
  if (!best) return null;
  const enough =
    hint === null ? best.pairs >= 12 && best.pairs >= 0.8 * best.crossing : best.pairs >= 4;
  return enough ? best.x : null;
}

function evidenceFor(chunks: Chunk[], x: number): { pairs: number; crossing: number } {
  const left = chunks.filter(
    (chunk) => chunk.x1 <= x && x - chunk.x1 < 40 && chunk.x1 - chunk.x0 > 80,
  );
  const right = chunks.filter(
    (chunk) => chunk.x0 >= x && chunk.x0 - x < 16 && chunk.x1 - chunk.x0 > 80,
  );
  const crossing = chunks.filter((chunk) => chunk.x0 < x - 4 && chunk.x1 > x + 4).length;
  let pairs = 0;
  for (const one of left)
    if (right.some((other) => Math.abs(other.baseline - one.baseline) < 8)) pairs += 1;
  return { pairs, crossing };
}

/** The gutter that most pages with two columns agree on. */
export function commonGutter(pages: { chunks: Chunk[]; width: number }[]): number | null {
  const found = pages
    .map(({ chunks, width }) => gutterOf(chunks, width, null))
    .filter((x) => x !== null);
  if (found.length === 0) return null;
  const sorted = found.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? null;
  return found.length >= Math.max(1, pages.length * 0.2) ? middle : null;
}

export function linesInOrder(sheet: Sheet, chunks: Chunk[], hint: number | null): Line[] {
  const gutter =
    (hint === null ? null : gutterOf(chunks, sheet.width, hint)) ??
    gutterOf(chunks, sheet.width, null);
  const joined = joinAcross(chunks, gutter).toSorted(
    (a, b) => a.baseline - b.baseline || a.x0 - b.x0,
  );
  if (gutter === null) return withColumn(sheet.number, joined, false);
  const bands: Chunk[][][] = [];
  let band: [Chunk[], Chunk[]] = [[], []];
  for (const chunk of joined) {
    if (chunk.x1 <= gutter + 3) band[0].push(chunk);
    else if (chunk.x0 >= gutter - 3) band[1].push(chunk);
    else {
      bands.push(band, [[chunk]]);
      band = [[], []];
    }
  }
  bands.push(band);
  return orderBands(sheet.number, mergeSpanning(bands));
}

/** Successive lines across the gutter are one column of their own. */
function mergeSpanning(bands: Chunk[][][]): Chunk[][][] {
  const merged: Chunk[][][] = [];
  for (const band of bands) {
    if (band.every((column) => column.length === 0)) continue;
    const last = merged.at(-1);
    if (band.length === 1 && last?.length === 1) last[0]?.push(...(band[0] ?? []));
    else merged.push(band);
  }
  return merged;
}

function orderBands(page: number, bands: Chunk[][][]): Line[] {
  const widths = [0, 1].map((side) =>
    Math.max(
      0,
      ...bands.filter((band) => band.length === 2).map((band) => extent(band[side] ?? [])),
    ),
  );
  const [left = 0, right = 0] = widths;
  const sidebar = left < 0.55 * right && right > 0;
  return bands.flatMap((band) => {
    const [first = [], second = []] = band;
    if (band.length === 1) return withColumn(page, first, false);
    // A narrow strip beside the text (citation, dates) comes after the text that it stands beside.
    if (sidebar) return [...withColumn(page, second, false), ...withColumn(page, first, true)];
    return [...withColumn(page, first, false), ...withColumn(page, second, false)];
  });
}

function extent(column: Chunk[]): number {
  return column.length === 0
    ? 0
    : Math.max(...column.map((chunk) => chunk.x1)) - Math.min(...column.map((chunk) => chunk.x0));
}

function withColumn(page: number, chunks: Chunk[], aside: boolean): Line[] {
  const columnLeft = typicalEdge(
    chunks.map((chunk) => chunk.x0),
    Math.min,
  );
  const columnRight = typicalEdge(
    chunks.map((chunk) => chunk.x1),
    Math.max,
  );
  return chunks.map((chunk) => ({ ...chunk, page, columnLeft, columnRight, aside }));
}

/** The edge that most lines share, so that one stray label does not move it. */
function typicalEdge(values: number[], outer: (...values: number[]) => number): number {
  const counts = new Map<number, number>();
  for (const value of values)
    counts.set(Math.round(value / 2), (counts.get(Math.round(value / 2)) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const common = [...counts]
    .filter(([, count]) => count >= Math.max(2, most * 0.4))
    .map(([value]) => value * 2);
  return common.length > 0 ? outer(...common) : outer(...values);
}

/** Words of one line that a wide space parts belong together, unless the gutter is that space. */
function joinAcross(chunks: Chunk[], gutter: number | null): Chunk[] {
  const sorted = chunks.toSorted((a, b) => a.baseline - b.baseline || a.x0 - b.x0);
  const lines: Chunk[] = [];
  for (const chunk of sorted) {
    const before = lines.findLast(
      (line) =>
        Math.abs(line.baseline - chunk.baseline) < 0.3 * chunk.size &&
        Math.abs(line.x1 - chunk.x0) < 3 * chunk.size &&
        line.x1 <= chunk.x0 + 1,
    );
    const overGutter =
      before !== undefined && gutter !== null && before.x1 <= gutter + 2 && chunk.x0 >= gutter - 2;
    if (before && !overGutter)
      lines[lines.indexOf(before)] = chunkFrom([...before.items, ...chunk.items]);
    else lines.push(chunk);
  }
  return lines;
}
