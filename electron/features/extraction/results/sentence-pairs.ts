/** Pairs of values in a sentence that belong to the two arms, by the ways in which reports set them down. */
import { armScores } from "./arm-match.ts";
import type { CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import type { Mention, Side } from "./mentions.ts";
import { outcomeFit } from "./outcome-match.ts";
import type { TextValue } from "./values-in-text.ts";

/** How the values were told apart: a list with "respectively", beside the arms' names, joined by "versus", both the same, by order. */
export type By = "list" | "beside" | "versus" | "each" | "order";
export type Pair = {
  values: [CellValue, CellValue];
  by: By;
  armScore: number;
  /** The words that belong to these values. */
  about: string;
  /** Which pair of the sentence it is, from 0. */
  order: number;
  /** 1 when the sentence lists as many outcomes as pairs and the asked one stands at this pair's place, -1 at another. */
  listed: number;
  /** It is plain which value is whose. */
  bound: boolean;
};

type Draft = Omit<Pair, "about" | "order" | "listed"> & { spans: { start: number; end: number }[] };

export function pairsOf(
  inquiry: Inquiry,
  text: string,
  values: TextValue[],
  mentions: Mention[],
  earlier: Mention[],
): Pair[] {
  const told = [
    ...inEach(text, values),
    ...inLists(inquiry, text, values),
    ...beside(text, values, mentions),
    ...joined(text, values, mentions, earlier),
  ];
  // The mere order of names and numbers is for forms that nothing else tells apart.
  const drafts = [
    ...told,
    ...inOrder(values, mentions).filter(
      ({ values: [one] }) => !told.some((other) => other.values[0].kind === one.kind),
    ),
  ];
  const distinct = drafts.filter(
    (one, index) =>
      drafts.findIndex((other) => JSON.stringify(other.values) === JSON.stringify(one.values)) ===
      index,
  );
  const starts = [...new Set(distinct.map((draft) => firstOf(draft).start))].toSorted(
    (a, b) => a - b,
  );
  const places = listPlaces(inquiry, text, starts);
  return distinct.map((draft) => {
    const order = starts.indexOf(firstOf(draft).start);
    return {
      values: draft.values,
      by: draft.by,
      armScore: draft.armScore,
      bound: draft.bound,
      about: aboutOf(text, values, draft),
      order,
      listed: places === undefined ? 0 : places === order ? 1 : -1,
    };
  });
}

const firstOf = (draft: Draft): { start: number; end: number } =>
  draft.spans.reduce((a, b) => (b.start < a.start ? b : a));

/** The words before the first value, back to the value before it, and after each of the two up to the next value. */
function aboutOf(text: string, values: TextValue[], draft: Draft): string {
  const first = firstOf(draft);
  const previous = values.findLast((one) => one.end <= first.start)?.end ?? 0;
  const parts = [text.slice(previous, first.start)];
  for (const span of draft.spans) {
    const next = values.find((one) => one.start >= span.end)?.start ?? text.length;
    parts.push(
      text.slice(span.end, Math.min(next, span.end + 80)).split(/[;)]|,\s*[pP]\s*[=<>]/)[0] ?? "",
    );
  }
  return parts.join(" ");
}

/** "A, B and C were 1 vs 2; 3 vs 4; 5 vs 6": the place of the asked outcome in the list before the values. */
function listPlaces(inquiry: Inquiry, text: string, starts: number[]): number | undefined {
  const [first] = starts;
  if (starts.length < 2 || first === undefined) return undefined;
  const head = text.slice(0, first);
  const items = head
    .split(/,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+|;/)
    .map((item) => item.trim())
    .filter((item) => /\p{L}{2}/u.test(item));
  for (let from = 0; from + starts.length <= items.length; from += 1) {
    const list = items.slice(from, from + starts.length);
    const fits = list.map(
      (item) => outcomeFit(inquiry, { near: item, caption: "", around: "" }).near,
    );
    const best = Math.max(...fits);
    const at = fits.indexOf(best);
    if (best > 0.25 && fits.filter((fit) => fit > best - 0.1).length === 1) return at;
  }
  return undefined;
}

