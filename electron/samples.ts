/** The bundled samples, laid into the data folder on the first start: a real small review and a few real images. */
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { criterionSchema, picoSchema } from "./api/schemas/review.ts";
import type { App } from "./app.ts";
import { samplesFolder } from "./places.ts";

const sampleSchema = z.object({
  title: z.string(),
  question: z.string(),
  pico: picoSchema,
  criteria: z.array(criterionSchema.pick({ kind: true, element: true, text: true })),
  reports: z.array(z.object({ doi: z.string(), file: z.string() })),
  decisions: z.array(
    z.object({
      doi: z.string(),
      action: z.enum(["include", "exclude"]),
      reason: z.string().optional(),
    }),
  ),
});

export function readSample(): z.infer<typeof sampleSchema> {
  return sampleSchema.parse(
    JSON.parse(readFileSync(join(samplesFolder, "review", "review.json"), "utf8")),
  );
}

async function put(
  app: App,
  path: string,
  name: string,
): Promise<{ assetId: string; name: string }> {
  const type = name.endsWith(".pdf") ? "application/pdf" : "application/octet-stream";
  const info = await app.assets.put(createReadStream(path), { name, type });
  return { assetId: info.id, name };
}

/** Makes the sample review: question, criteria, records and three reports; screening is left to the user. */
export async function makeSampleReview(app: App): Promise<string> {
  const sample = readSample();
  const folder = join(samplesFolder, "review");
  const { id: reviewId } = await app.call("review.create", {
    title: sample.title,
    question: sample.question,
  });
  app.reviews.get(reviewId).ledger.setMeta("sample", "yes");
  const criteria = sample.criteria.map((criterion, index) => ({
    ...criterion,
    id: `${criterion.kind === "inclusion" ? "I" : "E"}${index + 1}`,
    weight: 1,
    muted: false,
  }));
  await app.call("review.update", { reviewId, pico: sample.pico, criteria });
  await app.call("review.import", {
    reviewId,
    files: [await put(app, join(folder, "references.ris"), "references.ris")],
  });
  const files = await Promise.all(
    sample.reports.map((report) => put(app, join(folder, report.file), report.file)),
  );
  await app.call("extraction.attach", { reviewId, files });
  return reviewId;
}

/** Opens the sample images as three studies: films, a CT volume and a DICOM series. */
export async function makeSampleStudies(app: App): Promise<string[]> {
  const studies: [string, string][] = [
    ["CT, DICOM series (sample)", "ct-dicom"],
    ["Chest and abdomen CT, NIfTI volume (sample)", "ct"],
    ["Chest films, children and adults (sample)", "images"],
  ];
  const made: string[] = [];
  for (const [name, sub] of studies) {
    const folder = join(samplesFolder, sub);
    const names = readdirSync(folder).filter((file) => file !== "LICENSE");
    const files = await Promise.all(names.map((file) => put(app, join(folder, file), file)));
    const { study } = await app.call("imaging.open", { name, files });
    if (study) made.push(study.id);
  }
  return made;
}

/** On the first start only; a sample that the user removed does not come back. */
export async function ensureSamples(app: App, dataFolder: string): Promise<void> {
  const mark = join(dataFolder, "samples-made");
  if (existsSync(mark) || !existsSync(samplesFolder)) return;
  await makeSampleReview(app);
  await makeSampleStudies(app);
  writeFileSync(mark, new Date().toISOString());
}
