/** Tokens to a tree: operators by each database's precedence, nesting, field tags pushed to their terms. */
import { AppError } from "../../../api/errors.ts";
import {
  group,
  mapNodes,
  withFields,
  type FieldCode,
  type Node,
  type Target,
  type Term,
} from "./ast.ts";
import { qualifierCode } from "./qualifiers.ts";
import { tokenize, type Token } from "./tokens.ts";

type Reading = {
  tokens: Token[];
  at: number;
  from: Target;
  warnings: string[];
  labels: ReadonlySet<string>;
  mixed: boolean;
};

/** PubMed works from left to right; the others bind proximity, then NOT, then AND, then OR. */
const strength = { near: 4, not: 3, and: 2, or: 1 } as const;

/**
 * Reads one line. `labels` are those of earlier lines: a bare number is a reference where it names one.
 *
 * @throws AppError `badInput` when nothing of it can be read.
 */
export function readLine(
  text: string,
  from: Target,
  labels: ReadonlySet<string>,
  warnings: string[],
): Node {
  const limited = from === "ovid" ? /^\s*limit\s+(\d+)\s+to\s+(.+)$/is.exec(text) : null;
  if (limited !== null)
    return {
      kind: "limit",
      base: { kind: "line", label: limited[1] ?? "" },
      text: (limited[2] ?? "").trim(),
    };
  const tokens = tokenize(text, from, warnings);
  const reading: Reading = { tokens, at: 0, from, warnings, labels, mixed: false };
  const parts: Node[] = [];
  while (reading.at < tokens.length) {
    const before = reading.at;
    const node = expression(reading, 0);
    if (node !== undefined) parts.push(node);
    if (reading.at < tokens.length && tokens[reading.at]?.kind === "close") {
      warnings.push("A closing parenthesis too many was left out.");
      reading.at += 1;
      const rest = infixTail(reading, parts);
      if (rest !== undefined) parts.splice(0, parts.length, rest);
    }
    if (reading.at === before) reading.at += 1;
  }
  if (parts.length === 0)
    throw new AppError("badInput", `No search terms can be read in "${text.slice(0, 80)}".`, {
      text,
    });
  if (reading.mixed)
    warnings.push(
      `AND and OR stand together without parentheses in "${text.trim().slice(0, 60)}"; they were read ${from === "pubmed" ? "from left to right" : "with AND first"}.`,
    );
  const whole = group("and", parts);
  // Without a field, Ovid searches title, abstract and headings: .mp.
  return mapNodes(from === "ovid" ? withFields(whole, ["mp"]) : whole, settled(from));
}

/** One form for one meaning: subheadings by their code, Ovid's quotation marks only where words stand side by side. */
function settled(from: Target): (node: Node) => Node {
  return (node) => {
    if (node.kind !== "term") return node;
    const code =
      node.fields.length === 1 && node.fields[0] === "fs" ? qualifierCode(node.text) : undefined;
    if (code !== undefined) return { ...node, text: code, phrase: false };
    return from === "ovid" || from === "embase" ? { ...node, phrase: /\s/.test(node.text) } : node;
  };
}

/** After a stray closing parenthesis, an operator joins what comes to what was. */
function infixTail(reading: Reading, parts: Node[]): Node | undefined {
  const left = group("and", parts);
  return reading.tokens[reading.at]?.kind === "operator" ? infix(reading, left, 0) : undefined;
}

function expression(reading: Reading, least: number): Node | undefined {
  const left = prefix(reading);
  return left === undefined ? undefined : infix(reading, left, least);
}

function infix(reading: Reading, start: Node, least: number): Node {
  let left = start;
  let seen = "";
  for (;;) {
    const token = reading.tokens[reading.at];
    if (token === undefined || token.kind === "close") return left;
    const joint = jointOf(token);
    if (joint === undefined) {
      if (token.kind === "fields" || token.kind === "asHeading" || token.kind === "asNear") {
        reading.at += 1;
        left = applied(left, token);
        continue;
      }
      if (implicitStrength(reading) < least) return left;
      const right = expression(reading, strength.and + 1);
      if (right === undefined) return left;
      left = group("and", [left, right]);
      continue;
    }
    const power = reading.from === "pubmed" && joint !== "near" ? 1 : strength[joint];
    if (power < least) return left;
    if ((joint === "and" || joint === "or") && seen !== "" && seen !== joint) reading.mixed = true;
    if (joint === "and" || joint === "or") seen = joint;
    reading.at += 1;
    const right = expression(reading, power + 1);
    if (right === undefined) {
      reading.warnings.push(`Nothing follows the last ${joint.toUpperCase()}; it was left out.`);
      return left;
    }
    left = joined(left, right, token, joint);
  }
}

function implicitStrength(reading: Reading): number {
  return reading.from === "pubmed" ? 1 : strength.and;
}

function jointOf(token: Token): keyof typeof strength | undefined {
  if (token.kind === "operator") return token.operator;
  return token.kind === "near" ? "near" : undefined;
}

function joined(left: Node, right: Node, token: Token, joint: keyof typeof strength): Node {
  if (joint === "not") return { kind: "not", keep: left, drop: right };
  if (token.kind === "near")
    return { kind: "near", distance: token.distance, ordered: token.ordered, items: [left, right] };
  return group(joint === "or" ? "or" : "and", [left, right]);
}

