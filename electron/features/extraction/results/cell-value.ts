/** What the text of a table cell or a stretch of a sentence says as a number: mean with spread, count with percent, fraction. */

export type Spread = "sd" | "se" | "ci" | "iqr" | "range" | "unknown";

export type CellValue =
  | { kind: "mean"; mean: number; spread: number | null; of: Spread; low?: number; high?: number }
  | { kind: "count"; events: number; total: number | null; percent: number | null }
  | { kind: "percent"; percent: number }
  | { kind: "number"; number: number };

const number = String.raw`([-−–]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?|[-−–]?[.·]\d+)`;
const parse = (text: string | undefined): number =>
  Number((text ?? "").replaceAll(/[−–]/g, "-").replaceAll(/[\s,]/g, "").replace("·", "."));

const plusMinus = new RegExp(
  String.raw`^\D{0,3}?${number}\s*%?\s*(?:±|\+\/?-|\+\/−|∓|\u00B1)\s*\(?${number}`,
);
const fraction = new RegExp(
  String.raw`^${number}\s*\/\s*${number}(?:\s*[([]?\s*${number}\s*%?\s*[)\]]?)?`,
);
const interval = new RegExp(
  String.raw`^${number}\s*%?\s*[([]\s*(?:95\s*%\s*CI:?\s*|IQR:?\s*|range:?\s*)?${number}\s*(?:–|−|-|to|,|;|\/)\s*${number}\s*[)\]]`,
);
const bracketed = new RegExp(
  String.raw`^${number}\s*(%?)\s*[([]\s*(?:SD:?\s*|SE:?\s*|SEM:?\s*|±\s*)?${number}\s*(%?)\s*[)\]]`,
);
const lone = new RegExp(String.raw`^[<>≤≥~]?\s*${number}\s*(%?)[*†‡§¶#a-e]{0,3}$`);

/** What stands around the number: its heads, its row, the caption, the notes; nearest first. */
export type Surround = string[];

/** Which spread the nearest mention says; "unknown" when nothing does. */
export function spreadOf(around: Surround): Spread {
  for (const text of around) {
    if (/\b(?:SEM|S\.E\.M|SE|S\.E|standard errors?)\b/.test(text)) return "se";
    if (/\bSDs?\b|\bS\.D\b|standard deviation|\bs\.d\b|\bsd\b/.test(text)) return "sd";
    if (/\bIQR\b|inter-?quartile|median/i.test(text)) return "iqr";
    if (/\bCI\b|confidence/i.test(text)) return "ci";
    if (/\brange\b|min.{0,5}max/i.test(text)) return "range";
  }
  return "unknown";
}

