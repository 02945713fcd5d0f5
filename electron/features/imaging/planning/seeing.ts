/** A planner that sees: a vision-language pack that is shown slices and speaks in its own words. */
import type { Turn } from "../../../api/schemas/imaging.ts";
import type { Volume } from "../../../api/volume.ts";
import type { Message, Part, Picture } from "../../models/generation/generator.ts";
import type { ExpertCard } from "../../models/models.ts";
import { callable } from "./call.ts";
import { answersTo, firstTurn, resultTurn, type Manner, type Piece } from "./cards.ts";
import type { Heard, Planner } from "./converse.ts";
import {
  axialSlice,
  coloursOn,
  fullestSlice,
  greyOf,
  overlayOf,
  pictureOf,
  sliceBeside,
} from "./picture.ts";
import { asksForState, offersFor, type ImageFacts } from "./rules.ts";
import type { SequenceVolume } from "./sequences.ts";

export type Seeing = {
  id: string;
  version: string;
  manner: Manner;
  /** Whether it answers in its own words once an expert has spoken. */
  answers: boolean;
  /** `choices`: it may say one of these and nothing else. */
  speak: (messages: Message[], choices?: readonly string[]) => Promise<string>;
};

/** What a planner looks at: the image that is asked about, and the sequences that belong to it. */
export type Looked = {
  volume: Volume;
  /** The image's name as a reader knows it. */
  title: string;
  facts: ImageFacts;
  /** The slice in view, along the stored direction, from 0. */
  slice?: number | undefined;
  /** More than one: all are shown, each under its name. */
  sequences: readonly SequenceVolume[];
};
type Shown = { pictures: Picture[]; shown: NonNullable<Turn["shown"]> };

/** The pictures of a first turn, and what each of them is. */
function shownTo(manner: Manner, looked: Looked): Shown {
  const { volume, title, sequences } = looked;
  const at = axialSlice(volume, looked.slice);
  if (manner === "short" || sequences.length < 2)
    return {
      pictures: [pictureOf(volume, at)],
      shown: [{ name: "image", series: title, slice: at + 1 }],
    };
  const slices = sequences.map((one) =>
    one.volume === volume ? at : sliceBeside(one.volume, [volume, at]),
  );
  return {
    pictures: sequences.map((one, index) => pictureOf(one.volume, slices[index] ?? 0)),
    shown: sequences.map((one, index) => ({
      name: one.sequence,
      series: one.title,
      slice: (slices[index] ?? 0) + 1,
    })),
  };
}

export function seeingPlanner(
  seeing: Seeing,
  looked: Looked,
  { request, cards }: { request: string; cards: readonly ExpertCard[] },
): Planner {
  const { volume, facts } = looked;
  const offered = callable(cards);
  const { pictures, shown } = shownTo(seeing.manner, looked);
  const names = shown.length > 1 ? shown.map(({ name }) => name) : [];
  const image = { modality: facts.modality, sequences: names };
  const messages: Message[] = [user(firstTurn(seeing.manner, offered, image, request), pictures)];
  const judging = offered.filter(({ task }) => task === "classification");
  const choices = answersTo(
    seeing.manner,
    asksForState(request, judging) ? judging : offered,
    facts.modality,
  );
  let known = 0;
  return {
    name: `${seeing.id} ${seeing.version}`,
    answers: seeing.answers,
    shown,
    speak: async (heard) => {
      for (const one of heard.slice(known)) messages.push(heardTurn(one, volume, request));
      known = heard.length;
      const words = (await seeing.speak(messages, choices)).trim();
      messages.push({ role: "assistant", content: words });
      // One that only plans says that no expert fits; what could be asked instead is the rules' to say.
      return !seeing.answers && words.includes("No installed expert")
        ? `${words} ${offersFor(facts, cards)}`
        : words;
    },
  };
}

/** What came back, as a turn of the user's: VILA-M3 was trained on an expert's words and overlay so. */
function heardTurn(heard: Heard, volume: Volume, request: string): Message {
  if (heard.kind === "problem")
    return user([`Sorry, that call could not be run: ${heard.text}`], []);
  const { result } = heard;
  if (result.kind === "classification") {
    const lines = result.findings.map(({ label, above }) => `${label}: ${above ? "yes" : "no"}`);
    return user(
      resultTurn(`The resulting predictions are: ${lines.join("; ")}.`, false, request),
      [],
    );
  }
  const mask = { ...result.mask, affine: volume.affine };
  const slice = fullestSlice(mask);
  const overlay = overlayOf(greyOf(volume, slice), mask, slice, result.labels);
  return user(resultTurn(coloursOn(mask, slice, result.labels), true, request), [overlay]);
}

const user = (pieces: readonly Piece[], pictures: readonly Picture[]): Message => ({
  role: "user",
  content: pieces.map((piece): Part => {
    if (typeof piece === "string") return { text: piece };
    return { image: pictures[piece.image] as Picture };
  }),
});
