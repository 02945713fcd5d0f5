import { expect, test } from "vitest";
import type { Turn } from "../../../api/schemas/imaging.ts";
import type { ExpertCard, ExpertResult } from "../../models/models.ts";
import { expertCard } from "../../models/fixtures/expert-card.ts";
import { converse, type Heard } from "./converse.ts";

const card = (id: string, args: string[]): ExpertCard =>
  expertCard({ id, call: { name: id.toUpperCase(), args } });
const cards = [card("organs", ["liver"]), card("bones", ["ribs"])];
const result = { kind: "classification", findings: [] } as unknown as ExpertResult;

/** Leads a conversation with a planner that says these words in turn; what ran, what was heard, what was shown. */
async function lead(words: string[], most: number, answers = true, unsuited: string | null = null) {
  const shown: Turn[] = [];
  const ran: string[] = [];
  const told: Heard[][] = [];
  await converse({
    cards,
    most,
    planner: {
      name: "said",
      answers,
      speak: async (heard) => {
        told.push([...heard]);
        return words.shift() ?? "That is all.";
      },
    },
    unsuited: () => unsuited,
    run: async (expert, args) => {
      ran.push(`${expert.id}(${args})`);
      return { result, text: `${expert.id} found it`, turn: {} };
    },
    onTurn: (turn) => shown.push(turn),
  });
  return { ran, told, turns: shown, shown: shown.map(({ role, text }) => `${role}: ${text}`) };
}

test("two experts answer one request where two calls are allowed, and the planner hears both", async () => {
  const { ran, told, shown } = await lead(
    ["First <ORGANS(liver)>.", "Then <BONES()>.", "The liver lies under the ribs."],
    2,
  );
  expect(ran).toEqual(["organs(liver)", "bones()"]);
  expect(told[2]?.map(({ text }) => text)).toEqual(["organs found it", "bones found it"]);
  expect(shown.at(-1)).toBe("assistant: The liver lies under the ribs.");
});

test("a planner cannot call for ever: a call over the bound, or the same one again, is refused and said", async () => {
  const over = await lead(["<ORGANS()>", "<BONES()>", "Only the liver then."], 1);
  expect(over.ran).toEqual(["organs()"]);
  expect(over.shown).toContain(
    "assistant: 1 expert call to a request; this would be one more. Nothing was run.",
  );
  expect(over.shown.at(-1)).toBe("assistant: Only the liver then.");
  const again = await lead(["<ORGANS()>", "<ORGANS()>", "<ORGANS()>"], 9);
  expect(again.ran).toEqual(["organs()"]);
});

test("a call to an expert that is not there is told to the planner, who may mend it, once", async () => {
  const mended = await lead(["<HEARTS(left)>", "<ORGANS(liver)>", "Done."], 1);
  expect(mended.told[1]).toEqual([
    { kind: "problem", text: 'There is no expert "HEARTS". Installed: ORGANS, BONES.' },
  ]);
  expect(mended.ran).toEqual(["organs(liver)"]);
  const stubborn = await lead(["<HEARTS(left)>", "<HEARTS(left)>", "<ORGANS()>"], 1);
  expect(stubborn.ran).toEqual([]);
});

test("an image that is nothing for the expert runs nothing, whatever the planner wants", async () => {
  const { ran, shown } = await lead(["<ORGANS()>", "I see."], 1, true, "This image is no CT.");
  expect(ran).toEqual([]);
  expect(shown[1]).toBe("assistant: This image is no CT. Nothing was run.");
});

test("a planner that only plans is not asked again: the expert's own words end the request", async () => {
  const { told, shown } = await lead(["<ORGANS(liver)>"], 3, false);
  expect(told).toHaveLength(1);
  expect(shown.at(-1)).toBe("expert: organs found it");
});

test("a reader is shown the expert's title, and the call itself is kept as it was written", async () => {
  const { turns } = await lead(["Let me ask <ORGANS(liver)>."], 1, false);
  expect(turns[0]).toMatchObject({
    text: "Let me ask “organs” for liver.",
    written: "Let me ask <ORGANS(liver)>.",
  });
  const { turns: unknown } = await lead(["<HEARTS(left)>", "I cannot."], 1);
  expect(unknown.map(({ text }) => text).join(" ")).not.toMatch(/<[A-Z]/);
  expect(unknown.at(-1)).not.toHaveProperty("written");
});
