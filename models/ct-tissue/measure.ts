/**
 * Prints the figures of the ct-tissue card: its lungs, bones and fat beside the label maps of
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
import { placedIn, stepsBetween } from "../../electron/features/imaging/derived/grid.ts";
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

const boneNames = /^(vertebrae|rib_|sacrum|hip_|femur|humerus|scapula|clavicula|sternum|skull)/;
const lungs = idsOf(/^lung_/);
const bones = idsOf(boneNames);
const withCartilage = idsOf(new RegExp(`${boneNames.source}|^costal_cartilages`));

/** The union of binary masks of one grid, as label 1. */
function union(names: readonly string[]): Volume {
  const [first, ...others] = names.map(volume) as [Volume, ...Volume[]];
  const data = Uint8Array.from(first.data, (value, at) =>
    [value, ...others.map((one) => one.data[at] as number)].some((one) => one > 0) ? 1 : 0,
  );
  return { ...first, data };
}

/** A label map on the voxels of an image, whose axes may run the other way. */
function onto(map: Volume, image: Volume): Volume {
  const steps = stepsBetween(map, image);
  const data = steps && placedIn(map, image, steps);
  if (!data) throw new Error("the labels do not lie on the image");
  return { ...map, shape: image.shape, affine: image.affine, data };
}

const dicom = (await loadSeries(join(folder, "example_ct_dicom"), () => {})).volume;
type Truth = { what: string; label: number; ids: Set<number>; map: Volume };
const multi = (map: Volume): Truth[] => [
  { what: "lungs", label: 1, ids: lungs, map },
  { what: "bone", label: 3, ids: bones, map },
  { what: "bone with costal cartilage", label: 3, ids: withCartilage, map },
];
const marked = new Set([1]);
const small = "example_seg_tissue_types";
const fat = union([`${small}/subcutaneous_fat.nii.gz`, `${small}/torso_fat.nii.gz`]);
const onDicom = onto(volume("example_seg_dicom.nii.gz"), dicom);
const cases: { name: string; image: Volume; truths: Truth[]; confused?: Volume }[] = [
  {
    name: "example_ct, 3 mm, abdomen with lung bases (thresholds chosen on it)",
    image: volume("example_ct.nii.gz"),
    truths: multi(volume("example_seg_fast_force_split.nii.gz")),
  },
  {
    name: "example_ct_sm, 30 slices of it",
    image: volume("example_ct_sm.nii.gz"),
    truths: [
      ...multi(volume("example_seg.nii.gz")),
      { what: "fat (subcutaneous and torso)", label: 4, ids: marked, map: fat },
    ],
  },
  {
    name: "example_ct_dicom, another scan, with contrast (nothing chosen on it)",
    image: dicom,
    truths: multi(onDicom),
    confused: onDicom,
  },
];
for (const { name, image, truths, confused } of cases) {
  const result = await run({ ...image, modality: "CT" });
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  for (const { what, label, ids, map } of truths) {
    const score = dice(result.mask.data, label, map, ids);
    if (score.theirs > 0)
      console.log(
        `${name}: ${what} Dice ${score.dice.toFixed(4)} (ours ${score.ours}, reference ${score.theirs} voxels)`,
      );
  }
  if (confused) tellConfused(result.mask.data, confused);
}

/** What the reference calls the voxels that the rules call bone and it does not, and what of its bone is missed. */
function tellConfused(mask: Uint8Array, map: Volume): void {
  const taken = new Map<string, number>();
  let [wrong, missed] = [0, 0];
  mask.forEach((ours, at) => {
    const id = map.data[at] as number;
    if (ours !== 3 && bones.has(id)) missed += 1;
    if (ours !== 3 || bones.has(id)) return;
    wrong += 1;
    const name = total[id] ?? "nothing labelled";
    taken.set(name, (taken.get(name) ?? 0) + 1);
  });
  const worst = [...taken].toSorted(([, a], [, b]) => b - a).slice(0, 8);
  console.log(
    `called bone and is not: ${wrong} voxels, of these ${worst.map(([name, count]) => `${name} ${((100 * count) / wrong).toFixed(0)} %`).join(", ")}; bone missed: ${missed}`,
  );
}
worker.stop();
