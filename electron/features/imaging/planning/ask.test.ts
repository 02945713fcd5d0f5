import { expect, test } from "vitest";
import type { Turn } from "../../../api/schemas/imaging.ts";
import { expertCard } from "../../models/fixtures/expert-card.ts";
import type { Routing } from "../routing/router.ts";
import { askImage } from "./ask.ts";

const shape: [number, number, number] = [8, 8, 4];
const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
/** Values that do not look like Hounsfield units, in a file that names no modality. */
const volume = {
  ...{ shape, channels: 1, spacing: [1, 1, 1] as [number, number, number], affine },
  ...{ data: new Int16Array(256).map((_, at) => at), modality: "unknown", units: "" },
};
const bone = expertCard({
  ...{ id: "ct-tissue", modality: "CT", task: "segmentation" },
  labels: [{ id: 1, name: "bone" }],
  call: { args: ["bone"] },
});

async function turnsOf(by: "reader" | "pixels"): Promise<Turn[]> {
  const turns: Turn[] = [];
  const routing: Routing = {
    routed: { kind: "known", category: "ct", by, why: "" },
    ...{ question: null, cards: [bone], whyOf: () => "your word" },
  };
  await askImage({
    ...{
      volume,
      sequences: [],
      title: "a scan",
      request: "show bone",
      cards: [bone],
      most: 1,
      routing,
    },
    facts: { modality: "unknown", slices: 4, low: 0 },
    measurable: volume,
    run: async () => ({
      ...{ kind: "segmentation", expert: "ct-tissue", version: "1.0.0", sha256: "" },
      ...{ device: "rules", ms: 1, msRuntime: 1 },
      mask: { shape, data: new Uint8Array(256).fill(1) },
      labels: [{ id: 1, name: "bone", color: "#ffffff", voxels: 256 }],
    }),
    keep: async () => ({}),
    onTurn: (turn) => turns.push(turn),
  } as Parameters<typeof askImage>[0]);
  return turns;
}

test("the rules do not hear what the reader said an image is", async () => {
  expect(await turnsOf("reader")).toMatchObject([
    { role: "assistant" },
    { role: "expert", call: { expert: "ct-tissue" }, why: "your word" },
  ]);
  expect((await turnsOf("pixels")).some(({ role }) => role === "expert")).toBe(false);
});
