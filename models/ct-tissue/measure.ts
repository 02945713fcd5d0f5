/**
 * Prints the figures of the ct-tissue card: its lungs and bones beside the label maps of
 * `ct_totalsegmentator` (TotalSegmentator's output, not drawn by people).
 * Run: node models/ct-tissue/measure.ts [shared folder]
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createExperts } from "../../electron/features/models/experts.ts";
import { forkWorker } from "../../electron/features/models/fork-worker.ts";
import { openPacks } from "../../electron/features/models/packs.ts";
import { createWorkerClient } from "../../electron/features/models/worker-client.ts";
import { bundledPacksFolder } from "../../electron/places.ts";
import { readNifti } from "../../electron/features/imaging/nifti.ts";
import { loadSeries } from "../../electron/features/imaging/load.ts";
import type { Volume } from "../../electron/api/volume.ts";

const shared = process.argv[2] ?? process.env["EVIDESK_SHARED"] ?? "../shared";
const folder = join(shared, "data", "imaging", "ct_totalsegmentator");
if (!existsSync(folder)) {
  console.log(`Nothing measured: ${folder} is not there.`);
  process.exit(0);
}
const worker = createWorkerClient(forkWorker);
const experts = createExperts(
  openPacks(bundledPacksFolder, join(bundledPacksFolder, "no-user-packs")),
  worker,
  () => ({ devices: ["cpu"], threads: 1 }),
);
const run = (image: Volume) =>
  experts.runImage("ct-tissue", image, { signal: new AbortController().signal });
const names: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(join(folder, "labels.json"), "utf8"),
);
const total = names["total"] ?? {};
const idsOf = (wanted: RegExp): Set<number> =>
  new Set(
    Object.entries(total)
      .filter(([, name]) => wanted.test(name))
      .map(([id]) => Number(id)),
  );
const volume = (name: string): Volume =>
  readNifti(new Uint8Array(readFileSync(join(folder, name))), name);

function dice(
  mask: Uint8Array,
  label: number,
  truth: Volume,
  ids: Set<number>,
): { dice: number; ours: number; theirs: number } {
  let [both, ours, theirs] = [0, 0, 0];
  for (let at = 0; at < mask.length; at += 1) {
    const [a, b] = [mask[at] === label, ids.has(truth.data[at] as number)];
    if (a) ours += 1;
    if (b) theirs += 1;
    if (a && b) both += 1;
  }
  return { dice: (2 * both) / (ours + theirs), ours, theirs };
}

const lungs = idsOf(/^lung_/);
const bones = idsOf(/^(vertebrae|rib_|sacrum|hip_|femur|humerus|scapula|clavicula|sternum|skull)/);
const dicom = (await loadSeries(join(folder, "example_ct_dicom"), () => {})).volume;
const cases: [string, Volume, Volume][] = [
  [
    "example_ct, 3 mm, abdomen with lung bases",
    volume("example_ct.nii.gz"),
    volume("example_seg_fast_force_split.nii.gz"),
  ],
  ["example_ct_sm, 30 slices of it", volume("example_ct_sm.nii.gz"), volume("example_seg.nii.gz")],
];
for (const [name, image, truth] of cases) {
  const result = await run({ ...image, modality: "CT" });
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  for (const [what, label, ids] of [
    ["lungs", 1, lungs],
    ["bone", 3, bones],
  ] as const) {
    const score = dice(result.mask.data, label, truth, ids);
    if (score.theirs > 0)
      console.log(
        `${name}: ${what} Dice ${score.dice.toFixed(4)} (ours ${score.ours}, reference ${score.theirs} voxels), ${Math.round(result.ms)} ms`,
      );
  }
}
const started = performance.now();
const result = await run(dicom);
console.log(
  `example_ct_dicom ${dicom.shape.join("x")}: ${Math.round(performance.now() - started)} ms`,
  result.kind === "segmentation"
    ? result.labels.map(({ name, voxels }) => `${name} ${voxels}`).join(", ")
    : "",
);
worker.stop();
