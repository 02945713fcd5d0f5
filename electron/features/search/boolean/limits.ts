/** Ovid's `limit N to …` in terms that other databases have, where there are such. */
import type { Node } from "./ast.ts";

/** The tree nodes that a limit's words stand for, and the words that have no counterpart. */
export function limitNodes(text: string): { nodes: Node[]; left: string } {
  const nodes: Node[] = [];
  let left = text.replaceAll('"', "");
  const dated = /\b(ed|dt|ez|dc|da|up|yr|dp)\s*=\s*(\d{4,8})\s*-?\s*(current|\d{4,8})?/i.exec(left);
  if (dated !== null) {
    const fields = /^(?:yr|dp)$/i.test(dated[1] ?? "") ? (["dp"] as const) : (["ed"] as const);
    const last = dated[3] ?? dated[2] ?? "";
    nodes.push({
      kind: "term",
      text: `${date(dated[2] ?? "")}:${/current/i.test(last) ? "3000" : date(last)}`,
      phrase: false,
      fields: [...fields],
    });
    left = left.replace(dated[0], "");
  }
  if (/\bhumans?\b/i.test(left)) {
    const heading = (name: string): Node => ({
      kind: "heading",
      name,
      explode: true,
      major: false,
      subheadings: [],
    });
    nodes.push({
      kind: "not",
      keep: { kind: "or", items: [] },
      drop: { kind: "not", keep: heading("Animals"), drop: heading("Humans") },
    });
    left = left.replace(/\bhumans?\b/i, "");
  }
  const language = /\b(english|french|german|spanish)(?:\s+language)?\b/i.exec(left);
  if (language !== null) {
    nodes.push({
      kind: "term",
      text: (language[1] ?? "").toLowerCase(),
      phrase: false,
      fields: ["la"],
    });
    left = left.replace(language[0], "");
  }
  left = left
    .replaceAll(/\b(?:and|or)\b|[()]/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return { nodes, left };
}

/** 20180214 → 2018/02/14 */
function date(digits: string): string {
  return digits.length === 8
    ? `${digits.slice(0, 4)}/${digits.slice(4, 6)}/${digits.slice(6)}`
    : digits.slice(0, 4);
}
