/**
 * Finds tables on a page: a caption, the ruled lines that frame what follows, and the chunks
 * inside the frame. Pure.
 */
import { captionLabel, type CaptionLabel } from "./captions.ts";
import type { Chunk, Sheet } from "./chunks.ts";
import type { Rule } from "./pdf-paint.ts";

export type TableRegion = {
  label: string;
  continued: boolean;
  caption: Chunk[];
  body: Chunk[];
  footnotes: Chunk[];
  rules: Rule[];
};

/** Rules on one height, joined into one line with its outer ends. */
export function ruleLines(rules: Rule[]): Rule[] {
  const lines: Rule[] = [];
  for (const rule of rules.toSorted((a, b) => a.y0 - b.y0 || a.x0 - b.x0)) {
    const line = lines.findLast(
      (one) => Math.abs(one.y0 - rule.y0) < 2 && rule.x0 - one.x1 < 14 && one.x0 - rule.x1 < 14,
    );
    if (line) {
      line.x0 = Math.min(line.x0, rule.x0);
      line.x1 = Math.max(line.x1, rule.x1);
    } else lines.push({ ...rule });
  }
  return lines.filter((line) => line.x1 - line.x0 > 60);
}

type Found = { at: Chunk; label: CaptionLabel };

/** Table regions of a page, top to bottom, and the chunks that belong to none. */
export function findTables(sheet: Sheet, chunks: Chunk[], bodySize: number, bodyFont: string) {
  const captions: Found[] = chunks
    .map((at) => ({ at, label: captionLabel(at.text) }))
    .filter(
      (found): found is Found =>
        found.label?.kind === "table" && standsApart(found.at, chunks, bodySize, bodyFont),
    );
  const lines = ruleLines(sheet.rules);
  const used = new Set<Chunk>();
  const regions: TableRegion[] = [];
  for (const found of captions.toSorted((a, b) => a.at.y0 - b.at.y0)) {
    if (used.has(found.at)) continue;
    const region = regionOf(found, {
      chunks: chunks.filter((chunk) => !used.has(chunk)),
      lines,
      captions,
      bodySize,
    });
    if (!region) continue;
    for (const chunk of [...region.caption, ...region.body, ...region.footnotes]) used.add(chunk);
    regions.push(region);
  }
  return { regions, rest: chunks.filter((chunk) => !used.has(chunk)) };
}

/** A caption is set in another face than the text, or has air above it. */
function standsApart(chunk: Chunk, chunks: Chunk[], bodySize: number, bodyFont: string): boolean {
  if (chunk.items[0]?.font !== bodyFont || Math.abs(chunk.size - bodySize) > 0.4) return true;
  return !chunks.some(
    (other) =>
      other.baseline < chunk.baseline - 2 &&
      chunk.baseline - other.baseline < 1.6 * chunk.size &&
      other.x0 < chunk.x1 &&
      other.x1 > chunk.x0 &&
      other.font === bodyFont &&
      !/[.:]$/.test(other.text),
  );
}

type Surroundings = { chunks: Chunk[]; lines: Rule[]; captions: Found[]; bodySize: number };

function regionOf(found: Found, around: Surroundings): TableRegion | undefined {
  const { at } = found;
  const frame = frameOf(found, around);
  if (!frame) return undefined;
  const { x0, x1, top, bottom, rules, beside } = frame;
  const within = around.chunks.filter((chunk) => chunk.x0 >= x0 - 6 && chunk.x1 <= x1 + 6);
  const caption = beside
    ? captionBeside(at, around.chunks, x0, bottom)
    : within.filter((chunk) => chunk.y0 >= at.y0 - 2 && chunk.baseline < top + 1);
  const body = within.filter(
    (chunk) => chunk.baseline > top && chunk.baseline <= bottom + 1 && !caption.includes(chunk),
  );
  if (body.length < 4) return undefined;
  const footnotes = footnotesBelow(within, bottom, around.bodySize);
  return {
    label: found.label.label,
    continued: found.label.continued,
    caption,
    body,
    footnotes,
    rules,
  };
}

