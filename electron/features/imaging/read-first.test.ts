import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterEach, expect, test } from "vitest";
import { AppError } from "../../api/errors.ts";
import type { Experts } from "../models/models.ts";
import { openAssets } from "../review/assets.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { createImagingHandlers } from "./handlers.ts";
import { heldTurns } from "./read-first.ts";
import { createReadingHandlers } from "./report/handlers.ts";
import { createSegmentHandlers } from "./segment-handlers.ts";
import { openStudies, seriesSubject, type Studies } from "./studies.ts";

const opened: Studies[] = [];
afterEach(() => opened.splice(0).forEach((studies) => studies.close()));

const noExperts: Experts = {
  list: async () => [],
  runImage: () => Promise.reject(new AppError("unsupported", "not here")),
  runNetwork: () => Promise.reject(new AppError("unsupported", "not here")),
  folderOf: () => Promise.reject(new AppError("unsupported", "not here")),
};
const told = "The overlay shows a nodule";

/** A study with everything a model can leave behind: a mask, findings, words, another reader's acceptance and report. */
async function readStudy() {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-first-"));
  const assets = openAssets(join(folder, "assets"));
  const studies = openStudies(join(folder, "studies.evidesk"));
  opened.push(studies);
  let who = "AB";
  const settings = () => ({
    reviewer: who,
    planner: "rules",
    expertCalls: 1,
    effort: "thorough" as const,
  });
  const wires = { studies: () => studies, assets, reviewer: () => who };
  const calls = {
    ...createImagingHandlers({
      ...wires,
      experts: noExperts,
      planners: { list: async () => [], open: async () => undefined },
      settings,
    }),
    ...createReadingHandlers(wires),
    ...createSegmentHandlers(wires),
  };
  const frame = { signal: new AbortController().signal, emit: () => {} };
  const bytes = dicomSlice({ columns: 8, rows: 8 });
  const file = {
    assetId: (await assets.put(bytes, { name: "a.dcm", type: "" })).id,
    name: "a.dcm",
  };
  const { study } = await calls["imaging.open"]({ name: "", files: [file] }, frame);
  const [studyId, seriesId] = [study?.id ?? "", study?.images[0]?.id ?? ""];
  const mask = await assets.put(new Uint8Array(64).fill(1, 0, 9), { name: "mask", type: "" });
  const common = {
    subject: seriesSubject(studyId, seriesId),
    status: "suggested" as const,
    evidence: [],
    checks: [],
    model: "expert",
    modelVersion: "1.0.0",
    inputSha256: "0".repeat(64),
    method: "test",
  };
  const labels = [{ id: 1, name: "nodule", color: "#ff0000", voxels: 9, share: 9 / 64 }];
  const stored = studies.ledger.suggest([
    { ...common, kind: "segment", value: { mask: mask.id, labels } },
    {
      ...common,
      kind: "classify",
      value: { findings: [{ label: "effusion", score: 0.7, operatingPoint: 0.5, above: true }] },
    },
  ]);
  const at = new Date().toISOString();
  studies.addTurns(studyId, seriesId, [
    { role: "user", text: "outline the nodule", at },
    { role: "assistant", text: "<EXPERT(nodule)>", at, planner: "rules" },
    { role: "expert", text: told, at, suggestionId: stored[0]?.id ?? "" },
  ]);
  const as = (name: string): void => void (who = name);
  return {
    calls,
    frame,
    studies,
    studyId,
    seriesId,
    suggestionId: stored[0]?.id ?? "",
    mask,
    as,
    assets,
  };
}

test("read first: nothing that a model or another reader's acceptance says reaches the reader before the commit", async () => {
  const { calls, frame, studyId, suggestionId, as } = await readStudy();
  await calls["imaging.decide"]({ studyId, suggestionId, action: "accept" }, frame);
  const finding = {
    label: "effusion",
    site: "",
    side: "none" as const,
    measurementIds: [],
    suggestionId,
    note: "",
  };
  await calls["imaging.addFinding"]({ studyId, finding }, frame);
  const drafted = await calls["imaging.draftReport"]({ studyId, templateId: "ct-chest" }, frame);
  await calls["imaging.saveReport"](
    { studyId, templateId: "ct-chest", sections: drafted.sections },
    frame,
  );
  await calls["imaging.setReadFirst"]({ on: true }, frame);
  as("CD");
  const said = JSON.stringify([
    await calls["imaging.get"]({ studyId }, frame),
    await calls["imaging.reading"]({ studyId }, frame),
    await calls["imaging.studies"]({}, frame),
    await calls["imaging.draftReport"]({ studyId, templateId: "ct-chest" }, frame),
    await calls["imaging.readsOf"]({ reviewId: "any" }, frame),
  ]);
  for (const word of [told, '"nodule"', "effusion", "EXPERT", suggestionId, '"undecided":1'])
    expect(said, `"${word}" got through`).not.toContain(word);
  expect(said, "the reader's own question stays").toContain("outline the nodule");
  const refused = { code: "conflict", message: expect.stringContaining("commit your own") };
  await expect(calls["imaging.export"]({ studyId }, frame)).rejects.toMatchObject(refused);
  await expect(calls["imaging.exportTraining"]({ studyId }, frame)).rejects.toMatchObject(refused);
  await expect(
    calls["imaging.decide"]({ studyId, suggestionId, action: "reject" }, frame),
  ).rejects.toMatchObject(refused);

  const committed = await calls["imaging.commitImpression"](
    { studyId, text: "Clear lungs." },
    frame,
  );
  expect(committed).toMatchObject({ by: "CD", readFirst: true, unseen: true });
  const shown = await calls["imaging.get"]({ studyId }, frame);
  expect(shown.withheld).toBe(false);
  expect(shown.suggestions).toHaveLength(2);
  expect(shown.turns.at(-1)?.text).toBe(told);
});

test("what the reader is asked about the image is no answer of a model and is not held back", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const asked = heldTurns([
    { role: "user", text: "anything there?", at },
    { role: "assistant", text: "What is this image?", at, choices: [{ id: "ct", title: "CT" }] },
    { role: "user", text: "anything there?", at, category: "ct" },
    { role: "assistant", text: "<EXPERT()>", at },
    { role: "expert", text: told, at, why: "it reads CT" },
  ]);
  expect(asked.map(({ text }) => text)).toEqual([
    "anything there?",
    "What is this image?",
    "anything there?",
    expect.stringContaining("held back"),
  ]);
  expect(asked.at(-1)).not.toHaveProperty("why");
});

test("an impression committed after the model's output was seen says so, and both go out together", async () => {
  const { calls, frame, studyId, assets, studies } = await readStudy();
  await calls["imaging.get"]({ studyId }, frame);
  await calls["imaging.setReadFirst"]({ on: true }, frame);
  const late = await calls["imaging.commitImpression"]({ studyId, text: "A nodule." }, frame);
  expect(late.unseen).toBe(false);
  await calls["imaging.setReadFirst"]({ on: false }, frame);
  const actions = [...studies.ledger.auditEvents()].map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(["readFirstOn", "impression", "readFirstOff"]));
  const { files } = await calls["imaging.export"]({ studyId }, frame);
  const zip = unzipSync(await assets.get(files.at(-1)?.assetId ?? ""));
  const report = JSON.parse(new TextDecoder().decode(zip["report.json"]));
  expect(report.impressions).toMatchObject([{ text: "A nodule.", by: "AB", unseen: false }]);
  expect(report.reads[1].suggestion.findings[0].label).toBe("effusion");
});
