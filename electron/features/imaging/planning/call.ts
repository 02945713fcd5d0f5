/**
 * The expert call in a planner's words, written as VILA-M3 writes it: `<NAME(args)>`. The grammar is
 * strict and closed: only an installed expert, only arguments that it knows, exactly one call.
 */
import type { ExpertCard } from "../../models/models.ts";

/** The name an expert is called by: its card's own, or its id in capitals. */
export function callName(card: Pick<ExpertCard, "id" | "expertCall">): string {
  return card.expertCall?.name ?? card.id.toUpperCase().replaceAll("-", "_");
}

const tag = /<([A-Z][A-Z0-9_]*)(?:\(([^()<>]*)\))?>/g;

/** A planner's words as a reader is shown them: an expert's title, and what it is asked for, instead of the call. */
export function readable(text: string, cards: readonly ExpertCard[]): string {
  return text.replaceAll(tag, (_, name: string, args = "") => {
    const title = cards.find((card) => callName(card) === name)?.title ?? name;
    const asked = String(args).trim();
    return `“${title}”${asked === "" || asked === "everything" ? "" : ` for ${asked}`}`;
  });
}

/**
 * Reads the expert call in a planner's text. Exactly one tag, naming an installed expert, with
 * arguments that expert knows; anything else is said, with what would be valid.
 */
export function parseCall(
  text: string,
  cards: readonly ExpertCard[],
): { expert: ExpertCard; args: string } | { problem: string } | null {
  const tags = [...text.matchAll(tag)];
  if (tags.length === 0) return null;
  const valid = cards.map(callName).join(", ") || "none";
  if (tags.length > 1)
    return { problem: `One expert call at a time; ${tags.length} were written.` };
  const [, name, args = ""] = tags[0] as RegExpExecArray;
  const expert = cards.find((card) => callName(card) === name);
  if (expert === undefined)
    return { problem: `There is no expert "${name}". Installed: ${valid}.` };
  const known = expert.expertCall?.args ?? [];
  const wanted = args.trim().toLowerCase();
  if (
    wanted !== "" &&
    wanted !== "everything" &&
    !known.some((arg) => arg.toLowerCase() === wanted)
  ) {
    return {
      problem: `${name} does not know "${args.trim()}". Valid: ${known.join(", ") || "no arguments"}.`,
    };
  }
  return { expert, args: wanted };
}

/** What a person pasted or a paper said, with nothing left in it that could be read as a call. */
export const withoutCalls = (text: string): string => text.replaceAll(/<[^>]*>?/g, " ").trim();

/** Experts that read images and can be called by name. */
export const callable = (cards: readonly ExpertCard[]): ExpertCard[] =>
  cards.filter(
    ({ expertCall, task }) =>
      expertCall !== undefined && (task === "segmentation" || task === "classification"),
  );
