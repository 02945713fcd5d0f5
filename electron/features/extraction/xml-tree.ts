/** A small ordered XML tree. Entities beyond the five of XML and numeric ones are never expanded. */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { AppError } from "../../api/errors.ts";

export type Node = {
  name: string;
  attributes: Record<string, string>;
  children: (Node | string)[];
};

const named: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00A0",
};

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  commentPropName: "#comment",
  cdataPropName: "#cdata",
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Parses XML, also a fragment with several roots. Throws `badFile` naming line and reason, unless
 * `mend` is set: then tags that do not pair are dropped or closed, as far as they can be told.
 */
export function parseXml(text: string, mend = false): Node {
  const bare = withoutDoctype(text).replace(/^\s*<\?xml[^>]*\?>/, "");
  const wrapped = `<fragment>${mend ? paired(bare) : bare}</fragment>`;
  const valid = XMLValidator.validate(wrapped, { allowBooleanAttributes: true });
  if (valid !== true)
    throw new AppError("badFile", `The XML is broken at line ${valid.err.line}: ${valid.err.msg}`, {
      line: valid.err.line,
    });
  const [root] = nodesFrom(parser.parse(wrapped));
  if (root === undefined || typeof root === "string")
    throw new AppError("badFile", "The file holds no XML elements.");
  return root;
}

const tag =
  /<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|</g;

/** Every tag opened is closed, every stray closing tag and bare "<" is made harmless. */
function paired(text: string): string {
  const open: string[] = [];
  const mended = text.replaceAll(
    tag,
    (
      whole,
      slash: string | undefined,
      name: string | undefined,
      attributes: string,
      empty: string,
    ) => {
      if (whole === "<") return "&lt;";
      if (name === undefined) return whole.startsWith("<![") ? whole : "";
      if (slash === "") {
        if (empty === "") open.push(name);
        return `<${name}${attributes}${empty}>`;
      }
      const at = open.lastIndexOf(name);
      if (at < 0) return "";
      return open
        .splice(at)
        .toReversed()
        .map((one) => `</${one}>`)
        .join("");
    },
  );
  return (
    mended +
    open
      .toReversed()
      .map((one) => `</${one}>`)
      .join("")
  );
}

/** A DOCTYPE with its own entities is where entity bombs live; its declarations are dropped unread. */
function withoutDoctype(text: string): string {
  const at = text.search(/<!DOCTYPE/i);
  if (at < 0) return text;
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    if (text[index] === "[") depth += 1;
    if (text[index] === "]") depth -= 1;
    if (text[index] === ">" && depth <= 0) return text.slice(0, at) + text.slice(index + 1);
  }
  throw new AppError("badFile", "The XML's DOCTYPE is never closed.");
}

function nodesFrom(parsed: unknown): (Node | string)[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: Record<string, unknown>): (Node | string)[] => {
    if ("#text" in entry) return [decode(String(entry["#text"]))];
    if ("#cdata" in entry) return nodesFrom(entry["#cdata"]).map(String);
    if ("#comment" in entry) return [];
    const name = Object.keys(entry).find((key) => key !== ":@");
    if (name === undefined) return [];
    const attributes = Object.fromEntries(
      Object.entries((entry[":@"] ?? {}) as Record<string, unknown>).map(([key, value]) => [
        key,
        decode(String(value)),
      ]),
    );
    return [{ name, attributes, children: nodesFrom(entry[name]) }];
  });
}

function decode(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, entity: string) => {
    if (!entity.startsWith("#")) return named[entity] ?? whole;
    const code =
      entity[1] === "x" || entity[1] === "X"
        ? Number.parseInt(entity.slice(2), 16)
        : Number(entity.slice(1));
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : "";
  });
}

export const isNode = (child: Node | string | undefined): child is Node =>
  typeof child === "object";

export function childrenOf(node: Node, ...names: string[]): Node[] {
  return node.children.filter(
    (child): child is Node => isNode(child) && (names.length === 0 || names.includes(child.name)),
  );
}

export function firstIn(node: Node, name: string): Node | undefined {
  for (const child of childrenOf(node)) {
    const found = child.name === name ? child : firstIn(child, name);
    if (found) return found;
  }
  return undefined;
}

export function allIn(node: Node, ...names: string[]): Node[] {
  return childrenOf(node).flatMap((child) =>
    names.includes(child.name) ? [child] : allIn(child, ...names),
  );
}

/** All text below a node, elements in `without` left out, white space as it is. */
export function rawText(node: Node, without: string[] = []): string {
  return node.children
    .map((child) =>
      isNode(child) ? (without.includes(child.name) ? "" : rawText(child, without)) : child,
    )
    .join("");
}
