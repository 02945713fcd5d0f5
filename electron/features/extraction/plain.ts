/** Plain text and Markdown (with pandoc's dashed tables) to a paper. Pure. */
import type { Paper } from "../../api/schemas/extraction.ts";
import { createPaperBuilder, type CellInput, type PaperBuilder } from "./paper-builder.ts";
import { normaliseGlyphs } from "./glyphs.ts";
import { sectionRole } from "./section-role.ts";
import { findDoi } from "./identifiers.ts";

/** Paragraphs are parted by empty lines; headings are `#` lines, `ABSTRACT.METHODS:` labels or well-known words alone. */
export function paperFromPlain(raw: string): Paper {
  const builder = createPaperBuilder("text");
  const lines = normaliseGlyphs(raw.replaceAll(/\r\n?/g, "\n"))
    .replaceAll(/ (#{1,6} )/g, "\n\n$1")
    .split("\n");
  let title = "";
  let expectTitle = false;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const end = tableEnd(lines, at);
    if (end > at) {
      writeDashedTable(builder, lines.slice(at, end));
      at = end;
      continue;
    }
    const heading = headingOf(line);
    if (heading?.title === "TITLE") expectTitle = true;
    else if (heading) {
      builder.openSection([{ text: heading.title }], heading.level, heading.role);
      if (heading.rest) builder.block("paragraph", [{ text: heading.rest }]);
    } else if (line.trim() !== "" && !/^:{3,}/.test(line)) {
      const paragraph = takeParagraph(lines, at);
      const text = paragraph.join(" ").replaceAll(/\s+/g, " ").trim();
      if (expectTitle) title = text;
      builder.block(
        expectTitle
          ? "title"
          : builder.role() === "abstract"
            ? "abstract"
            : builder.role() === "references"
              ? "reference"
              : "paragraph",
        [{ text }],
      );
      expectTitle = false;
      at += paragraph.length;
      continue;
    }
    at += 1;
  }
  return builder.finish({ title, doi: findDoi(raw.slice(0, 3000)) });
}

const lone =
  /^(abstract|introduction|background|methods?|materials and methods|results?|discussion|conclusions?|references)\s*:?$/i;

function headingOf(
  line: string,
): { title: string; level: number; rest: string; role?: string } | undefined {
  const hash = /^\s*(#{1,6})\s+(.+?)\s*$/.exec(line);
  if (hash) return splitLongHeading(hash[1]?.length ?? 1, hash[2] ?? "");
  const label = /^([A-Z][A-Za-z&/,\- ]*(?:\.[A-Z][A-Za-z0-9&/,:'()\- ]*)*):\s*$/.exec(line);
  if (label?.[1] && (label[1] === label[1].toUpperCase() || label[1].includes("."))) {
    const parts = label[1].split(".");
    const title = titleCase(parts.at(-1) ?? "");
    const role = parts[0] === "ABSTRACT" ? { role: "abstract" } : {};
    return { title, level: parts.length, rest: "", ...role };
  }
  return lone.test(line.trim())
    ? { title: line.trim().replace(/:$/, ""), level: 1, rest: "" }
    : undefined;
}

/** Flattened Markdown runs heading and text together: a known section word ends the heading. */
function splitLongHeading(
  level: number,
  text: string,
): { title: string; level: number; rest: string } {
  if (text.length <= 80) return { title: text, level, rest: "" };
  const [first = ""] = text.split(" ");
  return sectionRole(first) === "other"
    ? { title: "", level, rest: text }
    : { title: first, level, rest: text.slice(first.length + 1) };
}

const titleCase = (text: string): string =>
  text === "TITLE" || text !== text.toUpperCase()
    ? text
    : text.charAt(0) + text.slice(1).toLowerCase();

function takeParagraph(lines: string[], from: number): string[] {
  let to = from;
  while (
    to < lines.length &&
    (lines[to] ?? "").trim() !== "" &&
    (to === from ||
      (!headingOf(lines[to] ?? "") &&
        tableEnd(lines, to) === to &&
        !/^:{3,}/.test(lines[to] ?? "")))
  )
    to += 1;
  return lines.slice(from, to);
}

const dashes = /^\s*-{2,}(\s+-{2,})+\s*$|^\s*-{20,}\s*$/;

/** Where a dashed table that starts at `at` ends (exclusive); `at` when none starts there. */
function tableEnd(lines: string[], at: number): number {
  if ((lines[at] ?? "").startsWith("|")) {
    let end = at;
    while ((lines[end] ?? "").startsWith("|")) end += 1;
    return end - at >= 2 ? end : at;
  }
  // The header stands above the dashes: at most three lines of it.
  const opening = dashes.test(lines[at] ?? "")
    ? at
    : [1, 2, 3]
        .map((ahead) => at + ahead)
        .find(
          (row) =>
            columnDashes(lines[row]) &&
            (lines[at] ?? "").trim() !== "" &&
            lines.slice(at, row).every((one) => /\s{2,}\S/.test(one)),
        );
  if (opening === undefined) return at;
  const from = columnDashes(lines[opening])
    ? opening
    : [1, 2, 3, 4, 5, 6].map((ahead) => opening + ahead).find((row) => columnDashes(lines[row]));
  if (from === undefined) return at;
  // A table with empty lines between its rows ends at a closing line of dashes; any other at the first empty line.
  for (let end = from + 1; end < Math.min(lines.length, from + 400); end += 1) {
    const line = lines[end] ?? "";
    if (dashes.test(line)) return end + 1;
    if (line.trim() !== "" && !line.startsWith("  ")) break;
  }
  const empty = lines.findIndex((line, index) => index > from && line.trim() === "");
  return empty < 0 ? lines.length : empty;
}

const columnDashes = (line: string | undefined): boolean =>
  line !== undefined && /^\s*-{2,}(\s+-{2,})+\s*$/.test(line);

function writeDashedTable(builder: PaperBuilder, lines: string[]): void {
  const number = builder.tableCount() + 1;
  const rows = lines[0]?.startsWith("|") ? pipeRows(lines) : dashedRows(lines);
  builder.table({ label: `Table ${number}`, caption: [], rows, footnotes: [] });
}

const cellFrom = (text: string, header: boolean): CellInput => ({
  pieces: text.trim() ? [{ text: text.replaceAll(/\s+/g, " ").trim() }] : [],
  header,
  columnSpan: 1,
  rowSpan: 1,
});

function pipeRows(lines: string[]): CellInput[][] {
  const body = lines.filter((line) => !/^\|[\s:|-]+\|?\s*$/.test(line));
  return body.map((line, index) =>
    line
      .replace(/^\||\|\s*$/g, "")
      .split("|")
      .map((cell) => cellFrom(cell, index === 0)),
  );
}

/** The dashes give the columns' places; rows of several lines are parted by empty lines. */
function dashedRows(lines: string[]): CellInput[][] {
  const ruler = lines.findIndex((line) => columnDashes(line));
  const columns = [...(lines[ruler] ?? "").matchAll(/-+/g)].map((match) => match.index);
  const multiline = lines
    .slice(ruler + 1)
    .some((line, index, all) => line.trim() === "" && index < all.length - 2);
  const groups: { lines: string[]; header: boolean }[] = [
    {
      lines: lines.slice(0, ruler).filter((line) => !dashes.test(line) && line.trim() !== ""),
      header: true,
    },
  ];
  let open: string[] = [];
  for (const line of lines.slice(ruler + 1)) {
    if (dashes.test(line)) continue;
    if (line.trim() !== "") open.push(line);
    if (line.trim() === "" || !multiline) {
      if (open.length > 0) groups.push({ lines: open, header: false });
      open = [];
    }
  }
  if (open.length > 0) groups.push({ lines: open, header: false });
  return groups
    .filter((group) => group.lines.length > 0)
    .map((group) =>
      columns.map((from, index) =>
        cellFrom(
          group.lines
            .map((line) => line.slice(index === 0 ? 0 : from, columns[index + 1] ?? line.length))
            .join(" "),
          group.header,
        ),
      ),
    );
}
