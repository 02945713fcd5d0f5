/**
 * Items to chunks: stretches of one line without a gap wider than 0.6 em. A body line is one chunk;
 * a table row is one chunk per cell. Pure.
 */
import type { RawPage, TextItem } from "./pdf.ts";
import type { Rule } from "./pdf-paint.ts";

export type Chunk = {
  items: TextItem[];
  text: string;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  baseline: number;
  size: number;
  font: string;
};

type Turn = 0 | 90 | 180 | 270;
/** A page upright for reading. `turned` is how far it was turned (degrees clockwise) to get there. */
export type Sheet = {
  number: number;
  width: number;
  height: number;
  turned: Turn;
  items: TextItem[];
  rules: Rule[];
};

/** Turns a page whose text mostly runs sideways or upside down; such text on an upright page is marginal and left out. */
export function uprightSheet(page: RawPage): Sheet {
  const letters = { 0: 0, 90: 0, 180: 0, 270: 0 } as Record<number, number>;
  const visible = page.items.filter((item) => item.visible);
  for (const item of visible) letters[item.angle] = (letters[item.angle] ?? 0) + item.text.length;
  const sideways =
    ([90, 270, 180] as const).find((angle) => (letters[angle] ?? 0) > (letters[0] ?? 0)) ?? 0;
  const items = distinct(visible.filter((item) => item.angle === sideways));
  const { number, width, height } = page;
  if (sideways === 0) return { number, width, height, turned: 0, items, rules: page.paint.rules };
  return {
    number,
    ...(sideways === 180 ? { width, height } : { width: height, height: width }),
    turned: sideways,
    items: items.map((item) => turnItem(item, sideways, page)),
    rules: (sideways === 180 ? page.paint.rules : page.paint.uprights).map((rule) =>
      turnRule(rule, sideways, page),
    ),
  };
}

function turnItem(item: TextItem, sideways: Exclude<Turn, 0>, page: RawPage): TextItem {
  if (sideways === 180)
    return {
      ...item,
      x: page.width - item.x - item.width,
      y: page.height - item.y - item.height,
      baseline: page.height - item.baseline,
    };
  const swapped = { ...item, width: item.height, height: item.width };
  if (sideways === 90)
    return {
      ...swapped,
      x: item.y,
      y: page.width - item.x - item.width,
      baseline: page.width - item.baseline,
    };
  return { ...swapped, x: page.height - item.y - item.height, y: item.x };
}

function turnRule(rule: Rule, sideways: Exclude<Turn, 0>, page: RawPage): Rule {
  if (sideways === 180)
    return {
      x0: page.width - rule.x1,
      x1: page.width - rule.x0,
      y0: page.height - rule.y1,
      y1: page.height - rule.y0,
    };
  if (sideways === 90)
    return { x0: rule.y0, x1: rule.y1, y0: page.width - rule.x1, y1: page.width - rule.x0 };
  return { x0: page.height - rule.y1, x1: page.height - rule.y0, y0: rule.x0, y1: rule.x1 };
}

/** A box of the upright sheet back on the page as it is shown. */
export function boxOnPage(
  sheet: Sheet,
  box: { x: number; y: number; width: number; height: number },
) {
  const { x, y, width, height } = box;
  if (sheet.turned === 0) return { page: sheet.number, x, y, width, height };
  if (sheet.turned === 180)
    return {
      page: sheet.number,
      x: sheet.width - x - width,
      y: sheet.height - y - height,
      width,
      height,
    };
  if (sheet.turned === 90)
    return { page: sheet.number, x: sheet.height - y - height, y: x, width: height, height: width };
  return { page: sheet.number, x: y, y: sheet.width - x - width, width: height, height: width };
}

/** Fake bold paints the same letters twice, a hair apart: one copy is enough. */
function distinct(items: TextItem[]): TextItem[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = `${item.text}|${Math.round(item.x / 1.5)}|${Math.round(item.y / 1.5)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Lines by baseline; raised and lowered small print belongs to the line that it overlaps. */
export function rowsOf(items: TextItem[]): TextItem[][] {
  const rows: { baseline: number; size: number; top: number; bottom: number; items: TextItem[] }[] =
    [];
  const largestFirst = items.toSorted((a, b) => b.size - a.size || a.baseline - b.baseline);
  for (const item of largestFirst) {
    const top = item.baseline - 0.75 * item.size;
    const middle = item.baseline - 0.3 * item.size;
    let best: { row: (typeof rows)[number]; distance: number } | undefined;
    for (const row of rows) {
      const small = item.size < 0.85 * row.size;
      const touches = beside(row.items, item);
      const near = Math.abs(row.baseline - item.baseline) < 0.25 * item.size;
      const raised = small && touches && middle > row.top && middle < row.bottom;
      if (!near && !raised) continue;
      // Small print goes with the words it touches, not with another column's line of the same height.
      const distance = Math.abs(row.baseline - item.baseline) + (small && !touches ? item.size : 0);
      if (!best || distance < best.distance) best = { row, distance };
    }
    if (best) best.row.items.push(item);
    else
      rows.push({
        baseline: item.baseline,
        size: item.size,
        top,
        bottom: item.baseline + 0.3 * item.size,
        items: [item],
      });
  }
  return rows
    .toSorted((a, b) => a.baseline - b.baseline)
    .map((row) => row.items.toSorted((a, b) => a.x - b.x));
}

function beside(items: TextItem[], item: TextItem): boolean {
  return items.some(
    (other) =>
      item.x - (other.x + other.width) < 0.6 * other.size &&
      other.x - (item.x + item.width) < 0.6 * other.size,
  );
}

export function chunksOf(items: TextItem[], gapInEm = 0.6): Chunk[] {
  return rowsOf(items).flatMap((row) => splitRow(row, gapInEm));
}

function splitRow(row: TextItem[], gapInEm: number): Chunk[] {
  const chunks: TextItem[][] = [];
  let right = Number.NEGATIVE_INFINITY;
  for (const item of row) {
    const last = chunks.at(-1);
    const size = Math.max(item.size, last?.at(-1)?.size ?? 0);
    if (last && item.x - right <= gapInEm * size) last.push(item);
    else chunks.push([item]);
    right = Math.max(right, item.x + item.width);
  }
  return chunks.map(chunkFrom);
}

export function chunkFrom(items: TextItem[]): Chunk {
  const main = items.reduce((best, item) =>
    item.text.length * item.size > best.text.length * best.size ? item : best,
  );
  return {
    items,
    text: joinItems(items)
      .map((piece) => piece.text)
      .join(""),
    x0: Math.min(...items.map((item) => item.x)),
    x1: Math.max(...items.map((item) => item.x + item.width)),
    y0: Math.min(...items.map((item) => item.y)),
    y1: Math.max(...items.map((item) => item.y + item.height)),
    baseline: main.baseline,
    size: main.size,
    font: main.font,
  };
}

/** Items with the spaces between them: a gap above 0.15 em is a space. */
export function joinItems(items: TextItem[]): { text: string; item: TextItem }[] {
  return items
    .map((item, index) => {
      const previous = items[index - 1];
      if (!previous) return { text: item.text.trimStart(), item };
      const gap = item.x - (previous.x + previous.width);
      const spaced =
        /\s$/.test(previous.text) ||
        /^\s/.test(item.text) ||
        gap > 0.15 * Math.min(item.size, previous.size);
      return { text: (spaced ? " " : "") + item.text.trimStart(), item };
    })
    .map((piece) => ({ ...piece, text: piece.text.trimEnd() }));
}
