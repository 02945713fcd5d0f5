import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Channel } from "../../api/schemas/channels.ts";
import { createExperts } from "../models/experts.ts";
import { forkWorker } from "../models/fork-worker.ts";
import { openPacks } from "../models/packs.ts";
import { createWorkerClient } from "../models/worker-client.ts";
import { openAssets } from "../review/assets.ts";
import { createChannelHandlers } from "./channels-call.ts";
import { channelsByDescription, checkChannels } from "./channels.ts";
import { openImages } from "./open.ts";
import { writeNifti } from "./nifti.ts";
import { loadVolume, storeSeries } from "./series-store.ts";
import { openStudies } from "./studies.ts";

const names = ["T1c", "T1", "T2", "FLAIR"];
const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const one = (id: string, name: string, change: object = {}) => ({
  ...{ id, name, files: [name], modality: "MR", channels: 1, affine },
  shape: [8, 8, 4] as [number, number, number],
  ...change,
});
const four = [
  one("a", "ax_T2_tse"),
  one("b", "T1_post_gd"),
  one("c", "t1_mprage"),
  one("d", "flair"),
];
const checksOf = (channels: Channel[]): string[] => channels.map(({ check }) => check);

test("channels go to the series whose description names them; two that could be one leave it to the reader", () => {
  expect(channelsByDescription(names, four)).toEqual(["b", "c", "a", "d"]);
  expect(channelsByDescription(["pre-contrast", "FLAIR", "post-contrast"], four)).toEqual([
    ...["c", "d", "b"],
  ]);
  expect(channelsByDescription(names, [...four, one("e", "t1 sagittal")])[1]).toBeNull();
  const header = { description: "AX T1 +C" };
  expect(channelsByDescription(["T1c"], [one("x", "series 7", { header })])).toEqual(["x"]);
});

test("swapped sequences are told, and what cannot be run is a problem, not a doubt", () => {
  const swapped = checkChannels(names, ["c", "b", "a", "d"], four);
  expect(checksOf(swapped.channels)).toEqual(["contradicts", "contradicts", "fits", "fits"]);
  expect(swapped.channels[0]?.said).toBe("T1");
  expect(swapped.problems).toEqual([]);
  const twice = checkChannels(names, ["b", "c", "a", "a"], four);
  expect(twice.problems).toEqual([expect.stringContaining("stands for two channels")]);
  expect(checkChannels(names, ["b", null, "a", "d"], four).problems).toEqual([
    "No series is chosen for T1.",
  ]);
  const moved = [...four.slice(0, 3), one("d", "flair", { affine: affine.with(3, 0.5) })];
  expect(checkChannels(names, ["b", "c", "a", "d"], moved).problems[0]).toMatch(/registered/);
  const unnamed = [...four.slice(1), one("u", "series 12")];
  expect(checksOf(checkChannels(names, ["b", "c", "u", "d"], unnamed).channels)[2]).toBe("unknown");
});

const folder = mkdtempSync(join(tmpdir(), "evidesk-channels-"));
const worker = createWorkerClient(forkWorker);
afterAll(() => worker.stop());

test("a network of four sequences is given them in its own order, whichever order they were opened in; a doubt must be confirmed", async () => {
  const fixtures = join(import.meta.dirname, "../models/fixtures");
  const experts = createExperts(openPacks(fixtures, folder), worker, () => ({
    devices: ["cpu"],
    threads: 1,
  }));
  const assets = openAssets(join(folder, "assets"));
  const studies = openStudies(join(folder, "studies.evidesk"));
  const calls = createChannelHandlers({
    studies: () => studies,
    assets,
    experts,
    reviewer: () => "Ann",
  });
  const shape = [24, 16, 16] as [number, number, number];
  const files = ["case_t2", "case_flair", "case_t1ce", "case_t1"].map((name, order) => ({
    name: `${name}.nii.gz`,
    bytes: writeNifti(
      {
        shape,
        affine,
        data: Uint8Array.from({ length: 24 * 16 * 16 }, (_, at) => ((at * (order + 3)) % 97) + 1),
      },
      true,
    ),
  }));
  const { series } = await openImages(files);
  const stored = [];
  for (const opened of series) stored.push(await storeSeries(opened, assets, () => "a".repeat(64)));
  const studyId = studies.add("Ann", { name: "brain", sample: false }, stored);
  const frame = { signal: new AbortController().signal, emit: () => {} };
  const [expert] = await calls["imaging.channelExperts"]({ studyId }, frame);
  expect(expert).toMatchObject({ packId: "segresnet-tiny", problems: [] });
  expect(checksOf(expert?.channels ?? [])).toEqual(["fits", "fits", "fits", "fits"]);
  const { images } = studies.get(studyId);
  const idOf = (name: string): string =>
    images.find((image) => image.name.includes(name))?.id ?? "";
  const seriesIds = [idOf("t1ce"), idOf("t1."), idOf("t2"), idOf("flair")];
  expect(expert?.channels.map(({ seriesId }) => seriesId)).toEqual(seriesIds);
  const packId = "segresnet-tiny";

  const ran = await calls["imaging.runChannels"](
    { studyId, packId, seriesIds, confirmed: false },
    frame,
  );
  const { mask } = (ran.suggestion?.value ?? {}) as { mask: string };
  const volumes = [];
  for (const id of seriesIds) volumes.push(await loadVolume(studies.image(studyId, id), assets));
  const [first] = volumes;
  if (first === undefined) throw new Error("no series");
  const data = Uint8Array.from(volumes.flatMap((volume) => [...volume.data]));
  const direct = await experts.runImage(packId, { ...first, channels: 4, data }, frame);
  if (direct.kind !== "segmentation") throw new Error("no outline");
  expect([...(await assets.get(mask))]).toEqual([...direct.mask.data]);
  expect(
    direct.mask.data.some((value) => value > 0),
    "the test can fail",
  ).toBe(true);

  const wrong = seriesIds.with(0, seriesIds[1] ?? "").with(1, seriesIds[0] ?? "");
  const swapped = { studyId, packId, seriesIds: wrong };
  await expect(
    calls["imaging.runChannels"]({ ...swapped, confirmed: false }, frame),
  ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("T1 by its") });
  const forced = await calls["imaging.runChannels"]({ ...swapped, confirmed: true }, frame);
  expect(forced.suggestion?.checks).toHaveLength(2);
  expect(studies.get(studyId).suggestions).toHaveLength(2);
  studies.close();
});
