/**
 * `node electron/features/imaging/look-first.measure.ts [shared folder]`: how many films and other pictures without a
 * header `classify` and `segment` refuse where an expert for films is named. The pack that looks was not trained on
 * them: patients held out by the hash of its training script, and a collection that it never saw. EVERY takes each
 * n-th of the long lists (1).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { bundledPacksFolder } from "../../places.ts";
import { createExperts } from "../models/experts.ts";
import { forkWorker } from "../models/fork-worker.ts";
import { openPacks } from "../models/packs.ts";
import { createWorkerClient } from "../models/worker-client.ts";
import { loadSeries } from "./load.ts";
import { lookFirst } from "./look-first.ts";
import { createRouter } from "./routing/router.ts";
import { toErrorShape } from "../../api/errors.ts";

const shared = process.argv[2] ?? process.env["EVIDESK_SHARED"] ?? "../shared";
const imaging = join(shared, "data", "imaging");
if (!existsSync(imaging)) {
  console.log(`Nothing measured: ${imaging} is not there.`);
  process.exit(0);
}
const every = Number(process.env["EVERY"] ?? 1);
const worker = createWorkerClient(forkWorker);
const packs = openPacks(bundledPacksFolder, join(bundledPacksFolder, "no-user-packs"));
const experts = createExperts(packs, worker, () => ({ devices: ["cpu"], threads: 1 }));
const router = createRouter({
  experts,
  assigned: async () => {
    throw new Error("nothing is assigned here");
  },
});
const films = (await experts.list()).find(({ id }) => id === "cxr-findings");

/** As `part_of` of the training scripts: the group's hash as a share. */
function isHeldOut(group: string): boolean {
  const hash = createHash("sha256").update(`view check:${group}`).digest("hex").slice(0, 8);
  return Number.parseInt(hash, 16) / 0xffffffff < 0.25;
}
const rows = (path: string): Record<string, string>[] =>
  parse(readFileSync(join(imaging, path)), { columns: true }) as Record<string, string>[];
const organs = new Map(
  (
    JSON.parse(readFileSync(join(imaging, "vqa_rad/qa.json"), "utf8")) as {
      image_name: string;
      image_organ: string;
    }[]
  ).map((one) => [one.image_name, one.image_organ]),
);
const tiles = join(imaging, "pathology/tiles");

const sources: [name: string, paths: string[]][] = [
  [
    "films of children, held out (Kermany)",
    rows("cxr_kermany_224/labels.csv")
      .filter(({ patient }) => isHeldOut(`kermany ${patient}`))
      .map(({ file = "" }) => join(imaging, "cxr_kermany_224", file)),
  ],
  [
    "films of adults, held out (NIH)",
    rows("cxr_nih_1000/labels.csv")
      .filter(({ age, patient }) => Number(age) >= 18 && isHeldOut(`nih ${patient}`))
      .map(({ file = "" }) => join(imaging, "cxr_nih_1000", file)),
  ],
  [
    "films of a collection never trained on (ieee8023)",
    rows("cxr_ieee8023/labels.csv")
      .filter(({ nc }) => nc === "yes")
      .map(({ file = "" }) => join(imaging, "cxr_ieee8023", file)),
  ],
  [
    "abdominal CT pictures, held out (VQA-RAD)",
    [...organs]
      .filter(([name, organ]) => organ === "ABD" && isHeldOut(`vqa ${name}`))
      .map(([name]) => join(imaging, "vqa_rad/images", name)),
  ],
  [
    "MR pictures of three sequences, held out (TCGA-LGG)",
    rows("mri_lgg/pairs.csv")
      .filter(({ patient }, at) => at % 8 === 0 && isHeldOut(`lgg ${patient}`))
      .map(({ image = "" }) => join(imaging, "mri_lgg", image)),
  ],
  ["tissue under the microscope", readdirSync(tiles).map((name) => join(tiles, name))],
];
console.log("source | n | refused | with a warning | neither");
for (const [name, paths] of sources) {
  const counts = { n: 0, refused: 0, warned: 0, passed: 0 };
  const taken = paths.length > 120 ? paths.filter((_, at) => at % every === 0) : paths;
  for (const path of taken) {
    const series = await loadSeries(path, () => {}).catch(() => null);
    if (series === null) continue;
    counts.n += 1;
    const context = { router, signal: new AbortController().signal, progress: () => {} };
    try {
      const { warnings } = await lookFirst(context, films, series, undefined);
      counts[warnings.length > 0 ? "warned" : "passed"] += 1;
    } catch (thrown) {
      if (toErrorShape(thrown).code !== "wrongModality") throw thrown;
      counts.refused += 1;
    }
  }
  console.log(`${name} | ${counts.n} | ${counts.refused} | ${counts.warned} | ${counts.passed}`);
}
worker.stop();
