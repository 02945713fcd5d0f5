/**
 * A JSON schema as an automaton over bytes: which byte may come next in an answer that keeps to it. The
 * subset that prompts use; what it does not know (patterns, ranges other than signs) is left to the check
 * of the whole answer. Objects are written in their schema's order. Pure.
 */
import { AppError } from "../../../../api/errors.ts";
import {
  afterNumber,
  afterString,
  numberMayEnd,
  startOfNumber,
  startOfString,
  type NumberAt,
  type StringAt,
} from "./grammar-values.ts";

type Schema = Record<string, unknown>;
type Property = { key: string; schema: Schema; required: boolean };

/** What is still to be written, the nearest on top. Never changed: answers branch from it. */
type Stack = { top: Item; rest: Stack } | null;
type Item =
  | { kind: "bytes"; bytes: Uint8Array; at: number }
  | { kind: "string"; state: StringAt }
  | { kind: "number"; state: NumberAt }
  /** A blank, or a new line with what indents it; or nothing. */
  | { kind: "space"; left: number; started: boolean }
  | { kind: "value"; schema: Schema }
  | { kind: "members"; properties: readonly Property[]; index: number; written: boolean }
  | { kind: "items"; schema: Schema; count: number; least: number; most: number }
  | { kind: "entries"; schema: Schema; count: number };

/** Where an answer stands: every way in which it may be read so far. */
export type Place = readonly Stack[];

export type Grammar = {
  start: Place;
  /** Undefined where this byte may not come. */
  after: (place: Place, byte: number) => Place | undefined;
};

export const isWhole = (place: Place): boolean => place.some((stack) => stack === null);
/** Whole, and nothing can follow. */
export const isOver = (place: Place): boolean => place.every((stack) => stack === null);

const utf8 = new TextEncoder();
const mostIndent = 24;
const mostSchemas = 64;

/** @throws AppError unsupported for a schema that cannot be written byte by byte (`not`, `allOf`, foreign references) */
export function openGrammar(schema: Schema): Grammar {
  const words = (text: string): Item => ({ kind: "bytes", bytes: utf8.encode(text), at: 0 });
  const space: Item = { kind: "space", left: mostIndent, started: false };
  const push = (rest: Stack, ...items: Item[]): Stack =>
    items.reduceRight<Stack>((below, top) => ({ top, rest: below }), rest);

  /** Opens what does not read a byte itself, until every way on does, or is at its end. */
  function settle(stack: Stack, into: Stack[]): void {
    if (stack === null) return void into.push(null);
    const { top, rest } = stack;
    switch (top.kind) {
      case "bytes":
        if (top.at === top.bytes.length) settle(rest, into);
        else into.push(stack);
        return;
      case "string":
        if (top.state === "end") settle(rest, into);
        else into.push(stack);
        return;
      case "number":
        into.push(stack);
        if (numberMayEnd(top.state)) settle(rest, into);
        return;
      case "space":
        if (top.left > 0) into.push(stack);
        settle(rest, into);
        return;
      case "value":
        for (const items of waysOf(top.schema)) settle(push(rest, ...items), into);
        return;
      case "members":
        return settleMembers(top, rest, into);
      case "items":
        if (top.count >= top.least) settle(push(rest, space, words("]")), into);
        if (top.count < top.most) {
          const more: Item = { ...top, count: top.count + 1 };
          const comma = top.count > 0 ? [words(",")] : [];
          settle(push(rest, ...comma, space, { kind: "value", schema: top.schema }, more), into);
        }
        return;
      case "entries": {
        settle(push(rest, space, words("}")), into);
        const key: Item = { kind: "string", state: startOfString({}) };
        const value: Item = { kind: "value", schema: top.schema };
        const comma = top.count > 0 ? [words(",")] : [];
        const more: Item = { ...top, count: top.count + 1 };
        settle(push(rest, ...comma, space, key, words(":"), space, value, more), into);
      }
    }
  }

  function settleMembers(
    { properties, index, written }: Extract<Item, { kind: "members" }>,
    rest: Stack,
    into: Stack[],
  ): void {
    for (let at = index; at < properties.length; at += 1) {
      const { key, schema: value, required } = properties[at] as Property;
      const more: Item = { kind: "members", properties, index: at + 1, written: true };
      const name = words(`${JSON.stringify(key)}:`);
      const comma = written ? [words(",")] : [];
      settle(
        push(rest, ...comma, space, name, space, { kind: "value", schema: value }, more),
        into,
      );
      if (required) return;
    }
    settle(push(rest, space, words("}")), into);
  }

  /** The ways to write a value: each a row of items. */
  function waysOf(given: Schema, depth = 0): Item[][] {
    if (depth > mostSchemas)
      throw new AppError("unsupported", "The answer's schema refers to itself without end.");
    const { $ref: reference, enum: choices, const: fixed, anyOf, oneOf } = given;
    for (const word of ["not", "allOf", "if", "patternProperties"])
      if (given[word] !== undefined)
        throw new AppError(
          "unsupported",
          `The answer's schema uses "${word}", which cannot be held to.`,
        );
    if (typeof reference === "string") return waysOf(lookUp(schema, reference), depth + 1);
    if (Array.isArray(choices)) return choices.map((one) => [words(JSON.stringify(one))]);
    if (fixed !== undefined) return [[words(JSON.stringify(fixed))]];
    const either = anyOf ?? oneOf;
    if (Array.isArray(either)) return either.flatMap((one: Schema) => waysOf(one, depth + 1));
    const types = given["type"] ?? ["object", "array", "string", "number", "boolean", "null"];
    return [types].flat().flatMap((type) => waysOfType(String(type), given));
  }

  function waysOfType(type: string, given: Schema): Item[][] {
    switch (type) {
      case "null":
        return [[words("null")]];
      case "boolean":
        return [[words("true")], [words("false")]];
      case "string":
        return [[{ kind: "string", state: startOfString(given) }]];
      case "number":
      case "integer":
        return [[{ kind: "number", state: startOfNumber(given, type === "integer") }]];
      case "array": {
        const { items, minItems, maxItems } = given;
        const least = typeof minItems === "number" ? minItems : 0;
        const most = typeof maxItems === "number" ? maxItems : Number.POSITIVE_INFINITY;
        return [
          [words("["), { kind: "items", schema: (items ?? {}) as Schema, count: 0, least, most }],
        ];
      }
      case "object": {
        const { properties, additionalProperties, required } = given;
        if (properties === undefined) {
          const value = typeof additionalProperties === "object" ? additionalProperties : {};
          return additionalProperties === false
            ? [[words("{}")]]
            : [[words("{"), { kind: "entries", schema: (value ?? {}) as Schema, count: 0 }]];
        }
        const needed = Array.isArray(required) ? required : [];
        const members = Object.entries(properties as Record<string, Schema>).map(
          ([key, value]): Property => ({ key, schema: value, required: needed.includes(key) }),
        );
        return [[words("{"), { kind: "members", properties: members, index: 0, written: false }]];
      }
      default:
        throw new AppError(
          "unsupported",
          `The answer's schema asks for a value of type "${type}".`,
        );
    }
  }

  function after(place: Place, byte: number): Place | undefined {
    const next: Stack[] = [];
    for (const stack of place) {
      if (stack === null) continue;
      const top = read(stack.top, byte);
      if (top !== undefined) settle({ top, rest: stack.rest }, next);
    }
    return next.length > 0 ? next : undefined;
  }

  const start: Stack[] = [];
  settle(push(null, { kind: "space", left: 1, started: false }, { kind: "value", schema }), start);
  return { start, after };
}

