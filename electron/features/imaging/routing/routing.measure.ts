/**
 * `node electron/features/imaging/routing/routing.measure.ts [shared folder]`: routes held-out films, CT and MR and
 * pictures that are none, as the product does, and prints the acceptance of routing. Groups are held out by the
 * hash that the training script uses. FOREIGN names a folder of pictures that are not medical (docs/figures.md says
 * which).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import { createExperts } from "../../models/experts.ts";
import { forkWorker } from "../../models/fork-worker.ts";
import type { Finding } from "../../models/models.ts";
import { openPacks } from "../../models/packs.ts";
import { assign } from "../../models/routing/assign.ts";
import { categoryIds, type Category } from "../../models/routing/categories.ts";
import { createWorkerClient } from "../../models/worker-client.ts";
import { bundledPacksFolder } from "../../../places.ts";
import type { Volume } from "../../../api/volume.ts";
import { loadSeries } from "../load.ts";
import { createRouter, looker } from "./router.ts";
import { likenessOf } from "../suitability.ts";
import { ofChannels, route, type HeaderFacts, type Routed } from "./route.ts";

const shared = process.argv[2] ?? process.env["EVIDESK_SHARED"] ?? "../shared";
const imaging = join(shared, "data", "imaging");
const foreign = process.env["FOREIGN"];
if (!existsSync(imaging)) {
  process.stdout.write(`Nothing measured: ${imaging} is not there.\n`);
  process.exit(0);
}
const worker = createWorkerClient(forkWorker);
const packs = openPacks(bundledPacksFolder, join(bundledPacksFolder, "no-user-packs"));
const experts = createExperts(packs, worker, () => ({
  devices: ["cpu"],
  threads: availableParallelism() > 2 ? 2 : 1,
}));
const manifests = await packs.list();
const table = assign(
  manifests.flatMap((one) =>
    "pack" in one && one.pack.manifest.expertCall ? [{ ...one.pack.manifest, bytes: 30e6 }] : [],
  ),
  1e9,
);
const router = createRouter({ experts, assigned: async () => table });
const signal = new AbortController().signal;

/** As `part_of` of the training scripts: the group's hash as a share. */
function isHeldOut(group: string): boolean {
  const hash = createHash("sha256").update(`view check:${group}`).digest("hex").slice(0, 8);
  return Number.parseInt(hash, 16) / 0xffffffff < 0.25;
}
const rows = (path: string): Record<string, string>[] =>
  parse(readFileSync(join(imaging, path)), { columns: true }) as Record<string, string>[];

type Case = {
  path: string;
  truth: Category | "outside";
  source: string;
  /** What a DICOM header of this image would say, from the data set's own table. */
  header?: { modality: string; facts: HeaderFacts };
};
function* cases(): Generator<Case> {
  for (const { file = "", patient = "" } of rows("cxr_kermany_224/labels.csv"))
    if (isHeldOut(`kermany ${patient}`))
      yield {
        path: join(imaging, "cxr_kermany_224", file),
        truth: "cxr-child",
        source: "children (Kermany)",
        header: { modality: "CXR", facts: { ageYears: 3 } },
      };
  for (const { file = "", patient = "", age = "", view = "" } of rows("cxr_nih_1000/labels.csv"))
    if (Number(age) >= 18 && isHeldOut(`nih ${patient}`))
      yield {
        path: join(imaging, "cxr_nih_1000", file),
        truth: "cxr-adult",
        source: "adults (NIH)",
        header: { modality: "CXR", facts: { ageYears: Number(age), view, bodyPart: "CHEST" } },
      };
  for (const { file = "", nc = "", view = "", age = "" } of rows("cxr_ieee8023/labels.csv"))
    if (nc === "yes")
      yield {
        path: join(imaging, "cxr_ieee8023", file),
        truth: "cxr-adult",
        source: "adults of a collection never trained on (ieee8023)",
        header: {
          modality: "CXR",
          facts: { view: view.split(" ")[0], ...(age ? { ageYears: Number(age) } : {}) },
        },
      };
  for (const [at, { image = "", patient = "" }] of rows("mri_lgg/pairs.csv").entries())
    if (at % 2 === 0 && isHeldOut(`lgg ${patient}`))
      yield {
        path: join(imaging, "mri_lgg", image),
        truth: "mr-flair",
        source: "MR, three sequences in a picture (TCGA-LGG)",
        header: { modality: "MR", facts: { description: "AX FLAIR" } },
      };
  const said = JSON.parse(readFileSync(join(imaging, "vqa_rad/qa.json"), "utf8")) as {
    image_name: string;
    image_organ: string;
  }[];
  const organs = new Map(said.map((one) => [one.image_name, one.image_organ]));
  for (const [name, organ] of organs)
    if (organ === "ABD" && isHeldOut(`vqa ${name}`))
      yield {
        path: join(imaging, "vqa_rad/images", name),
        truth: "ct",
        source: "CT pictures (VQA-RAD)",
        header: { modality: "CT", facts: {} },
      };
  for (const name of ["example_ct.nii.gz", "example_ct_sm.nii.gz", "example_ct_dicom"])
    yield { path: join(imaging, "ct_totalsegmentator", name), truth: "ct", source: "CT volumes" };
  const files = rows("dicom/index.csv").filter(
    ({ modality = "", status }) => ["CT"].includes(modality) && status === "ok",
  );
  for (const { file = "" } of files)
    yield { path: join(imaging, "dicom", file), truth: "ct", source: "CT (DICOM test files)" };
  if (foreign)
    for (const name of readdirSync(foreign).toSorted())
      yield { path: join(foreign, name), truth: "outside", source: "not medical" };
}

