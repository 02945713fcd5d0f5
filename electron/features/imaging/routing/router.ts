/** Routes an image to the experts for it: header and pixels to a category, the category to installed packs. */
import { AppError } from "../../../api/errors.ts";
import type { Volume } from "../../../api/volume.ts";
import { callable } from "../planning/call.ts";
import { greyOf, sliceCount } from "../planning/picture.ts";
import { likenessOf } from "../suitability.ts";
import { aboutCategory, readsCategory, type Category } from "../../models/routing/categories.ts";
import { questionKey, type Assigned } from "../../models/routing/assign.ts";
import type { ExpertCard, Experts, Finding } from "../../models/models.ts";
import {
  needsPixels,
  ofChannels,
  question,
  route,
  type Facts,
  type HeaderFacts,
  type Routed,
} from "./route.ts";

/** The bundled pack that says what an image is. */
export const looker = "view-check";

export type Choice = { id: Category; title: string };
export type Routing = {
  routed: Routed;
  /** Asked of the reader instead of running anything; null where it is known what the image is. */
  question: { text: string; choices: Choice[] } | null;
  /** The cards that the planner may choose from. */
  cards: ExpertCard[];
  /** Why this expert is the one for this image, in a sentence. */
  whyOf: (card: ExpertCard, args: string) => string;
};
export type Router = {
  /** Shares of each category and of "outside"; undefined where nothing that is installed looks. */
  shares: (volume: Volume, signal: AbortSignal) => Promise<readonly Finding[] | undefined>;
  /**
   * @param told what the reader says it is, which nothing overrules but a wrong modality
   * @param named what its name among the sequences of one study says, where the reader says nothing
   */
  look: (
    image: {
      volume: Volume;
      header?: HeaderFacts | undefined;
      told?: Category | undefined;
      named?: Category | undefined;
    },
    signal: AbortSignal,
  ) => Promise<Routing>;
  /** What a series is by its header alone and the experts for it; undefined where the header leaves it open. */
  byHeader: (series: {
    modality: string;
    channels: number;
    header?: HeaderFacts | undefined;
  }) => Promise<{ why: string; cards: ExpertCard[] } | undefined>;
};

type Dependencies = {
  experts: Pick<Experts, "list" | "runImage">;
  assigned: () => Promise<Assigned>;
};

export function createRouter({ experts, assigned }: Dependencies): Router {
  async function scoresOf(
    volume: Volume,
    signal: AbortSignal,
  ): Promise<readonly Finding[] | undefined> {
    try {
      const seen: Finding[][] = [];
      for (const channel of volume.channels === 3 ? [0, 1, 2] : [0]) {
        const result = await experts.runImage(looker, lookedAt(volume, channel), { signal });
        if (result.kind === "classification") seen.push(result.findings);
      }
      return seen.length === 3 ? ofChannels(seen) : seen[0];
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === "notFound") return undefined;
      throw thrown;
    }
  }

  /** Installed packs for a category: those that can answer, and of them those that the table chose. */
  async function readersOf(category: Category, channels: number) {
    const table = await assigned();
    const readers = callable(await experts.list()).filter((card) =>
      readsCategory(card, category, channels),
    );
    const chosen = readers.filter((card) => answersFor(card, category, table).length > 0);
    return { table, readers, chosen };
  }

  return {
    shares: scoresOf,
    byHeader: async ({ modality, channels, header = {} }) => {
      if (modality === "unknown") return undefined;
      const routed = route({ ...header, modality, likeness: "volume" }, undefined);
      if (routed.kind !== "known") return undefined;
      return { why: routed.why, cards: (await readersOf(routed.category, channels)).chosen };
    },
    look: async ({ volume, header = {}, told, named }, signal) => {
      const said = told ?? named;
      const cards = await experts.list();
      const facts: Facts = {
        ...header,
        modality: volume.modality,
        ...(volume.modality === "unknown" ? { likeness: likenessOf(volume).kind } : {}),
      };
      const routed: Routed =
        said === undefined
          ? route(facts, needsPixels(facts) ? await scoresOf(volume, signal) : undefined)
          : {
              kind: "known",
              category: said,
              by: told === undefined ? "header" : "reader",
              why: `${aboutCategory(said).title} by ${told === undefined ? "its name" : "your word"}`,
            };
      if (routed.kind === "unsure")
        return {
          routed,
          question: {
            text: question(routed),
            choices: routed.choices.map((id) => ({ id, title: aboutCategory(id).title })),
          },
          cards: [],
          whyOf: () => routed.why,
        };
      if (routed.kind === "other")
        return {
          routed,
          question: null,
          cards: routed.refused ? [] : cards,
          whyOf: () => routed.why,
        };
      const { category } = routed;
      const { table, readers, chosen } = await readersOf(category, volume.channels);
      return {
        routed,
        question: null,
        cards: chosen,
        whyOf: (card, args) =>
          `${capital(routed.why)}. ${whyChosen(card, { args, category, readers, table })}`,
      };
    },
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What of a card's labels the table gives to it. */
const answersFor = (card: ExpertCard, category: Category, { byQuestion }: Assigned) =>
  card.labels.flatMap(({ name }) => {
    const answer = byQuestion.get(questionKey(category, name));
    return answer?.pack === card.id ? [{ name, ...answer }] : [];
  });

function whyChosen(
  card: ExpertCard,
  about: { args: string; category: Category; readers: readonly ExpertCard[]; table: Assigned },
): string {
  const answers = answersFor(card, about.category, about.table);
  const asked =
    answers.find(({ name }) => name.toLowerCase() === about.args.toLowerCase()) ?? answers[0];
  const measured = asked?.measured
    ? `${asked.measured.metric} ${asked.measured.value.toFixed(2)} on ${asked.measured.n} (${asked.measured.of})`
    : "never measured on such images";
  const rivals = about.readers.filter(
    ({ task, labels }) =>
      task === card.task &&
      labels.some(({ name }) => name.toLowerCase() === asked?.name.toLowerCase()),
  ).length;
  return rivals > 1
    ? `Chosen of ${rivals} that answer this: ${measured}, within the memory that models may take.`
    : `The one installed expert that answers this: ${measured}.`;
}

/** The middle slice as the pack was taught to see it: grey bytes between its 0.5 % and 99.5 % values. */
function lookedAt(volume: Volume, channel: number): Volume {
  const slice = Math.floor(sliceCount(volume) / 2);
  const { width, height, data } = greyOf(volume, slice, channel);
  return {
    shape: [width, height, 1],
    channels: 1,
    spacing: [1, 1, 1],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    data,
    modality: "unknown",
    units: "",
  };
}