function prefix(reading: Reading): Node | undefined {
  const token = reading.tokens[reading.at];
  if (token === undefined) return undefined;
  reading.at += 1;
  switch (token.kind) {
    case "open":
      return suffixed(reading, inParentheses(reading));
    case "close":
      reading.at -= 1;
      return undefined;
    case "text":
      reading.at -= 1;
      return textRun(reading);
    case "heading":
      return token.heading;
    case "lines":
      return lineNodes(token, reading);
    case "range":
      return {
        kind: "term",
        text: `${token.from}:${token.to}`,
        phrase: false,
        fields: token.fields,
      };
    case "before": {
      const node = expression(reading, strength.near + 1);
      return node === undefined ? undefined : withFields(node, token.fields);
    }
    case "operator":
    case "near": {
      const node = expression(reading, strength.not + 1);
      if (node !== undefined)
        reading.warnings.push(`An operator without a term before it was left out.`);
      return node;
    }
    default:
      return prefix(reading);
  }
}

function inParentheses(reading: Reading): Node | undefined {
  const parts: Node[] = [];
  while (reading.at < reading.tokens.length && reading.tokens[reading.at]?.kind !== "close") {
    const before = reading.at;
    const node = expression(reading, 0);
    if (node !== undefined) parts.push(node);
    if (reading.at === before) reading.at += 1;
  }
  if (reading.at >= reading.tokens.length)
    reading.warnings.push("A parenthesis that is never closed was closed at the end of the line.");
  reading.at += 1;
  return parts.length === 0 ? undefined : group("and", parts);
}

function suffixed(reading: Reading, node: Node | undefined): Node | undefined {
  let result = node;
  for (;;) {
    const token = reading.tokens[reading.at];
    if (
      result === undefined ||
      token === undefined ||
      (token.kind !== "fields" && token.kind !== "asHeading" && token.kind !== "asNear")
    )
      return result;
    reading.at += 1;
    result = applied(result, token);
  }
}

function applied(
  node: Node,
  token: Extract<Token, { kind: "fields" | "asHeading" | "asNear" }>,
): Node {
  if (token.kind === "fields") return withFields(node, token.fields);
  if (token.kind === "asNear") return nearTerms(node, token.fields, token.distance);
  return toHeadings(node, token);
}

/** `(animals not humans).sh.`: each plain term below becomes a heading. */
function toHeadings(node: Node, how: { explode: boolean; major: boolean }): Node {
  switch (node.kind) {
    case "term": {
      if (node.fields.length > 0) return node;
      const [name, ...subheadings] = node.text.split("/");
      const codes = subheadings
        .flatMap((text) => text.split(/\s*,\s*/))
        .flatMap((text) => qualifierCode(text) ?? []);
      const exploded = /^exp\s+/i.exec(name ?? "");
      return {
        kind: "heading",
        name: (name ?? "").replace(/^exp\s+/i, "").trim(),
        explode: how.explode || exploded !== null,
        major: how.major,
        subheadings: codes,
      };
    }
    case "and":
    case "or":
      return { ...node, items: node.items.map((item) => toHeadings(item, how)) };
    case "not":
      return { ...node, keep: toHeadings(node.keep, how), drop: toHeadings(node.drop, how) };
    default:
      return node;
  }
}

function nearTerms(node: Node, fields: FieldCode[], distance: number): Node {
  if (node.kind !== "term") return withFields(node, fields);
  const [first, ...others] = node.text
    .split(" ")
    .map((text): Node => ({ kind: "term", text, phrase: false, fields }));
  if (first === undefined) return node;
  return others.reduce(
    (left, right): Node => ({ kind: "near", distance, ordered: false, items: [left, right] }),
    first,
  );
}

/** Words in a row are one term; what follows them (a tag, an operator, the end) decides how it reads. */
function textRun(reading: Reading): Node | undefined {
  const words: { text: string; phrase: boolean }[] = [];
  for (;;) {
    const token = reading.tokens[reading.at];
    if (token?.kind !== "text") break;
    if (words.length > 0 && (token.phrase || words.at(-1)?.phrase) && !joinsQuoted(reading)) break;
    words.push({ text: token.text, phrase: token.phrase });
    reading.at += 1;
  }
  const [first] = words;
  const tagged = isTag(reading.tokens[reading.at]);
  if (
    words.length === 1 &&
    first &&
    !first.phrase &&
    !tagged &&
    reading.labels.has(first.text.toLowerCase())
  )
    return { kind: "line", label: first.text.toLowerCase() };
  const text = words.map((word) => word.text).join(" ");
  const phrase =
    words.some((word) => word.phrase) ||
    (words.length > 1 && (reading.from === "ovid" || reading.from === "embase"));
  if (words.length > 1 && !phrase && !tagged && reading.from !== "pubmed") {
    return group(
      "and",
      words.map((word): Term => ({ kind: "term", text: word.text, phrase: false, fields: [] })),
    );
  }
  return suffixed(reading, { kind: "term", text, phrase, fields: [] });
}

function isTag(token: Token | undefined): boolean {
  return token?.kind === "fields" || token?.kind === "asHeading" || token?.kind === "asNear";
}

/** `"group a" streptococc*.tw.` is one adjacency in Ovid; elsewhere a quoted term stands alone. */
function joinsQuoted(reading: Reading): boolean {
  return reading.from === "ovid";
}

function lineNodes(token: Extract<Token, { kind: "lines" }>, reading: Reading): Node | undefined {
  const known = token.labels.filter((label) => reading.labels.has(label));
  const missing = token.labels.filter((label) => !reading.labels.has(label));
  if (missing.length > 0)
    reading.warnings.push(
      `There is no earlier line ${missing.length > 3 ? `${missing[0]} to ${missing.at(-1)}` : missing.join(", ")}; the reference was left out.`,
    );
  if (known.length === 0) return undefined;
  return group(
    token.operator === "or" ? "or" : "and",
    known.map((label) => ({ kind: "line", label })),
  );
}
