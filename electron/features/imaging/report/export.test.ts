import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { readReport } from "../derived/report-tree.ts";
import { readDataSet } from "../dicom.ts";
import { dicomSlice } from "../fixtures/dicom-slice.ts";
import { desk, type File } from "../fixtures/report-desk.ts";
import { openImages } from "../open.ts";

const ct: File[] = [0, 1, 2].map((at) => [
  `ct-${at}.dcm`,
  dicomSlice({ instance: at + 1, position: [0, 0, 5 * at], columns: 16, rows: 12 }),
]);

test("segments drawn by hand go out as MANUAL, opened again voxel by voxel; a correction keeps the model's mask and the segments that were added", async () => {
  const { handlers, frame, open, exported, studies, assets } = desk();
  const { id: studyId, images } = await open(...ct);
  const [series] = images;
  const seriesId = series?.id ?? "";
  const put = async (fill: [value: number, from: number, to: number][]): Promise<string> => {
    const mask = new Uint8Array(16 * 12 * 3);
    for (const one of fill) mask.fill(...one);
    return (await assets.put(mask, { name: "mask.raw", type: "" })).id;
  };
  const segment = (id: number, name: string) => ({
    ...{ id, name, color: "#e69f00", state: "done" as const },
  });
  const own = await put([[3, 200, 230]]);
  const segments = [segment(3, "lesion")];
  const drawn = { studyId, seriesId, segments, seconds: 4 };
  await handlers["imaging.saveSegments"]({ ...drawn, mask: await put([[3, 0, 9]]) }, frame);
  await handlers["imaging.saveSegments"]({ ...drawn, mask: own }, frame);
  const raw = await put([[1, 10, 60]]);
  const lung = {
    id: 1,
    name: "lung",
    color: "#56b4e9",
    snomed: { code: "39607008", meaning: "Lung" },
  };
  const [suggestion] = studies.ledger.suggest([
    {
      kind: "segment",
      subject: `study:${studyId}/series:${seriesId}`,
      value: { mask: raw, labels: [lung] },
      status: "suggested",
      evidence: [],
      checks: [],
      model: "ct-tissue",
      modelVersion: "1.0.0",
      inputSha256: series?.pixels ?? "",
      method: "test",
    },
  ]);
  await handlers["imaging.saveSegments"](
    {
      ...{ studyId, seriesId, seconds: 9 },
      suggestionId: suggestion?.id ?? "",
      mask: await put([
        [1, 10, 50],
        [2, 70, 80],
      ]),
      segments: [segment(1, "lung"), segment(2, "vessel")],
    },
    frame,
  );
  const files = await exported(studyId);
  const names = [...files.keys()];
  const named = (pattern: RegExp): Uint8Array =>
    files.get(names.find((name) => pattern.test(name)) ?? "") ?? new Uint8Array();
  const json = (pattern: RegExp) => JSON.parse(new TextDecoder().decode(named(pattern)));

  const seg = named(/own-segments-Ada-Reader\.dcm$/);
  const item = readDataSet(seg, "seg").elements["x00620002"]?.items?.[0]?.dataSet;
  expect([item?.string("x00620008"), item?.string("x00620009")]).toEqual(["MANUAL", undefined]);
  const [again] = (
    await openImages(
      [["own.dcm", seg]].map(([name, bytes]) => ({
        name: name as string,
        bytes: bytes as Uint8Array,
      })),
    )
  ).series;
  expect(again?.labels).toMatchObject([{ id: 3, name: "lesion" }]);
  const voxels = [...(again?.volume.data ?? [])];
  const drawnBytes = [...(await assets.get(own))];
  // A segmentation opens on the slices that hold it.
  expect(voxels.filter((value) => value !== 0)).toHaveLength(30);
  expect(drawnBytes.slice(192, 384).map((value) => (value === 0 ? 0 : 1))).toEqual(
    voxels.slice(-192).map((value) => (value === 0 ? 0 : 1)),
  );
  expect(json(/own-segments-Ada-Reader\.json$/)).toMatchObject({
    algorithm: { type: "MANUAL" },
    decision: { by: "Ada Reader" },
    labels: [{ name: "lesion", voxels: 30 }],
  });
  expect(named(/own-segments-Ada-Reader-overlay.*\.png$/).length).toBeGreaterThan(0);
  expect(json(/ct-tissue\.json$/)).toMatchObject({
    algorithm: { type: "SEMIAUTOMATIC" },
    labels: [
      { name: "lung", voxels: 40, snomed: lung.snomed },
      { name: "vessel", voxels: 10 },
    ],
  });
  const { volume } =
    (await openImages([{ name: "raw.nii.gz", bytes: named(/ct-tissue-model-raw\.nii\.gz$/) }]))
      .series[0] ?? {};
  expect([...(volume?.data ?? [])], "the model's own mask is as it was").toEqual([
    ...(await assets.get(raw)),
  ]);
  const report = json(/^report\.json$/);
  expect(report.reads.at(-1)).toMatchObject({
    suggestion: null,
    decision: { action: "drawn by hand", by: "Ada Reader" },
  });
  expect(JSON.stringify(readReport(readDataSet(named(/report-sr\.dcm$/), "sr")))).toMatch(/lesion/);
});

