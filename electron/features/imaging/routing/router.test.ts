import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Volume } from "../../../api/volume.ts";
import { bundledPacksFolder, programFolder } from "../../../places.ts";
import { createExperts } from "../../models/experts.ts";
import { forkWorker } from "../../models/fork-worker.ts";
import { openPacks } from "../../models/packs.ts";
import { openAssignments } from "../../models/routing/assignments.ts";
import { randomOf } from "../../models/runtime/generated-sessions.ts";
import { createWorkerClient } from "../../models/worker-client.ts";
import { loadSeries } from "../load.ts";
import { createRouter } from "./router.ts";

const folder = mkdtempSync(join(tmpdir(), "evidesk-router-"));
const packs = openPacks(bundledPacksFolder, folder);
const worker = createWorkerClient(forkWorker);
const router = createRouter({
  experts: createExperts(packs, worker, () => ({ devices: ["cpu"], threads: 1 })),
  assigned: openAssignments({ packs, bytesOf: () => 30e6, budgetBytes: () => 1e9 }),
});
const signal = new AbortController().signal;
afterAll(() => {
  worker.stop();
  rmSync(folder, { recursive: true, force: true });
});
const sample = async (path: string): Promise<Volume> =>
  (await loadSeries(join(programFolder, "samples", path), () => {})).volume;

it("tells the sample's films and scan apart by their pixels, and gives each the experts made for it with the reason", async () => {
  const child = await router.look({ volume: await sample("images/child-normal.jpg") }, signal);
  expect(child.routed).toMatchObject({ kind: "known", category: "cxr-child", by: "pixels" });
  const lungs = child.cards.find(({ id }) => id === "cxr-lungs");
  expect(lungs && child.whyOf(lungs, "lungs")).toMatch(
    /A frontal chest film of a child by its pixels\. The one installed expert that answers this: Dice 0\.9\d on 213 \(child\)\./,
  );
  const adult = await router.look({ volume: await sample("images/adult-pa.jpg") }, signal);
  expect(adult.routed).toMatchObject({ kind: "known", category: "cxr-adult" });
  const scan = await router.look({ volume: await sample("ct/chest-abdomen-ct.nii.gz") }, signal);
  expect(scan.routed).toMatchObject({ kind: "known", category: "ct" });
  expect(scan.cards.map(({ id }) => id)).toEqual(["ct-tissue"]);
});

it("asks about a picture that is no image of a patient, with the two likeliest kinds, and offers no expert", async () => {
  const random = randomOf(3);
  const side = 160;
  // Coloured squares on clouds: no film, no slice.
  const data = Uint8Array.from({ length: 3 * side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side) % side];
    return (
      ((x >> 4) * 37 + (y >> 4) * 71 + Math.floor(at / (side * side)) * 90 + random() * 40) & 255
    );
  });
  const picture: Volume = {
    shape: [side, side, 1],
    channels: 3,
    spacing: [1, 1, 1],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    data,
    modality: "unknown",
    units: "",
  };
  const asked = await router.look({ volume: picture }, signal);
  expect(asked.routed.kind).toBe("unsure");
  expect(asked.question?.choices).toHaveLength(2);
  expect(asked.cards).toEqual([]);
  const told = await router.look({ volume: picture, told: "mr-flair" }, signal);
  expect(
    told.cards.map(({ id }) => id),
    "the reader's word counts",
  ).toEqual(["mr-flair-abnormality"]);
});

it("takes a film upside down or black for white for nothing that its experts were made for", async () => {
  const film = await sample("images/adult-pa.jpg");
  const plane = film.shape[0] * film.shape[1];
  const grey = film.data.slice(0, plane) as Uint8Array;
  const single = { ...film, channels: 1 };
  const inverted = await router.look(
    { volume: { ...single, data: grey.map((value) => 255 - value) } },
    signal,
  );
  const turned = await router.look({ volume: { ...single, data: grey.toReversed() } }, signal);
  expect([inverted.routed.kind, turned.routed.kind]).toEqual(["unsure", "unsure"]);
});

it("says what a series is without its header saying so, or nothing where it does", async () => {
  const ct = await router.byHeader({ modality: "CT", channels: 1 });
  expect(ct?.why).toBe("CT by its header");
  expect(ct?.cards.map(({ id }) => id)).toEqual(["ct-tissue"]);
  expect(await router.byHeader({ modality: "unknown", channels: 1 })).toBeUndefined();
  expect(await router.byHeader({ modality: "MR", channels: 1 }), "which sequence?").toBeUndefined();
  const flair = { description: "AX T2 FLAIR" };
  expect((await router.byHeader({ modality: "MR", channels: 1, header: flair }))?.why).toBe(
    "MR, FLAIR by its header",
  );
});
