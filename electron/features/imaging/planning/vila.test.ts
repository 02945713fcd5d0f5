/** What a vision-language pack in VILA's layout is really given for a read that the page asks for. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { promptsFolder } from "../../../places.ts";
import { createExperts } from "../../models/experts.ts";
import { forkWorker } from "../../models/fork-worker.ts";
import { createGeneration } from "../../models/generation/generation.ts";
import { picturesOf } from "../../models/generation/template.ts";
import { openPacks } from "../../models/packs.ts";
import { createWorkerClient } from "../../models/worker-client.ts";
import { openAssets } from "../../review/assets.ts";
import { createImagingHandlers } from "../handlers.ts";
import { writeNifti } from "../nifti.ts";
import { openStudies } from "../studies.ts";
import { createPlanners } from "./planners.ts";

const folder = mkdtempSync(join(tmpdir(), "evidesk-vila-"));
const fixtures = join(import.meta.dirname, "..", "..", "models", "fixtures");
const worker = createWorkerClient(forkWorker);
const studies = openStudies(join(folder, "studies.evidesk"));
afterAll(() => {
  worker.stop();
  studies.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The fixture as a pack that plans and answers. */
const pack = join(folder, "packs", "vila-tiny");
cpSync(join(fixtures, "vila-tiny"), pack, { recursive: true });
const manifest = JSON.parse(readFileSync(join(pack, "manifest.json"), "utf8"));
writeFileSync(
  join(pack, "manifest.json"),
  JSON.stringify({ ...manifest, planner: { manner: "vila-m3", answers: true } }),
);

const asked: { pictures: number; names: string; promptTokens: number }[] = [];
const watching: Pick<typeof worker, "write" | "countTokens"> = {
  countTokens: worker.countTokens,
  write: async (request, ...rest) => {
    // What random weights write does not matter here: a few tokens of it are enough.
    const question = { ...request.question, maxTokens: 4 };
    const reply = await worker.write({ ...request, question }, ...rest);
    const { messages } = question;
    asked.push({
      pictures: picturesOf(messages).length,
      names: JSON.stringify(messages[0]?.content, (key, value) =>
        key === "image" ? "IMAGE" : value,
      ),
      promptTokens: reply.answer.promptTokens,
    });
    return reply;
  },
};
const packs = openPacks(join(folder, "packs"), join(folder, "own"));
const settingsOf = () => ({ devices: ["cpu"], threads: 1 });
const experts = createExperts(packs, worker as never, settingsOf);
const generation = createGeneration({
  packs,
  promptsFolder,
  fetch: () => Promise.reject(new Error("nothing is sent")),
  secret: async () => undefined,
  worker: watching,
  settingsOf,
});
const assets = openAssets(join(folder, "assets"));
const handlers = createImagingHandlers({
  studies: () => studies,
  assets,
  experts,
  planners: createPlanners({ experts, generation }),
  settings: () => ({
    reviewer: "AB",
    planner: "vila-tiny",
    expertCalls: 1,
    effort: "thorough" as const,
  }),
});
const frame = { signal: new AbortController().signal, emit: () => {} };

const scan = (value: number) =>
  writeNifti(
    {
      shape: [12, 12, 6],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
      data: Float32Array.from({ length: 12 * 12 * 6 }, (_, at) => value + at),
    },
    false,
  );

async function brainStudy(names: string[]) {
  const files = [];
  for (const [at, name] of names.entries())
    files.push({ name, assetId: (await assets.put(scan(at * 10), { name, type: "" })).id });
  const { study } = await handlers["imaging.open"]({ name: "", files }, frame);
  if (study === null) throw new Error("nothing was opened");
  return study;
}

test("the page's request about a brain study gives the model one picture of a brain study, or the wrong ones", async () => {
  const study = await brainStudy(["x_t1.nii", "x_t1ce.nii", "x_t2.nii", "x_flair.nii"]);
  const seriesId = study.images.find(({ name }) => name === "x_flair.nii")?.id ?? "";
  const request = { studyId: study.id, seriesId, text: "describe this slice", slice: 4 };
  const { turns } = await handlers["imaging.ask"](request, frame);
  await handlers["imaging.ask"]({ ...request, sequences: {} }, frame);
  const [together, alone] = asked;
  expect([together?.pictures, alone?.pictures]).toEqual([4, 1]);
  expect(together?.names).toContain(
    '"T1(contrast enhanced): "},{"image":"IMAGE"},{"text":", "},{"text":"T1: "},{"image":"IMAGE"}',
  );
  // Four pictures' tokens stand in the prompt that the decoder read, not their names alone.
  const each = manifest.inference.vision.tokens as number;
  expect((together?.promptTokens ?? 0) - (alone?.promptTokens ?? 0)).toBeGreaterThanOrEqual(
    3 * each,
  );
  expect(turns.find(({ role }) => role === "assistant")?.shown).toEqual([
    { name: "T1c", series: "x_t1ce.nii", slice: 5 },
    { name: "T1", series: "x_t1.nii", slice: 5 },
    { name: "T2", series: "x_t2.nii", slice: 5 },
    { name: "FLAIR", series: "x_flair.nii", slice: 5 },
  ]);
});

test("files whose names say nothing are read together once the reader says which is which", async () => {
  asked.length = 0;
  const study = await brainStudy(["a.nii", "b.nii"]);
  const [a, b] = study.images.map(({ id }) => id) as [string, string];
  const request = { studyId: study.id, seriesId: a, text: "any tumour?" };
  await handlers["imaging.ask"](request, frame);
  await handlers["imaging.ask"]({ ...request, sequences: { T1: b, FLAIR: a } }, frame);
  expect(asked.map(({ pictures }) => pictures)).toEqual([1, 2]);
});
