/** Everything in a sentence that may be a result, in order, with its place. */
import { fromWords, numberInWords } from "../numbers.ts";
import {
  meanOf,
  numberPattern,
  pairOf,
  parseNumber,
  spreadOf,
  type CellValue,
} from "./cell-value.ts";

export type TextValue = { value: CellValue; start: number; end: number };

const people =
  "(?:patients|participants|subjects|children|women|men|people|infants|neonates|individuals|adults|cases|eyes|animals|rats|dogs|households|students)";
const whole = String.raw`(\d{1,3}(?:,\d{3})+|\d+|${numberInWords}|none|no)`;
const wholeOf = (text: string | undefined): number => {
  const bare = (text ?? "").toLowerCase();
  if (bare === "none" || bare === "no") return 0;
  return /\d/.test(bare) ? parseNumber(bare) : fromWords(bare);
};

type Maker = (match: RegExpExecArray, sentence: string, before: string) => CellValue | undefined;

const count = (
  events: number,
  total: number | null,
  percent: number | null,
): CellValue | undefined =>
  Number.isInteger(events) && (total === null || events <= total)
    ? { kind: "count", events, total, percent }
    : undefined;

const makers: [RegExp, Maker][] = [
  [
    new RegExp(String.raw`${numberPattern}\s*%?\s*(?:±|\+\/?-|\+\/−)\s*${numberPattern}`, "g"),
    (m, s) => meanOf(parseNumber(m[1]), parseNumber(m[2]), [s]),
  ],
  [
    new RegExp(
      String.raw`${numberPattern}\s*%?\s*[([](?:\s*(?:standard deviation,?\s*)?(SD|SE|SEM|s\.d\.|s\.e\.|standard deviation|standard error)\s*[=:,]?\s*|±\s*)${numberPattern}\s*[)\]]`,
      "gi",
    ),
    (m) => ({
      kind: "mean",
      mean: parseNumber(m[1]),
      spread: parseNumber(m[3]),
      of: /^s\.?e|error/i.test(m[2] ?? "") ? "se" : "sd",
    }),
  ],
  [
    new RegExp(
      String.raw`${numberPattern}\s*%\s*[([]\s*(?:n\s*=\s*)?(\d[\d,]*)\s*(?:\/|of)\s*(\d[\d,]*)\s*[)\]]`,
      "g",
    ),
    (m) => count(parseNumber(m[2]), parseNumber(m[3]), parseNumber(m[1])),
  ],
  [
    new RegExp(
      String.raw`\b(\d[\d,]*)\s*(?:\/|of(?: the)?|out of(?: the)?)\s*(\d[\d,]*)(?:\s+(?:[\p{L}-]+\s+){0,3}?${people})?(?:\s*[([,]?\s*\[?${numberPattern}\s*%)?`,
      "gu",
    ),
    (m) =>
      count(parseNumber(m[1]), parseNumber(m[2]), m[3] === undefined ? null : parseNumber(m[3])),
  ],
  [
    new RegExp(
      String.raw`\b${whole}\s*(?:[\p{L}-]+\s+){0,4}?[([]\s*${numberPattern}\s*%\s*[)\],;]`,
      "giu",
    ),
    (m) => count(wholeOf(m[1]), null, parseNumber(m[2])),
  ],
  [
    new RegExp(
      String.raw`${numberPattern}\s*%\s*[([]\s*(?:n\s*=\s*)?(\d+)(?:\s+${people})?\s*[)\]]`,
      "g",
    ),
    (m) => count(parseNumber(m[2]), null, parseNumber(m[1])),
  ],
  [
    new RegExp(
      String.raw`${numberPattern}\s*%?\s*[([]\s*(?:95\s*%\s*CI:?\s*|IQR:?,?\s*|range:?,?\s*)?${numberPattern}\s*%?\s*(?:–|−|-|to|,|;)\s*${numberPattern}\s*%?\s*[)\]]`,
      "gi",
    ),
    (m, s) => interval(m, s),
  ],
  [
    new RegExp(String.raw`${numberPattern}\s*\(\s*${numberPattern}\s*\)`, "g"),
    (m, s, before) =>
      /\bmean\b.{0,40}\(\s*(?:SD|SE|SEM)|\(SD\)|\[SD\]|mean ?\(s\.d/i.test(`${before} ${s}`)
        ? pairOf(parseNumber(m[1]), false, parseNumber(m[2]), false, [s])
        : pairsOfDecimals(s)
          ? { kind: "mean", mean: parseNumber(m[1]), spread: parseNumber(m[2]), of: "unknown" }
          : undefined,
  ],
  [
    new RegExp(String.raw`${numberPattern}\s*(?:%|per ?cent\b)`, "g"),
    (m) => ({ kind: "percent", percent: parseNumber(m[1]) }),
  ],
];

/** "13.8 (8.1) and 17.5 (14.5)": twice a number with another in brackets is a mean with its spread, of a kind not said. */
const pairsOfDecimals = (sentence: string): boolean =>
  (sentence.match(/\d+\.\d+\s*\(\s*\d+\.\d+\s*\)/g) ?? []).length >= 2;

function interval(match: RegExpExecArray, sentence: string): CellValue {
  const [mean, low, high] = [parseNumber(match[1]), parseNumber(match[2]), parseNumber(match[3])];
  const said = /IQR/i.test(match[0])
    ? "iqr"
    : /range/i.test(match[0])
      ? "range"
      : /CI/.test(match[0])
        ? "ci"
        : /median|quartile/i.test(sentence)
          ? "iqr"
          : spreadOf([sentence]);
  const of = said === "sd" || said === "se" || said === "unknown" ? "ci" : said;
  return { kind: "mean", mean, spread: null, of, low, high };
}

const countsPeople = new RegExp(
  String.raw`\bnumber of (?:the )?(?:[\p{L}-]+ ){0,2}?(?:${people}|events|deaths)|\b${people}\b`,
  "iu",
);
const led = String.raw`(?<!\b(?:at least|more than|less than|figs?\.?|figures?|tables?|weeks?|months?|days?|years?|visits?|grades?|stages?|types?|phases?|groups?|times?|level|least|every)\s)`;
const loneCount = new RegExp(
  String.raw`(?<![\d.,=<>≤≥%/±–-]\s?)${led}\b${whole}\b(?!\s*(?:[.,]\d|%|±|\/|–|-|mg|µg|kg|ml|mm|cm|years?|weeks?|wk|days?|months?|hours?|h\b|min|points?|times?|group|arm))`,
  "giu",
);
const loneNumber = new RegExp(
  String.raw`(?<![\p{L}\d.,=<>≤≥/±–-])(?<![=<>≤≥]\s)${led}${numberPattern}(?![\p{Lu}\d])(?=\s*(?:[\p{L}µ°/²³]{0,12}\s*(?:\([^)]*\)\s*)?(?:vs\.?|versus|compared|and|in|for|with|among|on|to|respectively|[,;)])))`,
  "gu",
);

/** A percentage that says how much more or less, not how many. */
function isRelative(sentence: string, start: number, end: number): boolean {
  return (
    /^\s*(?:\([^)]*\)\s*)?(?:relative\s+)?(?:higher|lower|greater|more|less|fewer|reduction|increase|decrease|decline|improvement|longer|shorter|drop|of (?:the )?(?:variance|total|maximum)|CI\b|confidence|power|significance|credible)/i.test(
      sentence.slice(end),
    ) ||
    /\b(?:by|reduction of|increase of|decrease of|difference of|power of)\s*$/i.test(
      sentence.slice(0, start),
    ) ||
    (/\b(?:95|99|90)\s*%?\s*$/.test(sentence.slice(start, end)) &&
      /^\s*%?\s*(?:CI|confidence|C\.I|limits)/i.test(sentence.slice(end)))
  );
}

/** Place in the sentence of what is no result: sizes, p-values, ratios with their intervals, times. */
const noise =
  /\b[nNpP]\s*[=<>≤≥]\s*[\d.,·]+|\b(?:OR|RR|HR|IRR|aOR|MD|SMD|CI|odds ratio|hazard ratio|relative risk|mean difference|difference|tables?|figs?\.?|figures?|[rtFzd]|χ2|R2)\s*(?:[=:,]|of|was)?\s*[-−]?\d[\d.,·]*[A-Za-z]?(?:\s*(?:and|,|[-–])\s*\d+[A-Za-z]?\b)*(?:\s*[([][^)\]]*[)\]])?|\b95\s*%\s*(?:CI|confidence interval)s?[^;)]{0,30}|\[\d+(?:[,–-]\s?\d+)*\]|\b(?:at|after|for|until|by|within|over|during)\s+(?:week|month|day|visit|year)s?\s+\d+(?:\s*(?:,|and|or|to|[-–])\s*\d+)*|\b(?:weeks?|months?|days?|years?|visits?)\s+\d+(?:\s*(?:,|and|or|to|[-–])\s*\d+)*/gi;

