/**
 * PMC BioC documents, XML or JSON, to a paper. Their passages carry the part of the paper as `section_type`
 * and `type`; a table's markup travels as escaped XML (Comeau and others, Bioinformatics 2019). Pure.
 */
import { z } from "zod";
import { AppError } from "../../api/errors.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import { clean, rowsOf } from "./jats-words.ts";
import { createPaperBuilder, type CellInput, type PaperBuilder } from "./paper-builder.ts";
import { allIn, childrenOf, firstIn, parseXml, rawText, type Node } from "./xml-tree.ts";

/** A stretch of the paper and what is said about it. */
export type Passage = { info: Map<string, string>; text: string };

export function passagesOf(root: Node): Passage[] {
  return allIn(root, "passage").map((passage) => {
    const [content] = childrenOf(passage, "text");
    return {
      info: new Map(
        childrenOf(passage, "infon").map((node) => [node.attributes["key"] ?? "", rawText(node)]),
      ),
      text: content ? rawText(content) : "",
    };
  });
}

const passage = z.object({ infons: z.record(z.string(), z.unknown()), text: z.string() });
const collection = z.object({
  documents: z.array(z.object({ passages: z.array(passage) })).min(1),
});
const file = z.union([collection, z.array(collection).min(1)]);

/** Whether the text begins as a BioC collection in JSON does. */
export const isBiocJson = (text: string): boolean =>
  /^\s*\[?\s*\{/.test(text) && /"documents"\s*:/.test(text) && /"passages"\s*:/.test(text);

/** Reads the first article. @throws `badFile` when the JSON is broken or holds no passages of BioC */
export function paperFromBiocJson(text: string): Paper {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    throw new AppError("badFile", `The BioC JSON is broken: ${(thrown as Error).message}.`);
  }
  const read = file.safeParse(content);
  if (!read.success)
    throw new AppError(
      "badFile",
      `The JSON is no BioC document: ${z.prettifyError(read.error).slice(0, 300)}`,
    );
  const collections = [read.data].flat();
  const documents = collections.flatMap((one) => one.documents);
  const paper = paperFromPassages(
    (documents[0]?.passages ?? []).map(({ infons, text: words }) => ({
      info: new Map(Object.entries(infons).map(([key, value]) => [key, String(value)])),
      text: words,
    })),
  );
  if (paper.text.trim() === "")
    throw new AppError("badFile", "The BioC document holds no text in its passages.");
  if (documents.length > 1)
    paper.warnings.push(`the file holds ${documents.length} articles: only the first was read`);
  return paper;
}

export function paperFromPassages(passages: readonly Passage[]): Paper {
  const builder = createPaperBuilder("bioc");
  let title = "";
  let doi = "";
  let opened = "";
  for (let at = 0; at < passages.length; at += 1) {
    const one = passages[at];
    if (!one) break;
    const type = typeOf(one);
    const section = sectionOf(one);
    const text = clean(one.text);
    const part = text === "" ? [] : [{ text }];
    doi ||= clean(one.info.get("article-id_doi") ?? "").toLowerCase();
    if (type.startsWith("table") || type.startsWith("fig")) {
      const parts = partsFrom(passages, at);
      if (type.startsWith("table")) writeTable(builder, parts);
      else builder.figure(labelOf(one), [{ text: textsOf(parts, () => true).join(" ") }]);
      at += parts.length - 1;
    } else if (section === "TITLE" || type === "front") {
      title ||= text;
      builder.block("title", part);
    } else if (type.startsWith("title") || type.startsWith("abstract_title"))
      builder.openSection(
        part,
        Number(/\d/.exec(type)?.[0] ?? 1),
        section === "ABSTRACT" ? "abstract" : undefined,
      );
    else {
      if (section !== opened) {
        if (section === "ABSTRACT") builder.openSection([{ text: "Abstract" }], 1, "abstract");
        if (section === "REF") builder.openSection([{ text: "References" }], 1, "references");
        opened = section;
      }
      builder.block(kindOf(section, type), part);
    }
  }
  return builder.finish({ title, doi });
}

const typeOf = ({ info }: Passage): string => info.get("type") ?? "";
const sectionOf = ({ info }: Passage): string => (info.get("section_type") ?? "").toUpperCase();
const labelOf = ({ info }: Passage): string => info.get("id") ?? "";

function kindOf(section: string, type: string) {
  if (section === "REF") return "reference";
  if (section === "ABSTRACT") return "abstract";
  return type.includes("footnote") ? "footnote" : "paragraph";
}

/** The passages from `at` on that belong to the same table or figure: title, caption, grid, notes. */
function partsFrom(passages: readonly Passage[], at: number): Passage[] {
  const first = passages[at];
  if (!first) return [];
  const kind = typeOf(first).slice(0, 3);
  const end = passages.findIndex(
    (one, index) =>
      index > at && (!typeOf(one).startsWith(kind) || labelOf(one) !== labelOf(first)),
  );
  return passages.slice(at, end < 0 ? undefined : end);
}

const textsOf = (parts: readonly Passage[], wanted: (type: string) => boolean): string[] =>
  parts
    .filter((one) => wanted(typeOf(one)))
    .map(({ text }) => clean(text))
    .filter((text) => text !== "");

/** One table with its caption and notes; without markup, its text with tabs between cells is one row. */
function writeTable(builder: PaperBuilder, parts: readonly Passage[]): void {
  const isNote = (type: string): boolean => type.includes("foot");
  const isCaption = (type: string): boolean => type.includes("caption") || type.includes("title");
  const caption = textsOf(parts, isCaption).join(" ");
  builder.table({
    label: parts[0] ? labelOf(parts[0]) : "",
    caption: caption === "" ? [] : [{ text: caption }],
    rows: parts
      .filter((one) => !isNote(typeOf(one)) && !isCaption(typeOf(one)))
      .flatMap((one) => gridOf(one)),
    footnotes: textsOf(parts, isNote).map((text) => [{ text }]),
  });
}

function gridOf({ info, text }: Passage): CellInput[][] {
  const markup = info.get("xml");
  const table = markup === undefined ? undefined : firstIn(parseXml(markup, true), "table");
  if (table) return rowsOf(table);
  return [
    text.split("\t").map((cell): CellInput => ({
      pieces: [{ text: clean(cell) }],
      header: false,
      columnSpan: 1,
      rowSpan: 1,
    })),
  ];
}
