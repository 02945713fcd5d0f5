/** `npm run demo`: the whole way with no screen: import, rank, decide, extract, outline, export to `out/`. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "./app.ts";
import { forkWorker } from "./features/models/fork-worker.ts";
import { programFolder } from "./places.ts";
import { makeSampleReview, makeSampleStudies, readSample } from "./samples.ts";

const out = join(programFolder, "out");
const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-demo-"));
const app = createApp({ dataFolder, spawnWorker: forkWorker });
const times: [string, number][] = [];

async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const value = await work();
  times.push([title, performance.now() - started]);
  process.stdout.write(`${title}: ${((performance.now() - started) / 1000).toFixed(2)} s\n`);
  return value;
}

async function save(files: { assetId: string; name: string }[], folder = out): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of files)
    writeFileSync(join(folder, file.name), await app.assets.get(file.assetId));
}

rmSync(out, { recursive: true, force: true });
const reviewId = await step("Import the sample review and attach its papers", () =>
  makeSampleReview(app),
);
/** The screen shows the ranking at hand and goes on; here the newest one is waited for. */
async function settledQueue(limit: number) {
  for (;;) {
    const queue = await app.call("screening.queue", { reviewId, limit });
    if (!queue.pending) return queue;
  }
}
const first = await step("Rank by the criteria", () => settledQueue(5));
for (const record of first.records)
  process.stdout.write(`  ${record.rank}. ${record.title.slice(0, 100)}\n`);
const { records } = await app.call("review.records", { reviewId, limit: 1000 });
const decisions = await step("Apply the scripted decisions", async () => {
  const byDoi = new Map(records.map((record) => [record.doi, record.id]));
  let made = 0;
  for (const { doi, action, reason } of readSample().decisions) {
    const recordId = byDoi.get(doi.toLowerCase());
    if (recordId === undefined) continue;
    await app.call("screening.decide", {
      reviewId,
      recordId,
      action,
      ...(reason === undefined ? {} : { reason }),
    });
    made += 1;
  }
  return made;
});
const next = await step("Re-rank after the decisions", () => settledQueue(3));
process.stdout.write(`  ${decisions} decisions; ranked by ${next.model}; ${next.remaining} left\n`);
const suggested = await step("Suggest values from the papers", () =>
  app.call("extraction.suggest", { reviewId }),
);
process.stdout.write(`  ${suggested.suggested} suggestions from ${suggested.reports} papers\n`);
await step("Accept every verified value", async () => {
  for (const field of await app.call("extraction.fields", { reviewId }))
    await app.call("extraction.acceptVerified", { reviewId, fieldId: field.id });
});
await step("Write tables, references and flow diagram", async () =>
  save(
    (await app.call("export.create", { reviewId, format: "bundle" })).files,
    join(out, "review"),
  ),
);
const studies = await step("Open the sample images", () => makeSampleStudies(app));
await step("Outline the lungs on every film", async () => {
  for (const studyId of studies) {
    const study = await app.call("imaging.get", { studyId });
    for (const image of study.images) {
      const { suggestion, turns } = await app.call("imaging.ask", {
        studyId,
        seriesId: image.id,
        text: "outline the lungs",
      });
      process.stdout.write(`  ${image.name}: ${turns.at(-1)?.text}\n`);
      if (suggestion)
        await app.call("imaging.decide", {
          studyId,
          suggestionId: suggestion.id,
          action: "accept",
        });
    }
    await save(
      (await app.call("imaging.export", { studyId })).files.filter(
        (file) => !file.name.endsWith(".zip"),
      ),
      join(out, "reads", study.name.replaceAll(/[^A-Za-z]+/g, "-")),
    );
  }
});
const { ok, events } = await app.call("audit.verify", { reviewId });
await app.close();
rmSync(dataFolder, { recursive: true, force: true });
process.stdout.write(
  `Audit trail: ${events} events, ${ok ? "whole" : "BROKEN"}\nMade in ${out}:\n`,
);
for (const name of readdirSync(out, { recursive: true }).map(String).toSorted())
  process.stdout.write(`  ${name}\n`);
if (!ok) process.exitCode = 1;
