/**
 * One request about an image as a conversation, as VILA-M3 leads it: the planner speaks, at most one expert
 * call is read from its words, the expert runs, its result goes back to the planner. Bounded by `most`
 * calls; a call that is not valid is answered to the planner once and shown to the reader. Who plans, who
 * runs and where turns are kept is the caller's.
 */
import type { Turn } from "../../../api/schemas/imaging.ts";
import type { ExpertCard, ExpertResult } from "../../models/models.ts";
import { parseCall, readable } from "./call.ts";
import { differencesOf } from "./differences.ts";

/** What a planner has heard since its own last words: an expert's result, or why its call was not run. */
export type Heard =
  | { kind: "result"; text: string; result: ExpertResult; args: string }
  | { kind: "problem"; text: string };

export type Planner = {
  /** Shown beside its words: "rules", or the pack and its version. */
  name: string;
  /** Whether it answers in its own words from what it heard; if not, the expert's words are the answer. */
  answers: boolean;
  /** The pictures that it is shown with the request; absent for one that sees none. */
  shown?: NonNullable<Turn["shown"]>;
  /** The next words: first on the request, then on what was heard. */
  speak: (heard: readonly Heard[]) => Promise<string>;
};

export type Converse = {
  cards: readonly ExpertCard[];
  planner: Planner;
  /** Expert calls in one request, 1 or more. */
  most: number;
  /** Why this image is nothing for that expert; null where it is. */
  unsuited: (expert: ExpertCard) => string | null;
  run: (
    expert: ExpertCard,
    args: string,
  ) => Promise<{ result: ExpertResult; text: string; turn: Partial<Turn> }>;
  /** Hears each turn as it is made. */
  onTurn: (turn: Turn) => void;
};

/** Leads the conversation to its end. What planner or expert throw is thrown, after the turns until then were told. */
export async function converse({
  cards,
  planner,
  most,
  unsuited,
  run,
  onTurn,
}: Converse): Promise<void> {
  const heard: Heard[] = [];
  const say = (role: Turn["role"], text: string, more: Partial<Turn> = {}): void =>
    onTurn({ role, text, at: new Date().toISOString(), ...more });
  const assistant = (text: string, more: Partial<Turn> = {}): void =>
    say("assistant", text, {
      planner: planner.name,
      ...(planner.shown && !spoke ? { shown: planner.shown } : {}),
      ...more,
    });
  let calls = 0;
  let spoke = false;
  let refused = false;
  const asked = new Set<string>();
  for (;;) {
    spoke = heard.length > 0;
    const words = await planner.speak(heard);
    const call = parseCall(words, cards);
    if (call === null) {
      const differs = differencesOf(words, heard, cards);
      return assistant(words, differs.length > 0 ? { differs } : {});
    }
    const shown = readable(words, cards);
    const put = shown === words ? {} : { written: words };
    const key = "problem" in call ? "" : `${call.expert.id}(${call.args})`;
    const problem =
      "problem" in call
        ? call.problem
        : asked.has(key)
          ? `${key} was asked already.`
          : calls >= most
            ? `${most} expert ${most === 1 ? "call" : "calls"} to a request; this would be one more.`
            : unsuited(call.expert);
    if (problem !== null || "problem" in call) {
      assistant(shown, put);
      assistant(`${problem ?? ""} Nothing was run.`);
      // A planner that can hear is told once; one that repeats itself is not asked for ever.
      if (refused || !planner.answers) return;
      refused = true;
      heard.push({ kind: "problem", text: problem ?? "" });
      continue;
    }
    assistant(shown, put);
    asked.add(key);
    calls += 1;
    const { result, text, turn } = await run(call.expert, call.args);
    say("expert", text, turn);
    if (!planner.answers) return;
    heard.push({ kind: "result", text, result, args: call.args });
  }
}