test("an export without what names the patient has none of it in any file, and its objects refer to the images that go with it", async () => {
  const { handlers, frame, open, studies, assets } = desk();
  const uids = { study: "1.2.840.99.1", series: "1.2.840.99.7" };
  const named: File[] = [0, 1, 2].map((at) => [
    `Doe-John-${at}.dcm`,
    dicomSlice({
      ...{ instance: at + 1, position: [0, 0, 5 * at], columns: 16, rows: 12 },
      series: uids.series,
      more: {
        "0020000d": ["UI", uids.study],
        "00081030": ["LO", "CT of John Doe"],
        "00080080": ["LO", "St Elsewhere"],
        "00100010": ["PN", "Doe^John"],
        "00100020": ["LO", "12345678"],
        "00100030": ["DA", "19500101"],
        "00280301": ["CS", "YES"],
      },
    }),
  ]);
  const { id: studyId, images } = await open(...named);
  const seriesId = images[0]?.id ?? "";
  studies.addTurns(studyId, seriesId, [
    { role: "user", text: "has John Doe a nodule?", at: new Date().toISOString() },
  ]);
  const mask = await assets.put(new Uint8Array(16 * 12 * 3).fill(1, 200, 230), {
    name: "m",
    type: "",
  });
  const segments = [{ id: 1, name: "lesion", color: "#e69f00", state: "done" as const }];
  await handlers["imaging.saveSegments"](
    { studyId, seriesId, mask: mask.id, segments, seconds: 1 },
    frame,
  );
  const telling = ["Doe", "John", "12345678", "Elsewhere", "19500101", uids.study, uids.series];
  const bundleOf = async (deidentify?: { options: []; images: boolean }) => {
    const answer = await handlers["imaging.export"](
      { studyId, ...(deidentify ? { deidentify } : {}) },
      frame,
    );
    const zip = answer.files.find(({ name }) => name.endsWith(".zip"));
    const files = unzipSync(new Uint8Array(await assets.get(zip?.assetId ?? "")));
    const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
    const all = Object.entries(files).map(([name, bytes]) => `${name}\n${latin(bytes)}`);
    return { ...answer, zip, files, all: all.join("\n") };
  };
  const plain = await bundleOf();
  for (const word of telling.filter((one) => one !== "Elsewhere"))
    expect(plain.all.includes(word), `the test can fail on ${word}`).toBe(true);
  const clean = await bundleOf({ options: [], images: true });
  for (const word of telling) {
    expect(clean.all.includes(word), `${word} is left`).toBe(false);
    expect(clean.zip?.name).not.toContain(word);
  }
  const map = clean.files[Object.keys(clean.files).find((name) => name.includes("uid")) ?? ""];
  expect(map, "the table that leads back is not in the bundle").toBeUndefined();
  const image = clean.files["images/00002.dcm"] ?? new Uint8Array();
  const instance = readDataSet(image, "image").string("x00080018") ?? "none";
  const seg = Object.entries(clean.files).find(([name]) => /own-segments.*\.dcm$/.test(name))?.[1];
  expect(Buffer.from(seg ?? []).includes(instance), "the outline names its image").toBe(true);
  const again = (
    await openImages([
      ...Object.entries(clean.files)
        .filter(([name]) => name.startsWith("images/"))
        .map(([name, bytes]) => ({ name, bytes })),
    ])
  ).series[0];
  expect(again?.volume.shape).toEqual([16, 12, 3]);
  expect(clean.warnings.join(" ")).toMatch(/burned into its pixels/);
  const answer = await handlers["imaging.export"](
    { studyId, deidentify: { options: [], images: false } },
    frame,
  );
  const table = answer.files.find(({ name }) => name.startsWith("uid-map"));
  const text = new TextDecoder().decode(await assets.get(table?.assetId ?? ""));
  expect(text.split("\r\n")).toHaveLength(1 + 1 + 1 + 3);
  expect(text).toContain(uids.series);
});