/** "0.6 in each group": both arms have the same. */
function inEach(text: string, values: TextValue[]): Draft[] {
  return values
    .filter(({ end }) =>
      /^[^.;\d]{0,25}?\b(?:in|for) (?:each|both|either) (?:of the )?(?:treatment |study |two )?(?:groups?|arms?)\b/i.test(
        text.slice(end),
      ),
    )
    .map((one) => ({
      values: [one.value, one.value],
      by: "each",
      armScore: 1.2,
      bound: true,
      spans: [one],
    }));
}

/** What stands between a joining word and "respectively", the nearest joining word first; and what leads the sentence. */
function listsIn(text: string): string[] {
  const lists = [...text.matchAll(/\brespectively|\bresp\./gi)].flatMap((end) => {
    const head = text
      .slice(0, end.index)
      .replace(/[\s,(]*(?:(?:study|treatment)\s+)?(?:groups?|arms?|patients)?[\s,]*$/i, "");
    return afterJoints(head);
  });
  // "... for A, B and C were 1, 2 and 3, respectively": the arms stand before the verb.
  const ahead =
    /^(.{3,260}?)(?:\s+(?:groups?|arms?|patients))?\s(?:was|were|had|showed|experienced|reported|is|are)\b.*(?:respectively|resp\.)/is.exec(
      text,
    )?.[1];
  return ahead === undefined ? lists : [...lists, ...afterJoints(ahead), ahead];
}

const joint =
  /\b(?:in|for|among|of|with|to|between|patients|fed|given|receiving|by|the|on|groups?:?|arms?)\s+(?:the\s+)?/gi;

/** The ends of a stretch that follow a joining word, the shortest first. */
function afterJoints(head: string): string[] {
  return [...head.matchAll(joint)]
    .toReversed()
    .map((match) => head.slice(match.index + match[0].length))
    .filter((list) => list.length > 3 && list.length < 220);
}

const itemsOf = (list: string): string[] =>
  list
    .split(/,\s*(?:and\s+|or\s+)?|\s+(?:and|or|versus|vs\.?)\s+/i)
    .map((item) => item.replace(/\([^)]*\)?/g, " ").trim())
    .filter((item) => item !== "");

/** "1, 2 and 3 in A, B and C, respectively" (or the arms first): the k-th value is the k-th arm's. */
function inLists(inquiry: Inquiry, text: string, values: TextValue[]): Draft[] {
  const drafts: Draft[] = [];
  for (const list of listsIn(text)) {
    const items = itemsOf(list);
    if (items.length < 2 || items.length > 6) continue;
    const scores = items.map((item) => armScores(inquiry, item));
    const best = (side: "own" | "other"): number =>
      scores.reduce((kept, one, at) => (one[side] > (scores[kept]?.[side] ?? 0) ? at : kept), 0);
    const [own, other] = [best("own"), best("other")];
    const armScore = (scores[own]?.own ?? 0) + (scores[other]?.other ?? 0);
    if (own === other || (scores[own]?.own ?? 0) < 0.25 || (scores[other]?.other ?? 0) < 0.25)
      continue;
    for (const series of seriesOf(values, items.length)) {
      const [one, two] = [series[own], series[other]];
      if (one && two)
        drafts.push({
          values: filled([one.value, two.value], series),
          by: "list",
          armScore,
          bound: true,
          spans: [one, two],
        });
    }
    if (drafts.length > 0) return drafts;
  }
  return drafts;
}

/** Runs of as many values of one form as the list has items; "87% (26/30), ... and 0%" is one run. */
function seriesOf(values: TextValue[], length: number): TextValue[][] {
  const found: TextValue[][] = [];
  for (const kind of ["mean", "count", "percent", "number"] as const) {
    const series = values.filter(
      ({ value }) =>
        value.kind === kind ||
        (kind === "count" && value.kind === "percent" && value.percent === 0),
    );
    if (series.length % length === 0 && series.some(({ value }) => value.kind === kind))
      for (let from = 0; from < series.length; from += length)
        found.push(series.slice(from, from + length));
    if (found.length > 0) return found;
  }
  return found;
}