type Seen = Case & {
  byPixels: Routed;
  /** Of the pack that looks: each category, and "outside". */
  shares: readonly Finding[];
  byHeader: Routed;
  medical: number;
  isVolume: boolean;
  isDicom: boolean;
};
const seen: Seen[] = [];
let unreadable = 0;
for (const one of cases()) {
  let volume: Volume;
  let header: HeaderFacts | undefined;
  let isDicom = false;
  try {
    const series = await loadSeries(one.path, () => {});
    ({ volume, header } = series);
    isDicom = series.format === "DICOM";
  } catch {
    unreadable += 1;
    continue;
  }
  const bare = { ...volume, modality: "unknown" };
  // As the router does it, with the shares kept for the ranking.
  const looked: Finding[][] = [];
  const watching = createRouter({
    experts: {
      list: experts.list,
      runImage: async (id, image, options) => {
        const result = await experts.runImage(id, image, options);
        if (id === looker && result.kind === "classification") looked.push(result.findings);
        return result;
      },
    },
    assigned: async () => table,
  });
  const byPixels = (await watching.look({ volume: bare }, signal)).routed;
  const shares = looked.length === 3 ? ofChannels(looked) : (looked[0] ?? []);
  const medical = Math.max(
    ...categoryIds.map((id) => shares.find(({ label }) => label === id)?.score ?? 0),
  );
  const named = one.header
    ? route(
        { ...one.header.facts, modality: one.header.modality, likeness: likenessOf(volume).kind },
        shares,
      )
    : (await router.look({ volume, header }, signal)).routed;
  seen.push({
    ...one,
    shares,
    byPixels,
    byHeader: named,
    medical,
    isVolume: volume.shape[2] > 1,
    isDicom,
  });
}
worker.stop();

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const inside = seen.filter(({ truth }) => truth !== "outside");
const outside = seen.filter(({ truth }) => truth === "outside");
/** What is asked about counts as a miss of its kind: nobody has answered yet. */
const told = (routed: Routed): string => (routed.kind === "known" ? routed.category : routed.kind);
function macroF1(inside: readonly Seen[], of: (one: Seen) => string): number {
  const kinds = [...new Set(inside.map(({ truth }) => truth))];
  const scores = kinds.map((kind) => {
    const hit = inside.filter((one) => of(one) === kind && one.truth === kind).length;
    const said = inside.filter((one) => of(one) === kind).length;
    const there = inside.filter(({ truth }) => truth === kind).length;
    return hit === 0 ? 0 : (2 * hit) / (said + there);
  });
  return scores.reduce((sum, one) => sum + one, 0) / scores.length;
}
function auroc(high: readonly number[], low: readonly number[]): number {
  let wins = 0;
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (high.length * low.length);
}
const share = (some: readonly Seen[], is: (one: Seen) => boolean): number =>
  some.filter(is).length / (some.length || 1);
const asksAt = (routed: Routed): boolean => routed.kind === "unsure";
const verdict = (text: string, met: boolean): void => say(`${met ? "met" : "MISSED"} | ${text}`);

