import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, expect, it } from "vitest";
import type { Series } from "../../api/schemas/imaging.ts";
import { openAssets } from "../review/assets.ts";
import { readNifti } from "./nifti.ts";
import { createSegmentHandlers } from "./segment-handlers.ts";
import { seriesSubject, openStudies } from "./studies.ts";

const folder = mkdtempSync(join(tmpdir(), "evidesk-segments-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const frame = { signal: new AbortController().signal, emit: () => {} };

it("saves a correction beside the model's raw mask, own segments without one, and hands both on with where they come from", async () => {
  const studies = openStudies(join(folder, "studies.evidesk"));
  const assets = openAssets(join(folder, "assets"));
  const put = async (bytes: Uint8Array) =>
    (await assets.put(bytes, { name: "x.raw", type: "application/octet-stream" })).id;
  const calls = createSegmentHandlers({ studies: () => studies, assets, reviewer: () => "Ann" });
  const image: Omit<Series, "id"> = {
    name: "ct",
    format: "NIfTI",
    modality: "CT",
    shape: [2, 2, 2],
    channels: 1,
    spacing: [1, 1, 1],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    orientation: "RAS",
    dtype: "uint8",
    pixels: await put(Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2)),
    units: "HU",
    range: { low: 2, high: 9 },
    window: { centre: 5, width: 8 },
    warnings: [],
    files: ["ct.nii"],
    sources: ["a".repeat(64)],
  };
  const studyId = studies.add("Ann", { name: "case", sample: false }, [image]);
  const seriesId = studies.get(studyId).images[0]?.id ?? "";
  const raw = await put(Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0));
  const [suggestion] = studies.ledger.suggest([
    {
      kind: "segment",
      subject: seriesSubject(studyId, seriesId),
      value: { mask: raw, labels: [{ id: 1, name: "lung", color: "#112233" }] },
      status: "suggested",
      evidence: [],
      checks: [],
      model: "m",
      modelVersion: "1",
      inputSha256: image.pixels,
      method: "test",
    },
  ]);
  await expect(calls["imaging.exportTraining"]({ studyId }, frame)).rejects.toThrow(/Nothing here/);
  const lung = { id: 1, name: "lung", color: "#112233", state: "done" as const };
  const save = (mask: string, suggestionId?: string) =>
    calls["imaging.saveSegments"](
      {
        studyId,
        seriesId,
        mask,
        segments: [lung],
        seconds: 12,
        ...(suggestionId ? { suggestionId } : {}),
      },
      frame,
    );
  const corrected = await put(Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0));
  const decision = await save(corrected, suggestion?.id);
  expect(decision).toMatchObject({ action: "correct", value: { voxelsChanged: 2, seconds: 12 } });
  const own = await save(await put(Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1)));
  expect(own).toMatchObject({ action: "annotate", value: { voxelsChanged: 4 } });
  // A label nobody named, or a map of another grid, is refused and nothing is stored.
  await expect(save(await put(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0)))).rejects.toThrow(/segment 7/);
  await expect(save(await put(Uint8Array.of(1)))).rejects.toThrow(/1 voxels; the image has 8/);
  expect(studies.ledger.decisions("segment")).toHaveLength(2);
  expect([...(await assets.get(raw))]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);

  const { assetId, cases } = await calls["imaging.exportTraining"]({ studyId }, frame);
  expect(cases).toBe(2);
  const files = unzipSync(new Uint8Array(await assets.get(assetId)));
  const voxels = (name: string) => [...readNifti(files[name] ?? new Uint8Array(), name).data];
  expect(voxels("case-1/mask.nii.gz")).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
  expect(voxels("case-1/model-raw.nii.gz")).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  expect(voxels("case-1/image.nii.gz")).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
  expect(files["case-2/model-raw.nii.gz"]).toBeUndefined();
  const provenance = JSON.parse(new TextDecoder().decode(files["case-1/provenance.json"]));
  expect(provenance).toMatchObject({
    model: { name: "m", version: "1", rawMaskSha256: raw },
    person: { reader: "Ann", action: "correct", seconds: 12, voxelsChanged: 2 },
    mask: { sha256: corrected, segments: [{ state: "done" }] },
  });
  studies.close();
});
