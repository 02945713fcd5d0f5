/** What the readers of all databases share: a place in a line, tokens taken at it, and the common signs. */
import { colonFields } from "./fields.ts";
import type { FieldCode, Heading } from "./ast.ts";

export type Token =
  | { kind: "open" | "close" }
  | { kind: "operator"; operator: "and" | "or" | "not" }
  | { kind: "near"; distance: number; ordered: boolean }
  | { kind: "text"; text: string; phrase: boolean }
  | { kind: "fields"; fields: FieldCode[] }
  | { kind: "asHeading"; explode: boolean; major: boolean }
  | { kind: "asNear"; fields: FieldCode[]; distance: number }
  | { kind: "heading"; heading: Heading }
  | { kind: "before"; fields: FieldCode[] }
  | { kind: "lines"; operator: "and" | "or" | "only"; labels: string[] }
  | { kind: "range"; from: string; to: string; fields: FieldCode[] };

export type Scan = { text: string; at: number; tokens: Token[]; warnings: string[] };

export type Rule = (scan: Scan) => boolean;

/** Matches at the scan's place and moves on. */
export function take(scan: Scan, pattern: RegExp): RegExpExecArray | null {
  const sticky = new RegExp(pattern.source, `${pattern.flags.replace("y", "")}y`);
  sticky.lastIndex = scan.at;
  const found = sticky.exec(scan.text);
  if (found !== null) scan.at += found[0].length;
  return found;
}

export function push(scan: Scan, token: Token): true {
  scan.tokens.push(token);
  return true;
}

/** `$` is Ovid's other sign for `*`. */
export function canonical(text: string): string {
  return text
    .replaceAll(/\$(?=\d|$|[^\w$])/g, "*")
    .replaceAll("$", "*")
    .replaceAll(/\s+/g, " ")
    .trim();
}

export const parenthesis: Rule = (scan) => {
  const sign = scan.text[scan.at];
  if (sign !== "(" && sign !== ")") return false;
  scan.at += 1;
  return push(scan, { kind: sign === "(" ? "open" : "close" });
};

export const operator: Rule = (scan) => {
  const found = take(scan, /(?:AND\s+NOT|AND|OR|NOT|&&|\|\|)(?![\w*$-])/i);
  if (found === null) return false;
  const word = found[0].toLowerCase();
  return push(scan, {
    kind: "operator",
    operator: word.endsWith("not") ? "not" : word === "and" || word === "&&" ? "and" : "or",
  });
};

export const quoted: Rule = (scan) => {
  const found = take(scan, /"([^"]*)("|$)/);
  if (found === null) return false;
  if (found[2] === "")
    scan.warnings.push(
      `The quotation mark before "${(found[1] ?? "").slice(0, 30)}" is not closed.`,
    );
  const text = (found[1] ?? "").trim();
  return text === "" ? true : push(scan, { kind: "text", text: canonical(text), phrase: true });
};

export const hashLines: Rule = (scan) => {
  const found = take(scan, /#\s?(\d+[a-z]?)\b/i);
  return found === null
    ? false
    : push(scan, { kind: "lines", operator: "only", labels: [(found[1] ?? "").toLowerCase()] });
};

export function expand(list: string): string[] {
  return list.split(",").flatMap((part) => {
    const [first, last] = part.split("-").map((number) => Number(number.trim()));
    if (first === undefined || Number.isNaN(first)) return [];
    const end = last === undefined || Number.isNaN(last) ? first : last;
    return Array.from({ length: Math.min(500, Math.max(0, end - first) + 1) }, (_, index) =>
      String(first + index),
    );
  });
}

export const plainWord: Rule = (scan) => {
  const found = take(scan, /[^\s()[\]{}"':]+(?:'s)?/);
  if (found === null) return false;
  const clean = found[0].replace(/^[,;.]+|[,;.]+$/g, "");
  return clean === "" ? true : push(scan, { kind: "text", text: canonical(clean), phrase: false });
};

export const slashNear: Rule = (scan) => {
  const found = take(scan, /(NEAR|NEXT)(?:\s*\/\s*(\d+))?(?![\w*$-])/i);
  if (found === null) return false;
  const ordered = (found[1] ?? "").toLowerCase() === "next";
  const byDefault = ordered ? 1 : 6;
  return push(scan, {
    kind: "near",
    distance: Math.max(1, found[2] ? Number(found[2]) : byDefault),
    ordered,
  });
};

export const colonSuffix: Rule = (scan) => {
  const before = scan.at;
  const found = take(scan, /:\s*([a-z]{2,3}(?:\s*,\s*[a-z]{2,3})*)(?![\w*])/i);
  if (found === null) return false;
  const fields = colonFields((found[1] ?? "").split(/\s*,\s*/));
  if (fields === undefined) {
    scan.at = before;
    return false;
  }
  return push(scan, { kind: "fields", fields });
};
