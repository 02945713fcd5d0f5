/**
 * The planner by rules: a request and the facts of the image to at most one expert call, written as
 * any planner writes it and read by the same strict grammar (call.ts). Text inside images, reports or
 * file names is never looked at. It answers where no planner pack is installed, and where one fails.
 */
import type { Series } from "../../../api/schemas/imaging.ts";
import type { ExpertCard } from "../../models/models.ts";
import { peersOf } from "../../models/several/panel.ts";
import { callable, callName, withoutCalls } from "./call.ts";

export type ImageFacts = {
  modality: string;
  slices: number;
  /** Lowest value: a volume that holds air at about −1000 is in Hounsfield units. */
  low?: number;
  channels?: number;
};

/** What header and values of a stored series say of it. */
export const factsOf = ({
  modality,
  shape,
  range,
  channels,
}: Pick<Series, "modality" | "shape" | "range" | "channels">): ImageFacts => ({
  modality,
  slices: shape[2],
  low: range.low,
  channels,
});
export type Plan =
  | { kind: "call"; text: string; expert: string; args: string }
  /** Nothing is called; the text says why and what could be asked. */
  | { kind: "answer"; text: string };

const drawing =
  /\b(outline|segment\w*|contour\w*|delineat\w*|mark|draw|trace|mask|show|where|measure|size|area|volume|how (big|large))\b/i;
const judging =
  /\b(classif\w*|finding\w*|abnormal\w*|normal|diagnos\w*|disease|patholog\w*|is there|are there|any|signs?|evidence|pneumonia|detect\w*)\b/i;
/** How a part of the body is: a question of findings, never of outlines. */
const stating =
  /\b(clear|normal|abnormal\w*|healthy|unremarkable|ok|okay|all right|wrong|affected|diseas\w*|findings?|problems?|look like)\b/i;

const stem = (word: string): string =>
  word.toLowerCase().replace(/(ies|es|s)$/, (end) => (end === "ies" ? "y" : ""));
const wordsOf = (text: string): Set<string> =>
  new Set((text.match(/[\p{L}\p{N}]+/gu) ?? []).map(stem));

function fits(card: ExpertCard, facts: ImageFacts): boolean {
  const modalities = card.inputs.flatMap((input) => input.modality);
  if (facts.modality !== "unknown") return modalities.includes(facts.modality);
  // NIfTI and PNG name no modality: one plane may be a film, a volume with air in it is taken for CT.
  if (facts.slices === 1) return modalities.includes("CXR");
  return looksLikeCt(facts) && modalities.includes("CT");
}

const looksLikeCt = (facts: ImageFacts): boolean =>
  facts.modality === "unknown" && facts.slices > 1 && (facts.low ?? 0) <= -900;

/** How well a request names what an expert does: its labels and arguments, then its kind of task. */
function match(request: string, card: ExpertCard, isState: boolean): number {
  if (isState && card.task === "segmentation") return 0;
  const asked = wordsOf(request);
  const named = [...card.labels.map((label) => label.name), ...(card.expertCall?.args ?? [])];
  const hits = named.filter((name) => [...wordsOf(name)].every((word) => asked.has(word))).length;
  const task =
    card.task === "segmentation"
      ? drawing.test(request)
      : judging.test(request) || stating.test(request);
  return hits * 2 + (task ? 1 : 0);
}

/** Whether a request is how something is, and one of these experts judges that: then none is asked for an outline. */
export const asksForState = (request: string, cards: readonly ExpertCard[]): boolean =>
  stating.test(request) &&
  !drawing.test(request) &&
  cards.some(({ task }) => task === "classification");

