/** Strings and numbers of JSON (RFC 8259), byte by byte; text is well-formed UTF-8 (Unicode 15, table 3-7). Pure. */

/** `need`: bytes that the sign under way still takes, the next one from `low` to `high`; `hex`: digits of \uXXXX. */
export type StringAt =
  | "end"
  | {
      phase: "open" | "inside" | "escape" | "hex" | "more";
      need: number;
      low: number;
      high: number;
      count: number;
      least: number;
      most: number;
    };

const limit = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

export function startOfString(schema: Record<string, unknown>): StringAt {
  const least = limit(schema["minLength"], 0);
  const most = limit(schema["maxLength"], Number.POSITIVE_INFINITY);
  return { phase: "open", need: 0, low: 0, high: 0, count: 0, least, most };
}

export function afterString(at: StringAt, byte: number): StringAt | undefined {
  if (at === "end") return undefined;
  const inside = { ...at, phase: "inside" as const };
  switch (at.phase) {
    case "open":
      return byte === 0x22 ? inside : undefined;
    case "escape":
      if (byte === 0x75) return { ...at, phase: "hex", need: 4 };
      return '"\\/bfnrt'.includes(String.fromCodePoint(byte)) ? inside : undefined;
    case "hex":
      return afterHex(at, byte);
    case "more":
      if (byte < at.low || byte > at.high) return undefined;
      return at.need > 1 ? { ...at, need: at.need - 1, low: 0x80, high: 0xbf } : inside;
    case "inside":
      break;
  }
  if (byte === 0x22) return at.count >= at.least ? "end" : undefined;
  if (byte < 0x20 || at.count >= at.most) return undefined;
  const counted = { ...at, count: at.count + 1 };
  if (byte === 0x5c) return { ...counted, phase: "escape" };
  if (byte < 0x80) return counted;
  const follow = followers(byte);
  return follow && { ...counted, phase: "more", ...follow };
}

/** Halves of pairs (D800 to DFFF) are left out: alone they are no text. */
function afterHex(at: Exclude<StringAt, "end">, byte: number): StringAt | undefined {
  const digit = Number.parseInt(String.fromCodePoint(byte), 16);
  if (Number.isNaN(digit)) return undefined;
  if (at.need === 3 && at.low === 0xd && digit >= 8) return undefined;
  if (at.need === 1) return { ...at, phase: "inside" };
  return { ...at, need: at.need - 1, low: digit };
}

/** What follows the first byte of a sign; undefined where no sign starts so. */
function followers(byte: number): { need: number; low: number; high: number } | undefined {
  if (byte >= 0xc2 && byte <= 0xdf) return { need: 1, low: 0x80, high: 0xbf };
  if (byte === 0xe0) return { need: 2, low: 0xa0, high: 0xbf };
  if (byte === 0xed) return { need: 2, low: 0x80, high: 0x9f };
  if (byte >= 0xe1 && byte <= 0xef) return { need: 2, low: 0x80, high: 0xbf };
  if (byte === 0xf0) return { need: 3, low: 0x90, high: 0xbf };
  if (byte >= 0xf1 && byte <= 0xf3) return { need: 3, low: 0x80, high: 0xbf };
  if (byte === 0xf4) return { need: 3, low: 0x80, high: 0x8f };
  return undefined;
}

export type NumberAt = {
  phase: "start" | "minus" | "zero" | "whole" | "point" | "part" | "e" | "sign" | "power";
  digits: number;
  isInteger: boolean;
  /** No minus; and no nought to begin with. */
  notNegative: boolean;
  notNought: boolean;
};

/** More digits than a double holds are no value that was read. */
const mostDigits = 15;

export function startOfNumber(schema: Record<string, unknown>, isInteger: boolean): NumberAt {
  const minimum = Math.max(
    limit(schema["minimum"], Number.NEGATIVE_INFINITY),
    limit(schema["exclusiveMinimum"], Number.NEGATIVE_INFINITY),
  );
  const notNought = isInteger && (minimum >= 1 || limit(schema["exclusiveMinimum"], -1) >= 0);
  return { phase: "start", digits: 0, isInteger, notNegative: minimum >= 0, notNought };
}

export const numberMayEnd = ({ phase }: NumberAt): boolean =>
  phase === "zero" || phase === "whole" || phase === "part" || phase === "power";

export function afterNumber(at: NumberAt, byte: number): NumberAt | undefined {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const to = (phase: NumberAt["phase"], digits = 0): NumberAt => ({ ...at, phase, digits });
  const more = (phase: NumberAt["phase"], most = mostDigits): NumberAt | undefined =>
    isDigit && at.digits < most ? to(phase, at.digits + 1) : undefined;
  const isE = byte === 0x65 || byte === 0x45;
  switch (at.phase) {
    case "start":
      if (byte === 0x2d) return at.notNegative ? undefined : to("minus");
      if (byte === 0x30) return at.notNought ? undefined : to("zero");
      return isDigit ? to("whole", 1) : undefined;
    case "minus":
      if (byte === 0x30) return to("zero");
      return isDigit ? to("whole", 1) : undefined;
    case "zero":
    case "whole":
      if (at.phase === "whole" && isDigit) return more("whole");
      if (at.isInteger) return undefined;
      if (byte === 0x2e) return to("point");
      return isE ? to("e") : undefined;
    case "point":
      return isDigit ? to("part", 1) : undefined;
    case "part":
      return isE ? to("e") : more("part");
    case "e":
      if (byte === 0x2b || byte === 0x2d) return to("sign");
      return isDigit ? to("power", 1) : undefined;
    case "sign":
      return isDigit ? to("power", 1) : undefined;
    case "power":
      return more("power", 2);
  }
}
