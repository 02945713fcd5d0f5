/**
 * The first turn that a planner which sees is given: the cards of the installed experts, the image's place,
 * what its header says, the request. Two manners: VILA-M3's sentences, and the short lines that the bundled
 * planner was trained on (models/training/planner/conversations.py writes them the same way).
 */
import type { Manifest } from "../../models/manifest.ts";
import type { ExpertCard } from "../../models/models.ts";
import { callName, withoutCalls } from "./call.ts";

export type Manner = NonNullable<Manifest["planner"]>["manner"];
/** A piece of a turn; "image" marks where the picture of that number stands. */
export type Piece = string | { image: number };

/** What experts and files say is data: nothing in it may look like a call or a tag. */
const plain = (text: string): string => withoutCalls(text).replaceAll(/\s+/g, " ");

/** As VILA-M3 was shown them. */
const vilaName: Partial<Record<string, string>> = { T1c: "T1(contrast enhanced)" };

const argumentsOf = (card: ExpertCard): string[] => card.expertCall?.args ?? [];
const modalitiesOf = (card: ExpertCard): string =>
  card.inputs.flatMap(({ modality }) => modality).join("/");

const line: Record<Manner, (card: ExpertCard) => string> = {
  "vila-m3": (card) => {
    const { overview = "", accuracy = "", task = card.task } = card.expertCall ?? {};
    const valid = argumentsOf(card).map(plain).join(", ") || "none";
    return `<${callName(card)}(args)> Modality: ${modalitiesOf(card)}, Task: ${plain(task)}, Overview: ${plain(overview)}, Accuracy: ${plain(accuracy)}, Valid args are: ${valid}`;
  },
  short: (card) =>
    `<${callName(card)}(${argumentsOf(card).map(plain).join("|")})> ${modalitiesOf(card)} ${card.task}`,
};

/** `sequences` names each picture where several show one patient (T1c, T1, T2, FLAIR); else one picture is shown. */
export function firstTurn(
  manner: Manner,
  cards: readonly ExpertCard[],
  image: { modality: string; sequences: readonly string[] },
  request: string,
): Piece[] {
  const lines = cards.map(line[manner]);
  const asked = withoutCalls(request);
  const known = image.modality !== "unknown";
  if (manner === "short")
    return [
      ["Experts:", ...lines, ""].join("\n"),
      { image: 0 },
      // Trained on small letters only: capitals would be other tokens.
      `\n${known ? `This is a ${image.modality} image.\n` : ""}Request: ${asked.toLowerCase()}`,
    ];
  const shown: Piece[] =
    image.sequences.length > 1
      ? image.sequences.flatMap((name, at): Piece[] => [
          `${vilaName[name] ?? name}: `,
          { image: at },
          at < image.sequences.length - 1 ? ", " : " ",
        ])
      : [{ image: 0 }];
  const said =
    image.sequences.length > 1
      ? "These are different MRI modalities.\n"
      : known
        ? `This is a ${image.modality} image.\n`
        : "";
  return [
    [
      "Here is a list of available expert models:",
      ...lines,
      "Give the model <NAME(args)> when selecting a suitable expert model.",
      "",
    ].join("\n"),
    ...shown,
    `${said}${asked}`,
  ];
}

/**
 * Everything that a planner of the short manner may say to these cards, so that it names no expert that is not
 * there, none that reads another kind of image, and no other kind than the header's; undefined where words are
 * free. As `possible` of models/training/planner/conversations.py writes it, with the blank it starts with.
 */
export function answersTo(
  manner: Manner,
  cards: readonly ExpertCard[],
  modality: string,
): string[] | undefined {
  if (manner !== "short") return undefined;
  const kinds = modality === "unknown" ? ["CXR", "CT", "MR", "other"] : [modality];
  return kinds.flatMap((kind) => {
    const looks =
      kind === "other"
        ? " This does not look like a CXR, CT or MR image."
        : ` This looks like a ${kind} image.`;
    const calls = cards
      .filter((card) => card.inputs.some((input) => input.modality.includes(kind)))
      .flatMap((card) =>
        ["", ...argumentsOf(card).map(plain)].map(
          (argument) => `${looks} Let me ask <${callName(card)}(${argument})>.`,
        ),
      );
    return [`${looks} No expert is needed.`, `${looks} No installed expert does that.`, ...calls];
  });
}

/** The turn that brings an expert's result back: its text, its overlay (picture 0) where it has one, the request again. */
export function resultTurn(text: string, overlay: boolean, request: string): Piece[] {
  const before: Piece[] = overlay ? ["The results are ", { image: 0 }, ". "] : [];
  return [
    ...before,
    `${plain(text)}\nUse this result to respond to this prompt:\n${withoutCalls(request)}`,
  ];
}
