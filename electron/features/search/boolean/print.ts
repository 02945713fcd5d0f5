/** The tree in a database's own syntax. What cannot be carried over is left out or widened, and always said. */
import {
  group,
  inlined,
  mapNodes,
  type FieldCode,
  type Heading,
  type Near,
  type Node,
  type Strategy,
  type Target,
  type Term,
} from "./ast.ts";
import { syntaxes, type Syntax } from "./syntax.ts";
import { limitNodes } from "./limits.ts";

export type Printed = { query: string; warnings: string[] };

type Printing = { syntax: Syntax; warn: (text: string) => void; labels: Map<string, string> };

/** Prints a strategy for `to`: line by line where the database keeps a history and lines are used, else as one expression. */
export function printStrategy(strategy: Strategy, to: Target): Printed {
  const syntax = syntaxes[to];
  const warnings = new Set<string>();
  const warn = (text: string): void => void warnings.add(text);
  const labels = new Map(strategy.lines.map(({ label }, index) => [label, String(index + 1)]));
  const printing: Printing = { syntax, warn, labels };
  let query: string;
  if (syntax.reference === undefined || strategy.lines.length === 1) {
    query = printed(limitsReplaced(inlined(strategy), printing), printing, true) ?? "";
  } else {
    query = strategy.lines
      .map(
        ({ node }, index) =>
          `${syntax.linePrefix?.(index + 1) ?? ""}${historyLine(node, printing)}`,
      )
      .join("\n");
  }
  if (query === "") warn("Nothing of the search could be carried over.");
  return { query, warnings: [...warnings] };
}

/** One expression for `to`, with no lines. */
export function printNode(node: Node, to: Target): Printed {
  return printStrategy({ lines: [{ label: "1", node }], warnings: [] }, to);
}

function historyLine(node: Node, printing: Printing): string {
  if (node.kind === "limit" && printing.syntax.keepsLimits && node.base.kind === "line")
    return `limit ${printing.labels.get(node.base.label) ?? node.base.label} to ${node.text}`;
  const text = printed(limitsReplaced(node, printing), printing, true);
  if (text === undefined) printing.warn("A line has no counterpart and was left empty.");
  return text ?? "";
}

function limitsReplaced(node: Node, printing: Printing): Node {
  return mapNodes(node, (part) => {
    if (part.kind !== "limit") return part;
    const { nodes, left } = limitNodes(part.text);
    if (left !== "") printing.warn(`The limit "${left}" has no counterpart and was left out.`);
    return nodes.reduce(
      (base, limit): Node =>
        limit.kind === "not" ? { ...limit, keep: base } : group("and", [base, limit]),
      part.base,
    );
  });
}

/** Text of a node, or undefined when it has no counterpart. `bare` leaves off the outer parentheses. */
function printed(node: Node, printing: Printing, bare = false): string | undefined {
  const hoisted = hoist(node, printing);
  if (hoisted !== undefined) return hoisted;
  switch (node.kind) {
    case "term":
      return termText(node, printing);
    case "heading":
      return headingText(node, printing);
    case "line": {
      const label = printing.labels.get(node.label);
      if (printing.syntax.reference !== undefined && label !== undefined)
        return printing.syntax.reference(label);
      printing.warn(`The reference to line ${node.label} leads nowhere and was left out.`);
      return undefined;
    }
    case "and":
    case "or": {
      const parts = runsOf(node.items, node.kind, printing)
        .map((item) => printed(item, printing))
        .filter((text) => text !== undefined);
      if (parts.length < 2) return parts[0];
      return wrap(parts.join(` ${printing.syntax.operators[node.kind]} `), bare);
    }
    case "not": {
      const keep = printed(node.keep, printing);
      const drop = printed(node.drop, printing);
      if (keep === undefined) return undefined;
      return drop === undefined
        ? keep
        : wrap(`${keep} ${printing.syntax.operators.not} ${drop}`, bare);
    }
    case "near":
      return nearText(node, printing, bare);
    case "limit":
      return printed(node.base, printing, bare);
  }
}

/** Terms in a row with the same fields become one group, where groups can carry a tag. */
function runsOf(items: Node[], kind: "and" | "or", { syntax }: Printing): Node[] {
  if (syntax.suffix === undefined) return items;
  const runs: Node[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    const head = last?.[0];
    const alike =
      head?.kind === "term" && item.kind === "term" && head.fields.join() === item.fields.join();
    if (alike && sharedFields(item) !== undefined) last?.push(item);
    else runs.push([item]);
  }
  if (runs.length === 1) return items;
  return runs.map((run) =>
    run.length === 1 && run[0] !== undefined ? run[0] : { kind, items: run },
  );
}

function wrap(text: string, bare: boolean): string {
  return bare ? text : `(${text})`;
}

function termText(term: Term, { syntax, warn }: Printing): string | undefined {
  if (term.text.includes(":") && (term.fields.includes("dp") || term.fields.includes("ed"))) {
    const [from = "", to = ""] = term.text.split(":");
    const range = syntax.range?.(from, to, term.fields[0] ?? "dp");
    if (range === undefined)
      warn(`The date limit ${from} to ${to} has no counterpart and was left out.`);
    return range;
  }
  return syntax.term(term, warn);
}

function headingText(heading: Heading, { syntax, warn }: Printing): string | undefined {
  return syntax.heading(heading, warn);
}

/** Fields that all terms below share, when nothing but terms is below. */
function sharedFields(node: Node): FieldCode[] | undefined {
  if (node.kind === "term")
    return node.text.includes(":") && node.fields.some((field) => field === "dp" || field === "ed")
      ? undefined
      : node.fields;
  if (node.kind !== "and" && node.kind !== "or" && node.kind !== "near" && node.kind !== "not")
    return undefined;
  const below: readonly Node[] = node.kind === "not" ? [node.keep, node.drop] : node.items;
  const [first, ...others] = below.map(sharedFields);
  if (first === undefined) return undefined;
  return others.every((fields) => fields !== undefined && fields.join() === first.join())
    ? first
    : undefined;
}

/** `(a or b).ti,ab.` where the database lets a group carry one field tag. */
function hoist(node: Node, printing: Printing): string | undefined {
  const { syntax, warn } = printing;
  if (
    syntax.suffix === undefined ||
    node.kind === "term" ||
    node.kind === "heading" ||
    node.kind === "line" ||
    node.kind === "limit"
  )
    return undefined;
  const fields = sharedFields(node);
  if (fields === undefined) return undefined;
  if (fields.includes("fs")) return undefined;
  const suffix = syntax.suffix(fields, warn);
  if (suffix === undefined) return undefined;
  const inner: Printing = {
    ...printing,
    syntax: {
      ...syntax,
      suffix: undefined,
      term: (term, say) => syntax.bareTerm?.(term, say) ?? syntax.term(term, say),
    },
  };
  const text = printed(node, inner);
  return text === undefined ? undefined : `${text}${suffix}`;
}

function nearText(near: Near, printing: Printing, bare: boolean): string | undefined {
  const { syntax, warn } = printing;
  if (syntax.near !== undefined) {
    const [left, right] = near.items.map((item) => printed(item, printing));
    if (left === undefined || right === undefined) return left ?? right;
    return wrap(`${left} ${syntax.near(near.distance, near.ordered)} ${right}`, bare);
  }
  const spelled = syntax.spellNear?.(near, warn);
  if (spelled !== undefined) return spelled;
  warn(
    `Proximity within ${near.distance} word${near.distance === 1 ? "" : "s"} has no counterpart for these terms; AND was used, which finds more.`,
  );
  return printed(group("and", [...near.items]), printing, bare);
}
