/** Markdown as model cards use it, line by line into blocks; what stands inside a line is left to who draws it. */

export type Block =
  | { kind: "heading"; text: string }
  | { kind: "paragraph"; text: string }
  | { kind: "list"; ordered: boolean; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] };

const heading = /^#{1,6}\s+(.*)$/;
const item = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const rule = /^\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*$/;

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

/** A list or a table may follow a paragraph without an empty line; a line that begins nothing goes on with the last. */
export function blocksOf(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  let open = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    const last = open ? blocks.at(-1) : undefined;
    const title = heading.exec(line)?.[1];
    const entry = item.exec(line);
    if (line.trim() === "") {
      open = false;
    } else if (title !== undefined) {
      blocks.push({ kind: "heading", text: title });
      open = false;
    } else if (line.includes("|") && rule.test(lines[at + 1] ?? "")) {
      const rows: string[][] = [];
      const head = cellsOf(line);
      for (at += 1; lines[at + 1]?.includes("|"); at += 1)
        rows.push(cellsOf(lines[at + 1] as string));
      blocks.push({ kind: "table", head, rows });
      open = false;
    } else if (entry) {
      const ordered = entry[1] !== undefined;
      const text = entry[2] ?? "";
      // Items may stand apart by an empty line.
      const before = blocks.at(-1);
      if (before?.kind === "list" && before.ordered === ordered) before.items.push(text);
      else blocks.push({ kind: "list", ordered, items: [text] });
      open = true;
    } else if (last?.kind === "list") {
      last.items.push(`${last.items.pop()} ${line.trim()}`);
    } else if (last?.kind === "paragraph") {
      last.text += ` ${line.trim()}`;
    } else {
      blocks.push({ kind: "paragraph", text: line.trim() });
      open = true;
    }
  }
  return blocks;
}