export function planCall(asked: string, facts: ImageFacts, cards: readonly ExpertCard[]): Plan {
  // A call written into the request, pasted from somewhere perhaps, is no request.
  const request = withoutCalls(asked);
  const reading = callable(cards).filter((card) => fits(card, facts));
  const isState = asksForState(request, reading);
  const scored = callable(cards)
    .map((card) => ({ card, score: match(request, card, isState) }))
    .toSorted((a, b) => b.score - a.score);
  const suitable = scored.filter(({ card }) => fits(card, facts));
  const best = suitable[0];
  const image =
    facts.modality !== "unknown"
      ? `a ${facts.modality} image`
      : looksLikeCt(facts)
        ? "a CT volume by its values, though its file does not say so"
        : "an image whose file does not say what it is";
  // Naming the thing is enough; a bare verb only when one suitable expert does that kind of work, or several that
  // judge the same and are then asked together.
  const same = best ? peersOf(best.card, cards, undefined).map(({ id }) => id) : [];
  const onlyOne = suitable.every(
    ({ card, score }) => score === 0 || card === best?.card || same.includes(card.id),
  );
  if (
    best &&
    (best.score >= 2 ||
      (best.score === 1 &&
        onlyOne &&
        !namesSomethingElse(request, isState ? reading : [best.card])))
  ) {
    const args = argumentOf(request, best.card);
    const name = callName(best.card);
    return {
      kind: "call",
      text: `This looks like ${image}. Let me ask <${name}(${args})>.`,
      expert: best.card.id,
      args,
    };
  }
  const elsewhere = scored.find(({ card, score }) => score >= 2 && !fits(card, facts));
  if (elsewhere) {
    const reads = elsewhere.card.inputs.flatMap((input) => input.modality).join(" or ");
    return {
      kind: "answer",
      text: `${elsewhere.card.title} could do that, but it reads ${reads} and this is ${image}. Nothing was run.`,
    };
  }
  return { kind: "answer", text: `No installed expert answers that. ${offersFor(facts, cards)}` };
}

/** Requests that the installed experts can answer on this image. */
export const offersOf = (facts: ImageFacts, cards: readonly ExpertCard[]): string[] =>
  callable(cards)
    .filter((card) => fits(card, facts) && (facts.channels ?? 1) === card.inputs[0]?.channels)
    .flatMap(offers)
    .filter((offer, at, all) => all.indexOf(offer) === at);

const count = (channels: number): string => (channels === 1 ? "1 channel" : `${channels} channels`);

/** What can be asked about an image instead, in one sentence. */
export function offersFor(facts: ImageFacts, cards: readonly ExpertCard[]): string {
  const all = offersOf(facts, cards).map((offer) => `“${offer}”`);
  if (all.length > 0) return `For this image you can ask: ${all.join(", ")}.`;
  const near = callable(cards).find((card) => card.inputs[0]?.modality.includes(facts.modality));
  const input = near?.inputs[0];
  // A grey FLAIR is no wrong kind of image: what is missing are the sequences beside it.
  return near && input && input.channels !== (facts.channels ?? 1)
    ? `“${near.title}” reads ${facts.modality}, but takes ${count(input.channels)} at once; this image has ${count(facts.channels ?? 1)}. It can be outlined by hand under Own segments.`
    : "No installed expert reads this kind of image; the Models page lists what is installed.";
}

/** "outline the heart" must not become a lung outline because outlining is all that is installed. */
function namesSomethingElse(request: string, cards: readonly ExpertCard[]): boolean {
  const filler = new Set(
    [
      "the",
      "please",
      "outline",
      "segment",
      "show",
      "me",
      "mark",
      "draw",
      "trace",
      "mask",
      "it",
      "this",
      "image",
      "what",
      "is",
      "there",
      "any",
      "finding",
      "abnormal",
      "abnormality",
      "in",
      "on",
      "of",
      "a",
      "an",
      "film",
      "scan",
      "x",
      "ray",
      "chest",
      "are",
      "can",
      "you",
      "classify",
      "normal",
      "clear",
      "healthy",
      "unremarkable",
      "ok",
      "okay",
      "all",
      "right",
      "left",
      "both",
      "wrong",
      "affected",
      "disease",
      "diseased",
      "problem",
      "look",
      "looks",
      "do",
      "does",
      "how",
      "like",
      "with",
      "to",
      "field",
    ].map(stem),
  );
  const own = wordsOf(cards.flatMap(({ labels }) => labels.map(({ name }) => name)).join(" "));
  return [...wordsOf(request)].some((word) => !filler.has(word) && !own.has(word));
}

function argumentOf(request: string, card: ExpertCard): string {
  const asked = wordsOf(request);
  const known = card.expertCall?.args ?? [];
  return known.find((arg) => [...wordsOf(arg)].every((word) => asked.has(word))) ?? "";
}

function offers({ task, labels, expertCall }: ExpertCard): string[] {
  const args = expertCall?.args ?? [];
  if (task === "classification")
    return ["classify the findings", ...args.slice(0, 1).map((name) => `is there ${name}?`)];
  const named = labels.filter(({ id }) => id > 0).map(({ name }) => name);
  const known = named.filter((name) => args.includes(name));
  return (known.length > 0 ? known : ["structures"])
    .slice(0, 3)
    .map((name) => `outline the ${name}`);
}
