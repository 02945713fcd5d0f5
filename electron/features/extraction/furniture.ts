/** Running heads, page numbers and download stamps: text that belongs to the sheet, not to the paper. */
import type { Sheet } from "./chunks.ts";
import { rowsOf } from "./chunks.ts";
import type { TextItem } from "./pdf.ts";
import type { Rule } from "./pdf-paint.ts";

const edge = 0.11;

/**
 * Drops lines near the top or bottom edge whose words (digits aside) recur at the same height on
 * other pages, and page numbers there. Rules that recur on most pages go too.
 */
export function withoutFurniture(sheets: Sheet[]): Sheet[] {
  const seen = new Map<string, Set<number>>();
  const rows = sheets.map((sheet) => edgeRows(sheet));
  for (const [index, sheet] of sheets.entries()) {
    for (const row of rows[index] ?? []) {
      for (const key of keysOf(row)) seen.set(key, (seen.get(key) ?? new Set()).add(sheet.number));
    }
  }
  const often = Math.max(2, Math.ceil(sheets.length * 0.25));
  const lines = recurringRules(sheets);
  return sheets.map((sheet, index) => {
    const dropped = new Set<TextItem>();
    for (const row of rows[index] ?? []) {
      const recurs = keysOf(row).some((key) => (seen.get(key)?.size ?? 0) >= often);
      if (recurs || isPageNumber(row)) for (const item of row) dropped.add(item);
    }
    return {
      ...sheet,
      items: sheet.items.filter((item) => !dropped.has(item)),
      rules: sheet.rules.filter((rule) => !lines.has(ruleKey(rule))),
    };
  });
}

function edgeRows(sheet: Sheet): TextItem[][] {
  const near = sheet.items.filter(
    (item) => item.y + item.height < sheet.height * edge || item.y > sheet.height * (1 - edge),
  );
  return rowsOf(near);
}

/** A line recurs as a whole, or its words do where only the page number differs in length or side. */
function keysOf(row: TextItem[]): string[] {
  const words = row
    .map((item) => item.text)
    .join(" ")
    .replaceAll(/\d+/g, "#")
    .replaceAll(/\s+/g, " ")
    .trim();
  const letters = words.replaceAll(/[^\p{L}]/gu, "");
  const height = Math.round((row[0]?.baseline ?? 0) / 6);
  if (letters.length < 3) return [`${words}@${height}`];
  return [`${letters}@${height}`, `${letters}@${height + 1}`];
}

function isPageNumber(row: TextItem[]): boolean {
  const text = row
    .map((item) => item.text)
    .join("")
    .trim();
  return /^(page\s*)?[-–]?\s*\d{1,5}\s*[-–]?(\s*(of|\/)\s*\d{1,5})?$/i.test(text);
}

const ruleKey = (rule: Rule): string =>
  [rule.x0, rule.x1, rule.y0].map((value) => Math.round(value / 2)).join(",");

function recurringRules(sheets: Sheet[]): Set<string> {
  const pages = new Map<string, Set<number>>();
  for (const sheet of sheets) {
    for (const rule of sheet.rules) {
      if (rule.y0 > sheet.height * 0.12 && rule.y0 < sheet.height * 0.88) continue;
      const key = ruleKey(rule);
      pages.set(key, (pages.get(key) ?? new Set()).add(sheet.number));
    }
  }
  const often = Math.max(3, sheets.length * 0.4);
  return new Set([...pages].filter(([, on]) => on.size >= often).map(([key]) => key));
}
