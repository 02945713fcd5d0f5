/** A search strategy as a tree that belongs to no database: what each one's syntax is read into and printed from. */

/** Where a term is looked for. Empty means wherever the database looks by default. */
export type FieldCode =
  | "ti"
  | "ab"
  | "kw"
  | "mp"
  | "hw"
  | "all"
  | "fs"
  | "pt"
  | "au"
  | "jn"
  | "la"
  | "rn"
  | "id"
  | "in"
  | "dp"
  | "ed"
  | "sb"
  | "cond"
  | "intr";

export type Term = {
  kind: "term";
  /** Words with wildcards in one notation: `*` any ending, `*3` at most so many letters, `?` none or one, `#` exactly one. */
  text: string;
  /** In quotation marks, or words that must stand side by side. */
  phrase: boolean;
  fields: FieldCode[];
};
export type Heading = {
  kind: "heading";
  name: string;
  explode: boolean;
  major: boolean;
  subheadings: string[];
};
type Group = { kind: "and" | "or"; items: Node[] };
type Not = { kind: "not"; keep: Node; drop: Node };
/** At most `distance` words apart counted as Ovid does: 1 means side by side. */
export type Near = { kind: "near"; distance: number; ordered: boolean; items: [Node, Node] };
type LineReference = { kind: "line"; label: string };
type Limit = { kind: "limit"; base: Node; text: string };
export type Node = Term | Heading | Group | Not | Near | LineReference | Limit;

export type Line = { label: string; node: Node };
/** The last line is the search; earlier ones are what it refers to. */
export type Strategy = { lines: Line[]; warnings: string[] };

export const targets = ["pubmed", "europepmc", "ctgov", "ovid", "embase", "central"] as const;
export type Target = (typeof targets)[number];

/** Joins, taking apart nested groups of the same kind; one item stays itself. */
export function group(kind: "and" | "or", items: Node[]): Node {
  const flat = items.flatMap((item) => (item.kind === kind ? item.items : [item]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind, items: flat };
}

/** Gives `fields` to every term below that has none of its own. */
export function withFields(node: Node, fields: FieldCode[]): Node {
  switch (node.kind) {
    case "term":
      return node.fields.length === 0 ? { ...node, fields } : node;
    case "and":
    case "or":
      return { ...node, items: node.items.map((item) => withFields(item, fields)) };
    case "not":
      return { ...node, keep: withFields(node.keep, fields), drop: withFields(node.drop, fields) };
    case "near":
      return {
        ...node,
        items: [withFields(node.items[0], fields), withFields(node.items[1], fields)],
      };
    case "limit":
      return { ...node, base: withFields(node.base, fields) };
    default:
      return node;
  }
}

/** Replaces every node from the leaves up. */
export function mapNodes(node: Node, change: (node: Node) => Node): Node {
  switch (node.kind) {
    case "and":
    case "or":
      return change(
        group(
          node.kind,
          node.items.map((item) => mapNodes(item, change)),
        ),
      );
    case "not":
      return change({
        ...node,
        keep: mapNodes(node.keep, change),
        drop: mapNodes(node.drop, change),
      });
    case "near":
      return change({
        ...node,
        items: [mapNodes(node.items[0], change), mapNodes(node.items[1], change)],
      });
    case "limit":
      return change({ ...node, base: mapNodes(node.base, change) });
    default:
      return change(node);
  }
}

/** One expression with every line reference replaced by what it refers to. Unknown labels stay. */
export function inlined(strategy: Strategy): Node {
  const built = new Map<string, Node>();
  let last: Node = { kind: "or", items: [] };
  for (const { label, node } of strategy.lines) {
    last = mapNodes(node, (part) =>
      withoutRepeats(part.kind === "line" ? (built.get(part.label) ?? part) : part),
    );
    built.set(label, last);
  }
  return last;
}

/** `or/1-6` over lines that themselves join lines would name the same terms twice. */
function withoutRepeats(node: Node): Node {
  if (node.kind !== "and" && node.kind !== "or") return node;
  const byText = new Map(node.items.map((item) => [JSON.stringify(item), item]));
  return byText.size === node.items.length ? node : group(node.kind, [...byText.values()]);
}
