/** Sizes of arms in sentences: pairs told together, singles, and one size for all arms. */
import { fromWords, numberInWords } from "../numbers.ts";
import type { Sentence } from "../sentences.ts";
import { armScores } from "./arm-match.ts";
import type { Inquiry } from "./context.ts";
import { mentionsIn, type Mention } from "./mentions.ts";
import { comparesTimes } from "./likeness.ts";
import type { Size } from "./sizes-in-tables.ts";

type SizePair = { intervention: Size; comparator: Size; score: number; place: number };

const people =
  "(?:patients|participants|subjects|children|women|men|adults|volunteers|infants|individuals|eyes|cases|dogs|animals|rats|goats|mice|people|students|practices|pharmacies|mothers|girls|boys|neonates|shops|babies|families|households|villages|clusters|communities)";
const whole = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+|${numberInWords})`;
const valueOf = (text: string): number =>
  /\d/.test(text) ? Number(text.replaceAll(",", "")) : fromWords(text);

type Placed = { size: number; start: number; end: number; exact: boolean };

/** Numbers of people in a sentence, outcomes (with a percentage behind) left out. */
function sizesIn(text: string): Placed[] {
  const found: Placed[] = [];
  for (const match of text.matchAll(/\b(\d[\d,]*) (?:of|\/|out of) (?:the )?(\d[\d,]*)\b/g)) {
    const finished = /complet|analy[sz]|evaluat|assess|follow|available|attend|return/i.test(text);
    const size = valueOf((finished ? match[1] : match[2]) ?? "");
    found.push({ size, start: match.index, end: match.index + match[0].length, exact: true });
  }
  const patterns: [RegExp, boolean][] = [
    [/\b[nN]\s*[=:]\s*(\d[\d,]*)/g, true],
    [new RegExp(String.raw`\((\d{1,5})\s+${people}\)`, "gi"), true],
    [
      new RegExp(String.raw`\b(${whole})\s+(?:of whom |(?:[\p{L}-]+\s+){0,2}?)?${people}\b`, "giu"),
      false,
    ],
    [
      new RegExp(
        String.raw`\b(${whole})\s+(?:were\s+)?(?:randomi[sz]ed|randomly|assigned|allocated|received|receiving|treated|in the|in|to|from the|intervention|control|placebo)\b`,
        "gi",
      ),
      false,
    ],
    [new RegExp(String.raw`\b(${whole})(?=\s*(?:,|and|;|to\b))`, "gi"), false],
  ];
  for (const [pattern, exact] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const digits = match[1] ?? "";
      const start = match.index + match[0].indexOf(digits);
      const end = match.index + match[0].length;
      const size = valueOf(digits);
      if (!(size > 1) || !Number.isInteger(size)) continue;
      if (found.some((other) => start < other.end && end > other.start)) continue;
      if (
        /^[^,;.]{0,30}?[([]\s*[\d.]+\s*%|^\s*(?:%|\.\d|±|\/|mg|ml|–\d|-\d)/.test(
          text.slice(start + digits.length),
        ) ||
        /[\d.,]$/.test(text.slice(0, start))
      )
        continue;
      found.push({ size, start, end, exact });
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}

const about =
  /random|assign|allocat|divid|receiv|treated|enrol|includ|complet|analy[sz]|evaluat|assess|recruit|\bn\s*=|participa|consist|compris|remain|available|follow|\bthere were\b/i;

/** Sizes of both arms told in one sentence: beside the arms' names, or in their order. */
export function pairsInSentence(inquiry: Inquiry, sentence: Sentence): SizePair[] {
  const { text } = sentence;
  if (!about.test(text) || ["introduction", "references"].includes(sentence.role)) return [];
  const sizes = sizesIn(text);
  if (sizes.length < 2) return [];
  const mentions = mentionsIn(inquiry, text);
  if (mentions.length < 2) return [];
  const exact = sizes.filter((size) => size.exact);
  const found = [exact, sizes].flatMap((some, index) =>
    some.length >= 2 ? assigned(text, some, mentions, index === 0 ? 0.25 : 0) : [],
  );
  const [best] = found.toSorted((a, b) => b.score - a.score);
  if (!best) return [];
  const size = (value: number): Size => ({
    size: value,
    quote: text,
    near: sentence.start,
    score: best.score,
  });
  const bonus =
    (["abstract", "methods"].includes(sentence.role) ? 0.05 : 0) +
    (sentence.role === "discussion" ? -0.3 : 0) +
    (/withdr|drop|lost to|discontinu|exclu|died|adverse|experienced|developed/i.test(text)
      ? -0.35
      : 0) +
    (/analy[sz]ed|evaluated|assessed|were included in the analys/i.test(text) ? 0.08 : 0);
  return [
    {
      intervention: size(best.one),
      comparator: size(best.two),
      score: best.score + bonus,
      place: sentence.start,
    },
  ];
}

function assigned(
  text: string,
  sizes: Placed[],
  mentions: Mention[],
  bonus: number,
): { one: number; two: number; score: number }[] {
  const side = (size: Placed): Mention | undefined => {
    const after = mentions.find((mention) => mention.start >= size.end - 1);
    const before = mentions.findLast((mention) => mention.end <= size.start);
    const gapAfter = after ? text.slice(size.end, after.start) : undefined;
    const gapBefore = before ? text.slice(before.end, size.start) : undefined;
    if (
      size.exact &&
      gapBefore !== undefined &&
      gapBefore.length < 25 &&
      /^[^.;]*[([,]\s*$/.test(gapBefore)
    )
      return before;
    if (
      gapAfter !== undefined &&
      gapAfter.length < 60 &&
      !/[.;]\s|\d{2}/.test(gapAfter) &&
      !(
        gapBefore !== undefined &&
        gapBefore.length < 12 &&
        /[([=:]\s*(?:n\s*=\s*)?$/i.test(gapBefore)
      )
    )
      return after;
    return gapBefore !== undefined && gapBefore.length < 45 && !/[.;]\s/.test(gapBefore)
      ? before
      : undefined;
  };
  const sided = sizes.flatMap((size) => {
    const mention = side(size);
    return mention ? [{ size, mention }] : [];
  });
  const found: { one: number; two: number; score: number }[] = [];
  for (const a of sided.filter(({ mention }) => mention.side === "intervention"))
    for (const b of sided.filter(({ mention }) => mention.side === "comparator"))
      if (a.size !== b.size && a.mention !== b.mention)
        found.push({
          one: a.size.size,
          two: b.size.size,
          score:
            (a.mention.score + b.mention.score) / 2 +
            bonus -
            0.002 * Math.abs(a.size.start - b.size.start),
        });
  if (found.length > 0 || !/respectively/i.test(text)) return found;
  const names = mentions.filter(
    (mention, index) => index === 0 || mention.side !== mentions[index - 1]?.side,
  );
  const tail = sizes.slice(-names.length);
  const at = (which: Mention["side"]): number => names.findIndex(({ side: one }) => one === which);
  const [one, two] = [tail[at("intervention")], tail[at("comparator")]];
  return one && two && names.length === 2 && tail.length === 2
    ? [{ one: one.size, two: two.size, score: 0.5 + bonus }]
    : [];
}

const singlePatterns: RegExp[] = [
  /([^.;,:()]{2,70}?)\s*[([]\s*[nN]\s*=\s*(\d[\d,]*)/g,
  new RegExp(
    String.raw`()(?<![\d.,])\b(\d[\d,]*)\s+(?:${people}\s+)?(?:\([\d.]+\s*%\)\s+)?(?:were\s+)?(?:randomi[sz]ed |randomly )?(?:assigned|allocated|randomi[sz]ed|in|received|receiving|treated with|given|to|into)\s+(?:to\s+)?(?:receive\s+)?(?:the\s+)?([^.;,:()]{2,60})`,
    "g",
  ),
  new RegExp(
    String.raw`([^.;,:()]{2,60}?(?:group|arm))\s+(?:included|comprised|consisted of|had|contained)\s+(\d+)\s+${people}`,
    "g",
  ),
];

/** Sizes told beside one arm's name. */
export function singlesIn(sentence: Sentence): { name: string; size: Size }[] {
  const { text } = sentence;
  return singlePatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const size = Number((match[2] ?? "").replaceAll(",", ""));
      const name =
        (match[1] || match[3] || "").split(/\b(?:and|or|versus|vs\.?)\b/).at(match[1] ? -1 : 0) ??
        "";
      const tail = text.slice(
        match.index + match[0].indexOf(match[2] ?? "") + (match[2] ?? "").length,
      );
      const outcome =
        /^\s*(?:\(\s*[\d.]+\s*%|%)/.test(tail) ||
        /\b(?:responded|experienced|developed|reported|occurred|observed|died|failed|showed)\b/i.test(
          text,
        );
      return size > 2 && !outcome && name.trim() !== ""
        ? [{ name, size: { size, quote: text, near: sentence.start, score: 0 } }]
        : [];
    }),
  );
}

const groupCount = "(two|three|four|five|2|3|4|5)";
const parts: Record<string, number> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  "2": 2,
  "3": 3,
  "4": 4,
  "5": 5,
};

const each: RegExp[] = [
  new RegExp(
    String.raw`\b(?:each|both|either|per|(?:in|into|to|among|of|the)\s+(?:the\s+)?(?:two|three|four|five|2|3|4|5)(?:\s+equal)?)\s+(?:[\p{L}-]+\s+){0,2}?(?:groups?|arms?)?[^.;\d]{0,25}?[([]?\s*[nN]\s*=\s*(\d+)`,
    "iu",
  ),
  new RegExp(
    String.raw`\b(${whole})\s+(?:[\p{L}-]+\s+)?${people}?\s*(?:in|per|to|for|were (?:allocated|assigned|randomi[sz]ed) to)\s+(?:each|every|both)\b`,
    "iu",
  ),
  new RegExp(String.raw`\bgroups?\s+of\s+(${whole})\b`, "iu"),
  /\b[nN]\s*=\s*(\d+)\s*(?:in|per|for)?\s*(?:each|both|per group)/iu,
  new RegExp(
    String.raw`\beach\s+(?:group|arm)\s+(?:of|had|included|comprised|consisted of|contained|with)\s+(${whole})`,
    "iu",
  ),
];

const divided = new RegExp(
  String.raw`\b(${whole})\s+(?:[\p{L}-]+\s+){0,6}?${people}?(?:[^.;]|\.\d){0,90}?\b(?:divided|randomi[sz]ed|randomly|allocated|assigned|split|distributed)\b(?:[^.;\d]|\.\d){0,40}?\b(?:into|to|in|among|between)\s+(?:one of )?(?:the\s+)?${groupCount}\s+(?:[\p{L}-]+\s+){0,2}?(?:groups|arms)`,
  "iu",
);
const eitherOr = new RegExp(
  String.raw`\b(${whole})\s+(?:[\p{L}-]+\s+){0,6}?${people}?(?:[^.;]|\.\d){0,80}?\b(?:randomi[sz]ed|allocated|assigned)\b(?:[^.;\d]|\.\d){0,30}?\beither\b(?:[^.;]|\.\d){3,200}?\bor\b`,
  "iu",
);
const total = new RegExp(
  String.raw`\b(?:total of\s+)?(${whole})\s+(?:[\p{L}-]+\s+){0,6}?${people}\b`,
  "iu",
);
const intoGroups = new RegExp(
  String.raw`\b(?:divided|allocated|assigned|randomi[sz]ed|split)\b(?:[^.;\d]|\.\d){0,40}?\b(?:into|to|in|among|between)\s+(?:one of )?(?:the\s+)?${groupCount}\s+(?:[\p{L}-]+\s+){0,2}?(?:groups|arms)`,
  "iu",
);
const crossover =
  /\bcross-?over\b|\border of the\b[^.;]{0,60}\brandom|\beach (?:subject|volunteer|participant|patient) (?:received|underwent|completed)|\bwithin-subject/i;

/** One size for all arms: told so, an even share of those divided, or everyone in a crossover trial. */
export function sharedSize(inquiry: Inquiry): Size | undefined {
  const { sentences } = inquiry.reading;
  for (const sentence of sentences) {
    if (["introduction", "discussion"].includes(sentence.role)) continue;
    for (const pattern of each) {
      const match = pattern.exec(sentence.text);
      const size = match?.[1] === undefined ? Number.NaN : valueOf(match[1]);
      if (size > 2) return { size, quote: sentence.text, near: sentence.start, score: 0.5 };
    }
  }
  return evenShare(inquiry) ?? everyone(inquiry);
}

/** "Forty-two patients were divided into two groups": a share that is worked out, never printed. */
function evenShare(inquiry: Inquiry): Size | undefined {
  const { sentences } = inquiry.reading;
  for (const [index, { text, start }] of sentences.entries()) {
    const match = divided.exec(text) ?? eitherOr.exec(text);
    const later = match ? null : intoGroups.exec(text);
    const counted =
      match?.[1] ?? (later ? total.exec(sentences[index - 1]?.text ?? "")?.[1] : undefined);
    if (counted === undefined) continue;
    const groups = parts[(match?.[2] ?? later?.[1] ?? "two").toLowerCase()] ?? Number.NaN;
    const share = valueOf(counted) / groups;
    if (Number.isInteger(share) && share > 2)
      return { size: share, quote: text, near: start, score: 0.2 };
  }
  return undefined;
}

function everyone(inquiry: Inquiry): Size | undefined {
  const { sentences } = inquiry.reading;
  if (
    !sentences.some(({ text }) => crossover.test(text)) &&
    !comparesTimes(inquiry.intervention, inquiry.comparator)
  )
    return undefined;
  for (const { text, start, role } of sentences) {
    if (!["abstract", "methods", "results", "front", "other"].includes(role)) continue;
    const match = new RegExp(
      String.raw`\b(${whole})\s+(?:[\p{L}-]+\s+){0,3}?(?:volunteers|patients|participants|subjects|men|women|adults|athletes|children)\b`,
      "iu",
    ).exec(text);
    const size = match?.[1] === undefined ? Number.NaN : valueOf(match[1]);
    if (size > 2 && armScores(inquiry, match?.[0] ?? "").own < 0.5)
      return { size, quote: text, near: start, score: 0.3 };
  }
  return undefined;
}
