/** Reading of one record's XML, in document order, with nothing expanded by the parser itself. */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decodeEntities } from "../normalise.ts";

/** An element with its children in order, or a piece of text. */
export type XmlNode = {
  name: string;
  attributes: Record<string, string>;
  children: XmlNode[];
  text: string;
};

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  processEntities: false,
  htmlEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: "#cdata",
  commentPropName: false,
});

/** Parses one well-formed element; returns it, or what is wrong with it. */
export function parseElement(xml: string): XmlNode | { problem: string; line: number } {
  const verdict = XMLValidator.validate(xml, { allowBooleanAttributes: true });
  if (verdict !== true)
    return {
      problem: `${verdict.err.msg} (line ${verdict.err.line} of the record)`,
      line: verdict.err.line,
    };
  const [root] = toNodes(parser.parse(xml) as unknown);
  return root ?? { problem: "The record is empty.", line: 1 };
}

function toNodes(parsed: unknown): XmlNode[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const fields = new Map<string, unknown>(Object.entries(entry));
    const text = fields.get("#text");
    if (text !== undefined)
      return [{ name: "#text", attributes: {}, children: [], text: decodeEntities(String(text)) }];
    const attributes: Record<string, string> = {};
    const held = fields.get(":@");
    if (typeof held === "object" && held !== null)
      for (const [key, value] of Object.entries(held))
        attributes[key] = decodeEntities(String(value));
    for (const [name, children] of fields) {
      if (name === ":@" || name.startsWith("?")) continue;
      if (name === "#cdata")
        return [{ name: "#text", attributes: {}, children: [], text: rawText(children) }];
      return [{ name, attributes, children: toNodes(children), text: "" }];
    }
    return [];
  });
}

function rawText(children: unknown): string {
  if (!Array.isArray(children)) return "";
  return children.map((entry: { "#text"?: unknown }) => String(entry["#text"] ?? "")).join("");
}

/** All text below a node, in order, spaces made single. */
export function textIn(node: XmlNode | undefined): string {
  if (node === undefined) return "";
  return gather(node).replaceAll(/\s+/g, " ").trim();
}

function gather(node: XmlNode): string {
  if (node.name === "#text") return node.text;
  let text = "";
  for (const child of node.children) text += gather(child);
  return text;
}

/** The first element on a path of child names, below `node`. */
export function childAt(node: XmlNode | undefined, ...path: string[]): XmlNode | undefined {
  let at = node;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** Children of that name. */
export function childrenOf(node: XmlNode | undefined, name: string): XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}