say(`${seen.length} images, ${unreadable} could not be opened\n`);
say(
  "source | n | right with header | asked | right by pixels only | asked | wrong by pixels, not asked",
);
for (const source of new Set(seen.map((one) => one.source))) {
  const some = seen.filter((one) => one.source === source);
  const right = (routed: Routed, truth: string): boolean =>
    truth === "outside" ? routed.kind !== "known" : told(routed) === truth;
  const cell = (value: number): string => value.toFixed(3);
  say(
    `${source} | ${some.length} | ${cell(share(some, (one) => right(one.byHeader, one.truth)))} | ${cell(share(some, (one) => asksAt(one.byHeader)))} | ${cell(share(some, (one) => right(one.byPixels, one.truth)))} | ${cell(share(some, (one) => asksAt(one.byPixels)))} | ${cell(share(some, (one) => one.byPixels.kind === "known" && one.byPixels.category !== one.truth))}`,
  );
}
say("");
// A DICOM file always says its modality; without a header come pictures, NIfTI and their like.
const bare = inside.filter(({ isDicom }) => !isDicom);
const withHeaders = macroF1(inside, ({ byHeader }) => told(byHeader));
const pixelsOnly = macroF1(bare, ({ byPixels }) => told(byPixels));
const stripped = macroF1(inside, ({ byPixels }) => told(byPixels));
verdict(`macro F1 with headers ${withHeaders.toFixed(3)}, goal 0.95`, withHeaders >= 0.95);
verdict(
  `macro F1 from pixels only ${pixelsOnly.toFixed(3)} (n ${bare.length}; with the DICOM test files bared of their headers too ${stripped.toFixed(3)}), goal 0.90`,
  pixelsOnly >= 0.9,
);
const asked = share(inside, ({ byHeader }) => asksAt(byHeader));
const askedPixels = share(bare, ({ byPixels }) => asksAt(byPixels));
verdict(
  `asked about: ${(100 * asked).toFixed(1)} % with headers, ${(100 * askedPixels).toFixed(1)} % from pixels only, goal 5 %`,
  asked <= 0.05 && askedPixels <= 0.05,
);
if (outside.length > 0) {
  const ranked = auroc(
    inside.filter(({ isVolume }) => !isVolume).map(({ medical }) => medical),
    outside.map(({ medical }) => medical),
  );
  verdict(
    `AUROC of medical against not medical ${ranked.toFixed(3)} (n ${outside.length}), goal 0.95`,
    ranked >= 0.95,
  );
  const answered = share(outside, ({ byPixels }) => byPixels.kind === "known");
  say(
    `not medical and yet given to an expert: ${(100 * answered).toFixed(1)} % of ${outside.length}`,
  );

  // One in ten requests is foreign: an expert's answer to it is worth nothing, a question is right.
  const worth = (some: readonly Seen[], of: (one: Seen) => boolean): number => share(some, of);
  const mixed = (rule: boolean): number => {
    const known = worth(inside, ({ byPixels, truth }) => told(byPixels) === truth);
    const best = worth(inside, ({ byPixels, truth }) =>
      byPixels.kind === "unsure" ? byPixels.choices[0] === truth : told(byPixels) === truth,
    );
    return rule ? 0.9 * known + 0.1 * (1 - answered) : 0.9 * best;
  };
  const gain = mixed(true) - mixed(false);
  verdict(
    `with a tenth foreign: ${mixed(true).toFixed(3)} with the rule, ${mixed(false).toFixed(3)} with the nearest expert, gain goal 0.02`,
    gain >= 0.02,
  );
}

// End-task score: the card's figure of the expert that the image is given to, nothing where it is given to another's.
const answers = [...table.byQuestion].flatMap(([key, { pack, score, measured }]) => {
  const [category = ""] = key.split("/");
  return measured ? [{ category, pack, score }] : [];
});
const kinds = [...new Set(answers.map(({ category }) => category))].filter((kind) =>
  inside.some(({ truth }) => truth === kind),
);
const oracleOf = (kind: string): number =>
  Math.max(...answers.filter(({ category }) => category === kind).map(({ score }) => score));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / (values.length || 1);
