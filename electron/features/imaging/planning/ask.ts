/** One request about one image, asked of a planner: the same for the page and for the command line. */
import { AppError } from "../../../api/errors.ts";
import type { Turn } from "../../../api/schemas/imaging.ts";
import type { Volume } from "../../../api/volume.ts";
import type { ExpertCard, ExpertResult } from "../../models/models.ts";
import { aboutCategory } from "../../models/routing/categories.ts";
import type { Routing } from "../routing/router.ts";
import { describeResult, type Measurable } from "../describe.ts";
import { unsuitedFor } from "../suitability.ts";
import { callable } from "./call.ts";
import { converse, type Planner } from "./converse.ts";
import { planCall } from "./rules.ts";
import { pictureFacts, seeingPlanner, type Seeing } from "./seeing.ts";

export type Asked = {
  volume: Volume;
  /** The same image with what is known of its size, for what is told of a result. */
  measurable: Measurable;
  request: string;
  cards: readonly ExpertCard[];
  /** The planner that sees; absent for the rules. */
  seeing?: Seeing;
  /** Expert calls in one request, 1 or more. */
  most: number;
  run: (expert: ExpertCard, args: string) => Promise<ExpertResult>;
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
  const { request, seeing, onTurn, routing } = asked;
  const volume = asTold(asked.volume, routing);
  const cards = routing?.cards ?? asked.cards;
  if (routing?.question) {
    const { text, choices } = routing.question;
    onTurn({ role: "assistant", text, choices, at: new Date().toISOString(), planner: "router" });
    return;
  }
  let spoke = false;
  const lead = (planner: Planner): Promise<void> =>
    converse({
      cards: callable(cards),
      planner,
      most: asked.most,
      unsuited: (expert) => unsuitedFor(expert, volume)?.message ?? null,
      run: async (expert, args) => {
        spoke = true;
        const result = await asked.run(expert, args);
        const call = {
          expert: result.expert,
          version: result.version,
          args,
          device: result.device,
          ms: result.ms,
          msRuntime: result.msRuntime,
        };
        const text = describeResult(result, asked.measurable);
        const why = routing?.whyOf(expert, args);
        const turn = { call, ...(why ? { why } : {}), ...(await asked.keep(result, expert, why)) };
        return { result, text, turn };
      },
      onTurn,
    });
  const rules: Planner = {
    name: "rules",
    answers: false,
    speak: async () => planCall(request, pictureFacts(volume), cards).text,
  };
  if (!seeing) return lead(rules);
  try {
    return await lead(seeingPlanner(seeing, { volume, request, cards }));
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

/** What the reader said an image is stands where its file is silent, for the planner too. */
function asTold(volume: Volume, routing: Routing | undefined): Volume {
  const routed = routing?.routed;
  if (volume.modality !== "unknown" || routed?.kind !== "known" || routed.by !== "reader")
    return volume;
  return { ...volume, modality: aboutCategory(routed.category).modality };
}

const plannerFailures = new Set(["modelFailed", "modelUnavailable", "packMismatch", "packInvalid"]);