/** Some journals set the caption in a narrow strip to the left of the table's first line. */
function captionBeside(at: Chunk, chunks: Chunk[], edge: number, bottom: number): Chunk[] {
  const strip = chunks
    .filter(
      (chunk) =>
        chunk.x1 < edge &&
        chunk.x0 >= at.x0 - 3 &&
        chunk.baseline >= at.baseline - 2 &&
        chunk.baseline < bottom,
    )
    .toSorted((a, b) => a.baseline - b.baseline || a.x0 - b.x0);
  const caption: Chunk[] = [];
  for (const chunk of strip) {
    const lowest = caption.at(-1)?.baseline ?? at.baseline;
    if (chunk.baseline - lowest > 1.6 * at.size || Math.abs(chunk.size - at.size) > 0.5) break;
    caption.push(chunk);
  }
  return caption;
}

/** The frame's ends are those of the first line under the caption; its foot is the last like line. */
function frameOf(found: Found, { lines, captions, chunks }: Surroundings) {
  const { at } = found;
  const next = captions
    // A caption in the column to the left ends no table here.
    .filter((other) => other.at.y0 > at.y1 && other.at.x0 < at.x1 + 40 && other.at.x1 > at.x0 - 8)
    .map((other) => other.at.y0);
  const limit = Math.min(Number.POSITIVE_INFINITY, ...next);
  const below = lines.filter(
    (line) =>
      line.y0 > at.y0 - 2 && line.y0 < limit && line.x0 - 8 <= at.x0 && line.x1 > at.x0 + 20,
  );
  const right = lines.filter(
    (line) => line.y0 > at.y0 - 20 && line.y0 < limit && line.x0 > at.x1 && line.x0 - at.x0 < 200,
  );
  const firstBelow = below.find((line) => line.y0 > at.baseline - 1 && line.y0 - at.y1 < 110);
  const firstRight = right.find((line) => Math.abs(line.y0 - at.y0) < 20);
  const beside = firstRight !== undefined && (!firstBelow || firstBelow.y0 - at.y1 > 40);
  const first = beside ? firstRight : firstBelow;
  const under = beside ? right : below;
  if (!first) return undefined;
  const alike = under.filter(
    (line) =>
      line.y0 >= first.y0 && Math.abs(line.x0 - first.x0) < 8 && Math.abs(line.x1 - first.x1) < 12,
  );
  const last = lastConnected(alike, chunks);
  if (last.y0 - first.y0 < 8) return undefined;
  const rules = lines.filter(
    (line) =>
      line.y0 >= first.y0 - 1 &&
      line.y0 <= last.y0 + 1 &&
      line.x0 >= first.x0 - 8 &&
      line.x1 <= first.x1 + 12,
  );
  return { x0: first.x0, x1: first.x1, top: first.y0, bottom: last.y0, rules, beside };
}

/** A line further down belongs to the table only while what lies between still looks like cells. */
function lastConnected(lines: Rule[], chunks: Chunk[]): Rule {
  let last = lines[0] ?? { x0: 0, x1: 0, y0: 0, y1: 0 };
  for (const line of lines.slice(1)) {
    const width = line.x1 - line.x0;
    const between = chunks.filter(
      (chunk) =>
        chunk.baseline > last.y0 &&
        chunk.baseline <= line.y0 &&
        chunk.x0 >= line.x0 - 6 &&
        chunk.x1 <= line.x1 + 6,
    );
    const prose = between.filter(
      (chunk) => chunk.x1 - chunk.x0 > 0.8 * width && chunk.text.length > 45,
    ).length;
    if (prose > 3 && prose > 0.4 * between.length) break;
    last = line;
  }
  return last;
}

/** Small print right below the foot line. */
function footnotesBelow(within: Chunk[], bottom: number, bodySize: number): Chunk[] {
  const below = within
    .filter((chunk) => chunk.baseline > bottom + 1)
    .toSorted((a, b) => a.baseline - b.baseline || a.x0 - b.x0);
  const notes: Chunk[] = [];
  let edge = bottom;
  for (const chunk of below) {
    if (chunk.y0 - edge > 1.2 * chunk.size || chunk.size > bodySize - 0.4) break;
    notes.push(chunk);
    edge = Math.max(edge, chunk.y1);
  }
  return notes;
}