const oracle = mean(kinds.map(oracleOf));
const twoStep = mean(
  kinds.map(
    (kind) =>
      oracleOf(kind) *
      share(
        inside.filter(({ truth }) => truth === kind),
        ({ byHeader }) => told(byHeader) === kind,
      ),
  ),
);
const single = Math.max(
  ...[...new Set(answers.map(({ pack }) => pack))].map((pack) =>
    mean(
      kinds.map((kind) =>
        Math.max(
          0,
          ...answers
            .filter((one) => one.category === kind && one.pack === pack)
            .map(({ score }) => score),
        ),
      ),
    ),
  ),
);
verdict(
  `end-task score by category ${twoStep.toFixed(3)}: ${((100 * twoStep) / oracle).toFixed(1)} % of the oracle's ${oracle.toFixed(3)} (goal 95 %); best single pack ${single.toFixed(3)} (goal +0.05)`,
  twoStep >= 0.95 * oracle && twoStep >= single + 0.05,
);
/**
 * One step: the image goes straight to the pack that its pixels speak most for, without a category, without a question.
 * The mix is shifted against the one that the looking pack was taught on: every category alike, a tenth foreign. An
 * answer to a foreign picture is worth nothing, leaving it or asking about it as much as a right answer.
 */
const packsOf = (kind: string): string[] => [
  ...new Set(answers.filter(({ category }) => category === kind).map(({ pack }) => pack)),
];
const worthOf = (pack: string | undefined, kind: string): number =>
  Math.max(
    0,
    ...answers
      .filter((one) => one.category === kind && one.pack === pack)
      .map(({ score }) => score),
  );
const bestPackOf = (kind: string): string | undefined =>
  packsOf(kind).toSorted((a, b) => worthOf(b, kind) - worthOf(a, kind))[0];
function straightTo(shares: readonly Finding[]): string | undefined {
  const forPack = new Map<string, number>();
  for (const { label, score } of shares) {
    const pack = bestPackOf(label);
    if (pack) forPack.set(pack, (forPack.get(pack) ?? 0) + score);
  }
  return [...forPack].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}
const alike = (of: (one: Seen, kind: string) => number): number =>
  mean(
    kinds.map((kind) =>
      mean(bare.filter(({ truth }) => truth === kind).map((one) => of(one, kind))),
    ),
  );
const categoryFirst = alike(({ byPixels }, kind) =>
  byPixels.kind === "known" ? worthOf(bestPackOf(byPixels.category), kind) : 0,
);
const oneStep = alike(({ shares }, kind) => worthOf(straightTo(shares), kind));
const leftAlone = share(outside, ({ byPixels }) => byPixels.kind !== "known");
const shifted = (inside: number, foreign: number): number =>
  outside.length > 0 ? 0.9 * inside + 0.1 * foreign : inside;
const [two, one] = [shifted(categoryFirst, leftAlone), shifted(oneStep, 0)];
verdict(
  `from pixels, categories alike${outside.length > 0 ? " and a tenth foreign" : ""}: category first ${two.toFixed(3)}, straight to a pack ${one.toFixed(3)} (without the foreign ${categoryFirst.toFixed(3)} and ${oneStep.toFixed(3)}), gain goal 0.02`,
  two >= one + 0.02,
);

/** Bytes of a pack's networks on the disk; packs of rules have none. */
const bytesOf = (id: string | undefined): number =>
  manifests
    .flatMap((one) => ("pack" in one && one.pack.manifest.id === id ? one.pack.manifest.files : []))
    .filter(({ path }) => path.endsWith(".onnx"))
    .reduce((sum, { bytes }) => sum + bytes, 0);
const callables = [...new Set(answers.map(({ pack }) => pack))];
const largest = callables.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0] as string;
const active = mean(kinds.map((kind) => bytesOf(looker) + bytesOf(bestPackOf(kind))));
const largestAlone = mean(kinds.map((kind) => worthOf(largest, kind)));
verdict(
  `active bytes a request, looking and answering: ${(active / 1e6).toFixed(1)} MB, ${((100 * active) / bytesOf(largest)).toFixed(0)} % of the largest expert's ${(bytesOf(largest) / 1e6).toFixed(1)} MB (${largest}), at ${twoStep.toFixed(3)} against its ${largestAlone.toFixed(3)}, goal 43 %`,
  active <= 0.43 * bytesOf(largest) && twoStep >= largestAlone,
);
say(`categories with a measured expert and images here: ${kinds.join(", ")}; ${basename(imaging)}`);
