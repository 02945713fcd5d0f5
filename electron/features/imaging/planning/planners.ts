/** The planners that are installed: vision-language packs that say they plan, and always the rules. */
import { AppError } from "../../../api/errors.ts";
import type { Generation } from "../../models/generation/generation.ts";
import type { Experts } from "../../models/models.ts";
import type { Seeing } from "./seeing.ts";

export type PlannerInfo = { id: string; version: string; title: string };
export type Planners = {
  list: () => Promise<PlannerInfo[]>;
  /**
   * The planner of that id; "auto" is the first installed one. Undefined means the rules.
   * @throws notFound with the ids that are installed
   */
  open: (id: string, options: { signal: AbortSignal; seed: number }) => Promise<Seeing | undefined>;
};

export const rulesInfo: PlannerInfo = { id: "rules", version: "1", title: "Rules" };

/** Words of an answer: a call and a sentence from one that only plans, a paragraph from one that answers. */
const longest = { planning: 64, answering: 512 };

export function createPlanners({
  experts,
  generation,
}: {
  experts: Pick<Experts, "list">;
  generation: Pick<Generation, "write">;
}): Planners {
  const packs = async () => (await experts.list()).filter((card) => card.planner !== undefined);
  return {
    list: async () => [
      ...(await packs()).map(({ id, version, title }) => ({ id, version, title })),
      rulesInfo,
    ],
    async open(id, { signal, seed }) {
      const found = await packs();
      if (id === "rules") return undefined;
      const pack = id === "auto" ? found[0] : found.find((one) => one.id === id);
      if (pack?.planner === undefined) {
        if (id === "auto") return undefined;
        const valid = [...found.map((one) => one.id), "rules"];
        throw new AppError(
          "notFound",
          `There is no planner "${id}". Installed: ${valid.join(", ")}.`,
          { valid },
        );
      }
      const { manner, answers } = pack.planner;
      return {
        id: pack.id,
        version: pack.version,
        manner,
        answers,
        speak: async (messages, choices) => {
          const { text } = await generation.write(
            pack.id,
            {
              messages,
              choices,
              maxTokens: answers ? longest.answering : longest.planning,
              temperature: 0,
              seed,
            },
            { signal },
          );
          return text;
        },
      };
    },
  };
}
