/** A planner that sees: a vision-language pack that is shown a slice and speaks in its own words. */
import type { Volume } from "../../../api/volume.ts";
import type { Message, Part, Picture } from "../../models/generation/generator.ts";
import type { ExpertCard } from "../../models/models.ts";
import { callable } from "./call.ts";
import { firstTurn, resultTurn, type Manner, type Piece } from "./cards.ts";
import type { Heard, Planner } from "./converse.ts";
import { coloursOn, fullestSlice, greyOf, overlayOf, pictureOf, sliceCount } from "./picture.ts";
import { offersFor, type ImageFacts } from "./rules.ts";

export type Seeing = {
  id: string;
  version: string;
  manner: Manner;
  /** Whether it answers in its own words once an expert has spoken. */
  answers: boolean;
  speak: (messages: Message[]) => Promise<string>;
};

/** What header and values say of an image. */
export function pictureFacts(volume: Volume): ImageFacts {
  let low = Number.POSITIVE_INFINITY;
  for (let at = 0; at < volume.data.length; at += 1) low = Math.min(low, volume.data[at] as number);
  return { modality: volume.modality, slices: volume.shape[2], low };
}

export function seeingPlanner(
  seeing: Seeing,
  { volume, request, cards }: { volume: Volume; request: string; cards: readonly ExpertCard[] },
): Planner {
  const middle = Math.floor(sliceCount(volume) / 2);
  const picture = pictureOf(volume, middle);
  const shown = callable(cards);
  const messages: Message[] = [
    user(firstTurn(seeing.manner, shown, { modality: volume.modality, sequences: [] }, request), [
      picture,
    ]),
  ];
  let known = 0;
  return {
    name: `${seeing.id} ${seeing.version}`,
    answers: seeing.answers,
    speak: async (heard) => {
      for (const one of heard.slice(known)) messages.push(heardTurn(one, volume, request));
      known = heard.length;
      const words = (await seeing.speak(messages)).trim();
      messages.push({ role: "assistant", content: words });
      // One that only plans says that no expert fits; what could be asked instead is the rules' to say.
      return !seeing.answers && words.includes("No installed expert")
        ? `${words} ${offersFor(pictureFacts(volume), cards)}`
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
