/** What the text of a table cell or a stretch of a sentence says as a number: mean with spread, count with percent, fraction. */

export type Spread = "sd" | "se" | "ci" | "iqr" | "range" | "unknown";

export type CellValue =
  | { kind: "mean"; mean: number; spread: number | null; of: Spread; low?: number; high?: number }
  | { kind: "count"; events: number; total: number | null; percent: number | null }
  | { kind: "percent"; percent: number }
  | { kind: "number"; number: number };

export const numberPattern = String.raw`([-−–]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?|[-−–]?[.·]\d+)`;
export const parseNumber = (text: string | undefined): number =>
  Number((text ?? "").replaceAll(/[−–]/g, "-").replaceAll(/[\s,]/g, "").replace("·", "."));

const plusMinus = new RegExp(
  String.raw`^\D{0,3}?${numberPattern}\s*%?\s*(?:±|\+\/?-|\+\/−|∓|\u00B1)\s*\(?${numberPattern}`,
);
const fraction = new RegExp(
  String.raw`^${numberPattern}\s*\/\s*${numberPattern}(?:\s*[([]?\s*${numberPattern}\s*%?\s*[)\]]?)?`,
);
const interval = new RegExp(
  String.raw`^${numberPattern}\s*%?\s*[([]\s*(?:95\s*%\s*CI:?\s*|IQR:?\s*|range:?\s*)?${numberPattern}\s*(?:–|−|-|to|,|;|\/)\s*${numberPattern}\s*[)\]]`,
);
const bracketed = new RegExp(
  String.raw`^${numberPattern}\s*(%?)\s*[([]\s*(?:SD[:,=]?\s*|SE[:,=]?\s*|SEM[:,=]?\s*|±\s*)?${numberPattern}\s*(%?)\s*[)\]]`,
);
const lone = new RegExp(String.raw`^[<>≤≥~]?\s*${numberPattern}\s*(%?)[*†‡§¶#a-e]{0,3}$`);

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
  if (pm) return meanOf(parseNumber(pm[1]), parseNumber(pm[2]), around);
  const part = fraction.exec(text);
  if (
    part &&
    Number.isInteger(parseNumber(part[1])) &&
    Number.isInteger(parseNumber(part[2])) &&
    parseNumber(part[1]) <= parseNumber(part[2])
  ) {
    return {
      kind: "count",
      events: parseNumber(part[1]),
      total: parseNumber(part[2]),
      percent: part[3] === undefined ? null : parseNumber(part[3]),
    };
  }
  const between = interval.exec(text);
  if (between) {
    const [mean, low, high] = [
      parseNumber(between[1]),
      parseNumber(between[2]),
      parseNumber(between[3]),
    ];
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
  if (pair)
    return pairOf(
      parseNumber(pair[1]),
      pair[2] === "%",
      parseNumber(pair[3]),
      pair[4] === "%",
      around,
    );
  const one = lone.exec(text);
  if (!one) return undefined;
  return one[2] === "%"
    ? { kind: "percent", percent: parseNumber(one[1]) }
    : { kind: "number", number: parseNumber(one[1]) };
}

export function meanOf(mean: number, spread: number, around: Surround): CellValue {
  const of = spreadOf(around);
  return { kind: "mean", mean, spread, of: of === "se" || of === "sd" ? of : "unknown" };
}

/** "12 (34)" is a count with its percentage or a mean with its spread: the words around say, else the numbers do. */
export function pairOf(
  first: number,
  firstPercent: boolean,
  second: number,
  secondPercent: boolean,
  around: Surround,
): CellValue | undefined {
  if (/\bmean\b.{0,12}\(\s*±?\s*(?:SD|SE|SEM)\b|%\s*\(\s*SD\s*\)/i.test(around[0] ?? ""))
    return { kind: "mean", mean: first, spread: second, of: spreadOf(around.slice(0, 1)) };
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
  return { kind: "mean", mean: first, spread: second, of };
}