/** A bare "0%" among counts out of one total is none of that total. */
function filled(pair: [CellValue, CellValue], series: TextValue[]): [CellValue, CellValue] {
  const totals = new Set(
    series
      .map(({ value }) => (value.kind === "count" ? value.total : null))
      .filter((total) => total !== null),
  );
  const common = totals.size === 1 ? ([...totals][0] ?? null) : null;
  const fill = (value: CellValue): CellValue =>
    value.kind === "percent" && value.percent === 0 && pair.some(({ kind }) => kind === "count")
      ? { kind: "count", events: 0, total: common, percent: 0 }
      : value;
  return [fill(pair[0]), fill(pair[1])];
}

const linkAfter =
  /^\s*[%)\]]*\s*(?:[\p{L}/%²³µ.·]{0,14}\s*)?[)\]]*,?\s*(?:of (?:the )?|for (?:the )?|in (?:the )?|with (?:the )?|on (?:the )?|after |among (?:the )?|under |from (?:the )?|receiv\w+ |treated with |\()?(?:patients |subjects |participants |those |women |children )?(?:in |on |with |receiving |treated with )?(?:the )?(?:\p{L}+ )?$/iu;
const linkBefore =
  /^[\s\p{L}]{0,3}(?:[- ]?(?:treated|group|arm|patients|participants|subjects|groups)){0,2}\s*(?:\(?n\s*=\s*\d+\)?)?\s*[,:=([–-]*\s*(?:(?:was|were|had|showed|reported|experienced|from|of|with|mean|median|only|a|an|the|by|:|=|and|\d+%?) ?){0,4}\s*[(:[=]?\s*$/iu;

/** Whose a value is by the name right behind it ("1 in A") or right before it ("A: 1", "A (1; 2)"). */
function sideOf(
  text: string,
  value: TextValue,
  values: TextValue[],
  mentions: Mention[],
): { side: Side; score: number } | undefined {
  const after = mentions.find((mention) => mention.start >= value.end);
  if (after && !values.some((other) => other.start >= value.end && other.start < after.start)) {
    if (linkAfter.test(text.slice(value.end, after.start))) return after;
  }
  const before = mentions.findLast((mention) => mention.end <= value.start);
  if (!before) return undefined;
  const between = text.slice(before.end, value.start);
  if (linkBefore.test(between)) return before;
  // Everything in the brackets behind a name is that arm's.
  const opened = between.search(/[([]/);
  return opened >= 0 &&
    opened < 14 &&
    !/[)\]]/.test(between.replaceAll(/[([][^()[\]]*[)\]]/g, "")) &&
    !/[.;]\s|\bvs\b|versus/.test(between)
    ? before
    : undefined;
}

function beside(text: string, values: TextValue[], mentions: Mention[]): Draft[] {
  const sided = values.flatMap((one) => {
    const side = sideOf(text, one, values, mentions);
    return side ? [{ ...one, ...{ side: side.side, score: side.score } }] : [];
  });
  const drafts: Draft[] = [];
  for (const kind of ["mean", "count", "percent", "number"] as const) {
    const of = (side: Side) => sided.filter((one) => one.side === side && alike(one.value, kind));
    const [ones, twos] = [of("intervention"), of("comparator")];
    for (const [index, one] of ones.entries()) {
      // As many values for each arm: the k-th belong together; else the nearest.
      const two =
        ones.length === twos.length
          ? twos[index]
          : twos.toSorted(
              (a, b) => Math.abs(a.start - one.start) - Math.abs(b.start - one.start),
            )[0];
      if (!two || (one.value.kind !== kind && two.value.kind !== kind)) continue;
      drafts.push({
        values: filled([one.value, two.value], [one, two]),
        by: "beside",
        armScore: one.score + two.score,
        bound: true,
        spans: [one, two],
      });
    }
  }
  return drafts.filter(({ values: [one, two] }) => one.kind === two.kind);
}

const alike = (value: CellValue, kind: CellValue["kind"]): boolean =>
  value.kind === kind || (kind === "count" && value.kind === "percent" && value.percent === 0);

const versus =
  /^[\s)\]]*(?:[\p{L}%/²³µ.·-]{1,14}\s+){0,3}[^\d;]{0,60}?\b(?:vs\.?|versus|v\.?|against|compared (?:with|to))\b[^\d;]{0,60}$/iu;

/** "1 vs 2": the order is that of the arms as named before it, in the sentence or the one before. */
function joined(
  text: string,
  values: TextValue[],
  mentions: Mention[],
  earlier: Mention[],
): Draft[] {
  const drafts: Draft[] = [];
  for (const [index, one] of values.entries()) {
    const two = values[index + 1];
    if (!two || one.value.kind !== two.value.kind) continue;
    if (!versus.test(text.slice(one.end, two.start))) continue;
    const before = mentions.filter((mention) => mention.end <= one.start);
    const ordered = orderOf(before, text) ?? orderOf(mentions, text) ?? orderOf(earlier);
    const side = ordered ?? { first: "intervention" as const, score: 0.5 };
    drafts.push({
      values: side.first === "intervention" ? [one.value, two.value] : [two.value, one.value],
      by: "versus",
      armScore: side.score,
      bound: ordered !== undefined,
      spans: [one, two],
    });
  }
  return drafts;
}

const against =
  /(?:compared (?:with|to)|in comparison (?:with|to)|relative to|versus|vs\.?|than)(?: (?:in|for|with|among|those|patients|the|to|of|on|receiving|a))*\s*$/i;

/** Which arm is named first, when both are named; one named after "than" or "compared with" comes second. */
function orderOf(mentions: Mention[], text = ""): { first: Side; score: number } | undefined {
  const one = mentions.find(({ side }) => side === "intervention");
  const two = mentions.find(({ side }) => side === "comparator");
  if (!one || !two) return undefined;
  const second = (mention: Mention): boolean =>
    against.test(text.slice(Math.max(0, mention.start - 60), mention.start));
  const [oneSecond, twoSecond] = [second(one), second(two)];
  const leads = oneSecond === twoSecond ? one.start < two.start : twoSecond;
  return {
    first: leads ? "intervention" : "comparator",
    score: one.score + two.score,
  };
}

/** The first two values of a form in the order in which the arms are named. */
function inOrder(values: TextValue[], mentions: Mention[]): Draft[] {
  const order = orderOf(mentions);
  if (!order) return [];
  const drafts: Draft[] = [];
  for (const kind of ["mean", "count", "percent", "number"] as const) {
    const same = values.filter(({ value }) => value.kind === kind);
    const [one, two] = split(same, mentions);
    if (!one || !two || one === two) continue;
    drafts.push({
      values: order.first === "intervention" ? [one.value, two.value] : [two.value, one.value],
      by: "order",
      armScore: order.score * 0.8,
      bound: false,
      spans: [one, two],
    });
  }
  return drafts;
}

/** One value for each arm in the order of naming: between and behind the names, before and between, behind both. */
function split(
  values: TextValue[],
  mentions: Mention[],
): [TextValue | undefined, TextValue | undefined] | [] {
  const first = mentions.find(({ side }) => side === "intervention");
  const second = mentions.find(({ side }) => side === "comparator");
  if (!first || !second) return [];
  const [early, late] = first.start < second.start ? [first, second] : [second, first];
  const between = values.filter((one) => one.start > early.end && one.end < late.start);
  const after = values.filter((one) => one.start >= late.end);
  const ahead = values.filter((one) => one.end <= early.start);
  if (between.length > 0 && after.length > 0) return [between[0], after[0]];
  if (ahead.length > 0 && between.length > 0) return [ahead.at(-1), between.at(-1)];
  if (after.length >= 2) return [after[0], after[1]];
  return ahead.length >= 2 ? [ahead.at(-2), ahead.at(-1)] : [values[0], values[1]];
}
