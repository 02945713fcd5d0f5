/** One request about one image, asked of a planner: the same for the page and for the command line. */
import { AppError } from "../../../api/errors.ts";
import type { Turn } from "../../../api/schemas/imaging.ts";
import type { Sequence } from "../../../api/sequences.ts";
import type { Volume } from "../../../api/volume.ts";
import { wantedLabels } from "../../models/experts.ts";
import type { ExpertCard, ExpertResult, RunOptions } from "../../models/models.ts";
import { aboutCategory } from "../../models/routing/categories.ts";
import { peersOf } from "../../models/several/panel.ts";
import type { Routing } from "../routing/router.ts";
import { describeResult, type Measurable } from "../describe.ts";
import { keepLabels } from "../label-map.ts";
import { unsuitedFor } from "../suitability.ts";
import { callable } from "./call.ts";
import { converse, type Planner } from "./converse.ts";
import { asksForReport, reportTurn } from "./report-request.ts";
import { planCall } from "./rules.ts";
import { seeingPlanner, type Looked, type Seeing } from "./seeing.ts";
import { sequencesOf, volumeFor } from "./sequences.ts";

export type Asked = Looked & {
  /** The same image with what is known of its size, for what is told of a result. */
  measurable: Measurable;
  request: string;
  cards: readonly ExpertCard[];
  /** The planner that sees; absent for the rules. */
  seeing?: Seeing;
  /** Expert calls in one request, 1 or more. */
  most: number;
  run: (
    expert: ExpertCard,
    args: string,
    volume: Volume,
    several: Pick<RunOptions, "peers" | "kind">,
  ) => Promise<ExpertResult>;
  /** Stores what the expert suggests before the conversation goes on; what it adds to the turn. */
  keep: (
    result: ExpertResult,
    expert: ExpertCard,
    why: string | undefined,
  ) => Promise<Partial<Turn>>;
  onTurn: (turn: Turn) => void;
  /** What the image is and which experts are for it; absent: every card may be called. */
  routing?: Routing | undefined;
};

/** @throws what the expert throws. A planner that fails gives way to the rules, and the reader is told. */
export async function askImage(asked: Asked): Promise<void> {
  const { request, seeing, onTurn, sequences, routing } = asked;
  const volume = asTold(asked.volume, routing);
  // Where a study is open its reads answer this before an image is loaded; alone, nothing is accepted.
  if (asksForReport(request)) return onTurn(reportTurn(undefined));
  const cards = offeredTo(asked);
  if (routing?.question) {
    const { text, choices } = routing.question;
    onTurn({ role: "assistant", text, choices, at: new Date().toISOString() });
    return;
  }
  // A file that names no modality, among files that are named as MR sequences of one patient, is MR.
  const isMr = volume.modality === "unknown" && sequences.length > 1;
  const told = isMr ? "MR" : volume.modality;
  const facts =
    asked.facts.modality === "unknown" ? { ...asked.facts, modality: told } : asked.facts;
  let spoke = false;
  const looked = new Map<string, ReturnType<typeof givenTo>>();
  /** Asked before the call and for it: voxels are looked through, and channels joined, once a request. */
  const given = (expert: ExpertCard) => {
    const found = looked.get(expert.id) ?? givenTo(expert, volume, sequences);
    looked.set(expert.id, found);
    return found;
  };
  const lead = (planner: Planner): Promise<void> =>
    converse({
      cards: callable(cards),
      planner,
      most: asked.most,
      unsuited: (expert) => {
        const found = given(expert);
        return "problem" in found ? found.problem : null;
      },
      run: async (expert, args) => {
        spoke = true;
        const found = given(expert);
        if ("problem" in found) throw new AppError("wrongModality", found.problem);
        // A pack of rules, or a network without prompts, outlines all that it knows: what was asked for stays.
        const ran = await asked.run(expert, args, found.volume, severalFor(expert, asked));
        const result = onlyAsked(ran, expert, args);
        const call = {
          expert: result.expert,
          version: result.version,
          args,
          device: result.device,
          ms: result.ms,
          msRuntime: result.msRuntime,
        };
        const text = describeResult(result, asked.measurable, { request, args });
        const why = routing?.whyOf(expert, args);
        const turn = { call, ...(why ? { why } : {}), ...(await asked.keep(result, expert, why)) };
        return { result, text, turn };
      },
      onTurn,
    });
  const rules: Planner = {
    name: "rules",
    answers: false,
    speak: async () => planCall(request, facts, cards).text,
  };
  if (!seeing) return lead(rules);
  try {
    return await lead(seeingPlanner(seeing, { ...asked, volume, facts }, { request, cards }));
  } catch (thrown) {
    // What an expert throws is the request's failure; only the planner's own failure has another planner.
    if (spoke || !(thrown instanceof AppError) || !plannerFailures.has(thrown.code)) throw thrown;
    onTurn({
      role: "assistant",
      text: `The planner ${seeing.id} could not answer: ${thrown.message} The rules plan this request instead.`,
      at: new Date().toISOString(),
      planner: "rules",
    });
    return lead(rules);
  }
}

/** What the expert is given, or why this image is nothing for it. */
function givenTo(expert: ExpertCard, volume: Volume, sequences: Asked["sequences"]) {
  const unsuited = unsuitedFor(expert, volume);
  if (unsuited) return { problem: unsuited.message };
  const found = volumeFor(expert, volume, sequences);
  return "problem" in found ? { problem: `${expert.title}: ${found.problem}.` } : found;
}

/** Other packs that may be asked the same about this image, and what it is. */
function severalFor(
  expert: ExpertCard,
  { cards, routing }: Pick<Asked, "cards" | "routing">,
): Pick<RunOptions, "peers" | "kind"> {
  const kind = routing?.routed.kind === "known" ? routing.routed.category : undefined;
  return { peers: peersOf(expert, cards, kind), ...(kind ? { kind } : {}) };
}

/** What the reader said an image is stands where its file is silent, for the planner too. */
function asTold(volume: Volume, routing: Routing | undefined): Volume {
  const routed = routing?.routed;
  if (volume.modality !== "unknown" || routed?.kind !== "known" || routed.by !== "reader")
    return volume;
  return { ...volume, modality: aboutCategory(routed.category).modality };
}

/** The experts for this image, and those that read its sequences together. */
function offeredTo({ routing, cards, sequences }: Asked): readonly ExpertCard[] {
  if (routing === undefined) return cards;
  const isThere = (name: Sequence): boolean => sequences.some((one) => one.sequence === name);
  const together = cards.filter(
    (card) =>
      !routing.cards.some(({ id }) => id === card.id) && sequencesOf(card)?.every(isThere) === true,
  );
  return [...routing.cards, ...together];
}

function onlyAsked(result: ExpertResult, expert: ExpertCard, args: string): ExpertResult {
  if (result.kind !== "segmentation") return result;
  const names = [...expert.labels.map(({ name }) => name), ...Object.keys(expert.groups ?? {})];
  const isKnown = names.some((name) => name.toLowerCase() === args);
  const wanted = isKnown ? wantedLabels(expert, args) : undefined;
  return wanted ? keepLabels(result, wanted) : result;
}

const plannerFailures = new Set(["modelFailed", "modelUnavailable", "packMismatch", "packInvalid"]);