/** All values; numbers of `names` (the arms' doses) are left out, `before` says what the sentence before may have told of their form. */
export function valuesIn(sentence: string, names = "", before = ""): TextValue[] {
  const found: TextValue[] = [];
  const taken = (start: number, end: number): boolean =>
    found.some((other) => start < other.end && end > other.start);
  const spans = [...sentence.matchAll(noise)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const isNoise = (start: number): boolean =>
    spans.some((span) => start >= span.start && start < span.end);
  const isName = (raw: string, rest: string): boolean =>
    names.includes(raw.trim()) &&
    /^\s*(?:mg|µg|μg|mcg|g|kg|IU|ml|%|Hz|\p{L}{5,})/u.test(
      `${raw.trim().endsWith("%") ? "%" : ""}${rest}`,
    );
  for (const [pattern, make] of makers) {
    for (const match of sentence.matchAll(pattern)) {
      const start = match.index + (match[0].length - match[0].trimStart().length);
      const end = match.index + match[0].length;
      if (
        taken(start, end) ||
        isNoise(start) ||
        isRelative(sentence, start, end) ||
        isName(match[0], sentence.slice(end))
      )
        continue;
      const value = make(match, sentence, before);
      if (value) found.push({ value, start, end });
    }
  }
  const medians = /\bmedian\b/i.test(sentence) && !/\bmean\b/i.test(sentence);
  const bare = (number: number): CellValue =>
    medians ? { kind: "mean", mean: number, spread: null, of: "iqr" } : { kind: "number", number };
  const lone: [RegExp, (text: string) => CellValue][] = [
    ...(countsPeople.test(sentence)
      ? [
          [
            loneCount,
            (text: string) => ({
              kind: "count",
              events: wholeOf(text),
              total: null,
              percent: null,
            }),
          ] as [RegExp, (text: string) => CellValue],
        ]
      : []),
    [loneNumber, (text) => bare(parseNumber(text))],
  ];
  for (const [pattern, make] of lone) {
    for (const match of sentence.matchAll(pattern)) {
      const start = match.index + (match[0].length - match[0].trimStart().length);
      const end = match.index + match[0].length;
      if (taken(start, end) || isNoise(start) || isName(match[0], sentence.slice(end))) continue;
      const value = make(match[0].trim());
      if (value.kind === "count" && !Number.isInteger(value.events)) continue;
      found.push({ value, start, end });
    }
  }
  return sharedUnits(
    sentence,
    found.toSorted((a, b) => a.start - b.start),
  );
}

/** "2.6 vs 2.7 %", "57, 49 and 40 %": the sign behind the last holds for those before it. */
function sharedUnits(sentence: string, values: TextValue[]): TextValue[] {
  return values.reduceRight<TextValue[]>((done, one) => {
    const [next] = done;
    const { value } = one;
    const linked =
      next?.value.kind === "percent" &&
      value.kind === "number" &&
      /^\s*(?:vs\.?|versus|v\.?|and|or|,|, and|to|compared (?:with|to)|against)\s*$/i.test(
        sentence.slice(one.end, next.start),
      );
    return [
      linked ? { ...one, value: { kind: "percent", percent: value.number } as const } : one,
      ...done,
    ];
  }, []);
}