function saysCount(around: Surround): boolean | undefined {
  for (const text of around) {
    if (
      /\bn\s*\(\s*%|\bno\.?\s*\(\s*%|number\s*\(\s*%|%\s*\(\s*n|\(%\)|n\s*,?\s*%|\bno\. of\b|\bnumber of (?:patients|participants|subjects|children|women|people|events|cases|individuals)/i.test(
        text,
      )
    )
      return true;
    if (/\bmean\b|\bSD\b|\bSE\b|±|\bmedian\b|average/i.test(text)) return false;
  }
  return undefined;
}

const saysMedian = (around: Surround): boolean =>
  around.slice(0, 2).some((text) => /\bmedian\b/i.test(text));

/** Reads one cell; undefined when it holds no value. */
export function cellValue(raw: string, around: Surround): CellValue | undefined {
  const text = raw.trim().replace(/^(?:\(|\[)(?=[^)\]]*$)/, "");
  const pm = plusMinus.exec(text);
  if (pm) return meanOf(parse(pm[1]), parse(pm[2]), around);
  const part = fraction.exec(text);
  if (
    part &&
    Number.isInteger(parse(part[1])) &&
    Number.isInteger(parse(part[2])) &&
    parse(part[1]) <= parse(part[2])
  ) {
    return {
      kind: "count",
      events: parse(part[1]),
      total: parse(part[2]),
      percent: part[3] === undefined ? null : parse(part[3]),
    };
  }
  const between = interval.exec(text);
  if (between) {
    const [mean, low, high] = [parse(between[1]), parse(between[2]), parse(between[3])];
    const of = saysMedian(around) ? "iqr" : spreadOf(around);
    return {
      kind: "mean",
      mean,
      spread: null,
      of: of === "unknown" || of === "sd" || of === "se" ? "ci" : of,
      low,
      high,
    };
  }
  const pair = bracketed.exec(text);
  if (pair) return pairOf(parse(pair[1]), pair[2] === "%", parse(pair[3]), pair[4] === "%", around);
  const one = lone.exec(text);
  if (!one) return undefined;
  return one[2] === "%"
    ? { kind: "percent", percent: parse(one[1]) }
    : { kind: "number", number: parse(one[1]) };
}

function meanOf(mean: number, spread: number, around: Surround): CellValue {
  const of = spreadOf(around);
  return { kind: "mean", mean, spread, of: of === "se" ? "se" : "sd" };
}

/** "12 (34)" is a count with its percentage or a mean with its spread: the words around say, else the numbers do. */
function pairOf(
  first: number,
  firstPercent: boolean,
  second: number,
  secondPercent: boolean,
  around: Surround,
): CellValue | undefined {
  if (secondPercent && Number.isInteger(first) && !firstPercent)
    return { kind: "count", events: first, total: null, percent: second };
  if (firstPercent && Number.isInteger(second))
    return { kind: "count", events: second, total: null, percent: first };
  const says = saysCount(around);
  if (says === true && Number.isInteger(first) && second <= 100)
    return { kind: "count", events: first, total: null, percent: second };
  if (
    says === true &&
    Number.isInteger(second) &&
    first <= 100 &&
    /%\s*\(\s*n/i.test(around.join(" "))
  )
    return { kind: "count", events: second, total: null, percent: first };
  const of = saysMedian(around) ? "iqr" : spreadOf(around);
  if (says === undefined && of === "unknown" && Number.isInteger(first) && second <= 100)
    return { kind: "count", events: first, total: null, percent: second };
  return { kind: "mean", mean: first, spread: second, of: of === "unknown" ? "sd" : of };
}

/** Everything in a sentence that may be a result, in order, with its place. */
export function valuesIn(sentence: string): { value: CellValue; start: number; end: number }[] {
  const found: { value: CellValue; start: number; end: number }[] = [];
  const patterns: [RegExp, (match: RegExpExecArray) => CellValue | undefined][] = [
    [
      new RegExp(String.raw`${number}\s*(?:±|\+\/?-|\+\/−)\s*${number}`, "g"),
      (m) => meanOf(parse(m[1]), parse(m[2]), [sentence]),
    ],
    [
      new RegExp(
        String.raw`${number}\s*[([](?:\s*(?:SD|s\.d\.|standard deviation)\s*[=:]?\s*|±\s*)${number}\s*[)\]]`,
        "gi",
      ),
      (m) => ({ kind: "mean", mean: parse(m[1]), spread: parse(m[2]), of: "sd" }),
    ],
    [
      new RegExp(
        String.raw`\b(\d+)\s*(?:\/|of(?: the)?|out of(?: the)?)\s*(\d+)(?:\s+(?:patients|participants|subjects|children|women|men|cases))?(?:\s*[([,]?\s*\[?${number}\s*%)?`,
        "g",
      ),
      (m) =>
        parse(m[1]) <= parse(m[2])
          ? {
              kind: "count",
              events: parse(m[1]),
              total: parse(m[2]),
              percent: m[3] === undefined ? null : parse(m[3]),
            }
          : undefined,
    ],
    [
      new RegExp(String.raw`\b(\d+)\s*(?:[\p{L}]+\s+){0,3}\(\s*${number}\s*%\s*\)`, "gu"),
      (m) => ({ kind: "count", events: parse(m[1]), total: null, percent: parse(m[2]) }),
    ],
    [
      new RegExp(String.raw`${number}\s*%\s*\(\s*(\d+)\s*(?:\/|of)\s*(\d+)\s*\)`, "g"),
      (m) => ({ kind: "count", events: parse(m[2]), total: parse(m[3]), percent: parse(m[1]) }),
    ],
    [
      new RegExp(String.raw`${number}\s*%\s*\(\s*n\s*=\s*(\d+)\s*\)`, "g"),
      (m) => ({ kind: "count", events: parse(m[2]), total: null, percent: parse(m[1]) }),
    ],
    [
      new RegExp(String.raw`${number}\s*%`, "g"),
      (m) => ({ kind: "percent", percent: parse(m[1]) }),
    ],
  ];
  if (
    /\bnumber of (?:the )?(?:patients|participants|subjects|children|women|men|people|infants|cases)\b/i.test(
      sentence,
    )
  ) {
    patterns.push([
      /\b(?:was|were|in|of|group|:)\s+(\d+)(?![\d.]|\s*(?:%|±|\/|mg|ml|years|weeks|days|months|h\b|hours|min))/g,
      (m) => ({ kind: "count", events: parse(m[1]), total: null, percent: null }),
    ]);
  }
  for (const [pattern, make] of patterns) {
    for (const match of sentence.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (found.some((other) => start < other.end && end > other.start)) continue;
      const value = make(match);
      if (
        value &&
        !/95\s*%\s*$/.test(match[0]) &&
        !/^\s*(?:CI|confidence)/.test(sentence.slice(end))
      )
        found.push({ value, start, end });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}