/** One of a few texts, letter by letter. */
export function openChoices(choices: readonly string[]): Grammar {
  const start = choices.map((text): Stack => ({
    top: { kind: "bytes", bytes: utf8.encode(text), at: 0 },
    rest: null,
  }));
  const after = (place: Place, byte: number): Place | undefined => {
    const next = place.flatMap((stack): Stack[] => {
      const top = stack && read(stack.top, byte);
      if (top?.kind !== "bytes") return [];
      return [top.at === top.bytes.length ? null : { top, rest: null }];
    });
    return next.length > 0 ? next : undefined;
  };
  return { start, after };
}

/** The item after one byte; undefined where it cannot read that byte. */
function read(top: Item, byte: number): Item | undefined {
  switch (top.kind) {
    case "bytes":
      return top.bytes[top.at] === byte ? { ...top, at: top.at + 1 } : undefined;
    case "string": {
      const state = afterString(top.state, byte);
      return state && { kind: "string", state };
    }
    case "number": {
      const state = afterNumber(top.state, byte);
      return state && { kind: "number", state };
    }
    case "space": {
      const isBlank = byte === 0x20 || byte === 0x09;
      if (!top.started)
        // One blank ends it; a new line may be indented.
        return byte === 0x0a && top.left > 1
          ? { kind: "space", left: mostIndent, started: true }
          : byte === 0x20
            ? { kind: "space", left: 0, started: true }
            : undefined;
      return isBlank ? { ...top, left: top.left - 1 } : undefined;
    }
    default:
      return undefined;
  }
}

function lookUp(root: Schema, reference: string): Schema {
  const found = reference
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .reduce<unknown>(
      (at, part) => (typeof at === "object" && at !== null ? (at as Schema)[part] : undefined),
      reference.startsWith("#") ? root : undefined,
    );
  if (typeof found === "object" && found !== null) return found as Schema;
  throw new AppError(
    "unsupported",
    `The answer's schema refers to "${reference}", which is not in it.`,
  );
}
