/** Several experts asked together, in the real model process; tiny networks with random weights. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AppError } from "../../../api/errors.ts";
import type { Asking } from "../../../api/schemas/effort.ts";
import type { Volume } from "../../../api/volume.ts";
import { createExperts } from "../experts.ts";
import { forkWorker } from "../fork-worker.ts";
import type { Classification, ExpertResult, RunOptions } from "../models.ts";
import { openPacks } from "../packs.ts";
import { createWorkerClient } from "../worker-client.ts";
import { askPacks } from "./ask-packs.ts";
import { auroc, calibrate } from "./calibrate.ts";
import { panelKey, peersOf } from "./panel.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const worker = createWorkerClient(forkWorker);
const packs = openPacks(fixtures, join(fixtures, "no-user-packs"));
const kept = new Map<string, Asking>();
const spared: [string, number][] = [];
const experts = createExperts(packs, worker, () => ({ devices: ["cpu"], threads: 1 }), {
  askingOf: (id) => kept.get(id),
  spared: ({ manifest }, calls) => void spared.push([manifest.id, calls]),
});
const { signal } = new AbortController();
afterAll(() => worker.stop());

const film: Volume = {
  shape: [260, 300, 1],
  channels: 1,
  spacing: [1, 1, 1],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  data: Uint8Array.from({ length: 78_000 }, (_, at) => (at * 7919) % 256),
  modality: "CXR",
  units: "",
};
async function judged(
  id: string,
  options: Omit<RunOptions, "signal">,
): Promise<ExpertResult & Classification> {
  const result = await experts.runImage(id, film, { signal, ...options });
  if (result.kind !== "classification") throw new Error("not a classification");
  return result;
}

test("an ensemble asked by fewer members still answers every label, and what was saved is not told", async () => {
  spared.length = 0;
  const all = await judged("xrv-ensemble-tiny", {});
  const fast = await judged("xrv-ensemble-tiny", { effort: "fast" });
  expect(all.asked).toMatchObject({ experts: ["first", "second", "residual"], of: 3 });
  expect(fast.asked).toMatchObject({ experts: ["first", "residual"], of: 3, calibratedOn: null });
  expect(fast.findings.map(({ label }) => label)).toEqual(all.findings.map(({ label }) => label));
  expect(spared.filter(([, calls]) => calls > 0)).toEqual([["xrv-ensemble-tiny", 1]]);
  const only = await judged("xrv-ensemble-tiny", { members: ["second"] });
  expect(only.asked?.experts).toEqual(["second"]);
});

test("two packs of one kind are asked together: labels both know have two votes, and fast asks the first alone", async () => {
  const cards = await experts.list();
  const lead = cards.find(({ id }) => id === "xrv-tiny");
  const peers = peersOf(lead ?? cards[0]!, cards, "cxr-adult").filter(
    ({ id }) => id === "xrv-resnet-tiny",
  );
  expect(peers).toEqual([{ id: "xrv-resnet-tiny", mass: 0.02 }]);
  const alone = await judged("xrv-tiny", {});
  spared.length = 0;
  const fast = await judged("xrv-tiny", { peers, effort: "fast", kind: "cxr-adult" });
  expect(fast.findings.map(({ score }) => score)).toEqual(alone.findings.map(({ score }) => score));
  expect(fast.asked).toMatchObject({ experts: ["xrv-tiny 1.0.0"], of: 2 });
  expect(spared).toEqual([["xrv-resnet-tiny", 1]]);
  const both = await judged("xrv-tiny", { peers, effort: "thorough" });
  expect(both.asked?.experts).toEqual(["xrv-tiny 1.0.0", "xrv-resnet-tiny 1.0.0"]);
  const shared = both.findings.find(({ label }) => label === "Effusion");
  expect(shared?.votes).toMatchObject({ asked: 2, of: 2 });
  const [one, other] = shared?.votes?.by.map(({ score }) => score) ?? [];
  expect(shared?.score).toBeCloseTo(((one ?? 0) + 0.02 * (other ?? 0)) / 1.02, 6);
  kept.set(panelKey(["xrv-tiny", "xrv-resnet-tiny"]), {
    "cxr-adult": {
      mass: { "xrv-tiny": 0.5, "xrv-resnet-tiny": 0.5 },
      reach: { fast: 0, balanced: 0.8, thorough: 1 },
      measured: {
        ...{ on: "a ward", n: 9, date: "2026-11-25", one: { name: "xrv-tiny", auroc: 0.5 } },
        ...{ fast: at(1), balanced: at(2), thorough: at(2), all: at(2) },
      },
    },
  });
  const kind = await judged("xrv-tiny", { peers, effort: "balanced", kind: "cxr-adult" });
  expect(kind.asked).toMatchObject({ calibratedOn: "a ward" });
  expect(kind.asked?.experts).toHaveLength(2);
});
const at = (calls: number) => ({ auroc: 0.5, calls });

test("a pack that refuses the image is left out without a word, or the whole answer fails with it", async () => {
  const why = "The pack's file is missing.";
  const told = await askPacks(
    "xrv-tiny",
    film,
    { signal, peers: [{ id: "xrv-resnet-tiny", mass: 0.5 }] },
    {
      experts: {
        ...experts,
        runImage: async (id, ...rest) => {
          if (id === "xrv-tiny") return experts.runImage(id, ...rest);
          throw new AppError("packInvalid", why);
        },
      },
      spared: async () => {},
    },
  );
  if (told.kind !== "classification") throw new Error("not a classification");
  expect(told.asked?.experts).toEqual(["xrv-tiny 1.0.0"]);
  expect(told.asked?.refused).toEqual([{ name: "xrv-resnet-tiny", why }]);
});

test("calibration asks the strongest expert last, or more of them than validation needs", () => {
  const random = [0.12, 0.87, 0.33, 0.41, 0.66, 0.09, 0.74, 0.58, 0.21, 0.95];
  const images = random.map((noise, index) => {
    const is = index % 2 === 0;
    const sure = is ? 0.9 - noise / 10 : 0.1 + noise / 10;
    return {
      truth: new Map([["mass", is]]),
      scores: [
        new Map([["mass", noise]]),
        new Map([["mass", sure]]),
        new Map([["mass", 1 - noise]]),
      ],
    };
  });
  const chosen = calibrate({
    ...{ names: ["noise", "good", "more noise"], images, on: "made up", date: "2026-11-25" },
    labels: [{ name: "mass", voters: [0, 1, 2] }],
  });
  expect(chosen?.measured.one).toEqual({ name: "good", auroc: 1 });
  expect(chosen?.mass["good"]).toBeGreaterThan(chosen?.mass["noise"] ?? 1);
  expect(chosen?.measured.balanced).toEqual({ auroc: 1, calls: 1 });
  expect(auroc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
  expect(
    calibrate({
      ...{ names: ["a", "b"], images: images.filter(({ truth }) => truth.get("mass")) },
      ...{ labels: [{ name: "mass", voters: [0, 1] }], on: "one class", date: "2026-11-25" },
    }),
    "one class only",
  ).toBeUndefined();
});
