import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readReport } from "../derived/report-tree.ts";
import { readDataSet } from "../dicom.ts";
import { errorsOf } from "../fixtures/dciodvfy.ts";
import { dicomSlice } from "../fixtures/dicom-slice.ts";
import { desk, film, type File } from "../fixtures/report-desk.ts";
import { makerOf } from "../read-masks.ts";

const segmentations = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../../shared"),
  "data/imaging/dicom/dcmqi/data/segmentations",
);
const absent = !existsSync(segmentations);

const length = (seriesId: string) => ({
  seriesId,
  kind: "length" as const,
  label: "nodule",
  points: [
    [-0.2, -0.2, 0],
    [-2.2, -0.2, 0],
  ] as [number, number, number][],
  slice: 0,
  values: [{ name: "Length", value: 2, unit: "mm" }],
});

test("a draft holds what was accepted, measured and found, each sentence with its sources, and the detector's millimetres are named", async () => {
  const { handlers, frame, open } = desk();
  const { id: studyId, images } = await open(film);
  const seriesId = images[0]?.id ?? "";
  const measured = await handlers["imaging.measure"](
    { studyId, measurement: length(seriesId) },
    frame,
  );
  const alone = await handlers["imaging.draftReport"]({ studyId, templateId: "cxr" }, frame);
  expect(alone.sections[0]?.sentences[0]?.text).toMatch(
    /^Nodule: length 2 mm\. Lengths are those at the detector/,
  );
  const unnamed = await handlers["imaging.measure"](
    { studyId, measurement: { ...length(seriesId), label: "" } },
    frame,
  );
  const both = await handlers["imaging.draftReport"]({ studyId, templateId: "cxr" }, frame);
  const texts = both.sections.flatMap(({ sentences }) => sentences.map(({ text }) => text));
  expect(texts, "not “Length: length 2 mm”").toContainEqual(
    expect.stringMatching(/^Length 2 mm\. Lengths/),
  );
  await handlers["imaging.removeEntry"]({ studyId, entryId: unnamed.id }, frame);
  const finding = await handlers["imaging.addFinding"](
    {
      studyId,
      finding: {
        label: "nodule",
        site: "upper lobe",
        side: "right",
        seriesId,
        measurementIds: [measured.id],
        note: "Well defined",
      },
    },
    frame,
  );
  const { sections } = await handlers["imaging.draftReport"]({ studyId, templateId: "cxr" }, frame);
  expect(sections.map((one) => one.sentences)).toEqual([
    [
      {
        text: "Nodule in the right upper lobe, length 2 mm. Well defined.",
        sources: [
          { kind: "finding", id: finding.id },
          { kind: "measurement", id: measured.id },
        ],
      },
    ],
    [],
    [],
  ]);
  await handlers["imaging.removeEntry"]({ studyId, entryId: measured.id }, frame);
  const saving = handlers["imaging.saveReport"]({ studyId, templateId: "cxr", sections }, frame);
  await expect(saving).rejects.toThrow(/rests on a measurement that was removed/);
});

test("a finding becomes the question of a review without the patient in it, and the review knows its reads", async () => {
  const { handlers, frame, open } = desk();
  const { id: studyId, images } = await open(film);
  const finding = await handlers["imaging.addFinding"](
    {
      studyId,
      finding: {
        label: "Nodule",
        site: "upper lobe",
        side: "right",
        seriesId: images[0]?.id ?? "",
        measurementIds: [],
        note: "Mrs Doe, bed 4",
      },
    },
    frame,
  );
  const findingId = finding.id;
  expect(await handlers["imaging.questionFor"]({ studyId, findingId }, frame)).toEqual({
    title: "Evidence for nodule of the upper lobe on chest radiography",
    question:
      "What is the evidence for nodule of the upper lobe seen on chest radiography: what does it mean, and what follows from it?",
  });
  await handlers["imaging.linkReview"]({ studyId, reviewId: "r1", findingId }, frame);
  expect(await handlers["imaging.readsOf"]({ reviewId: "r1" }, frame)).toMatchObject([
    { studyId, findingId, finding: "Nodule", by: "Ada Reader" },
  ]);
  expect(await handlers["imaging.readsOf"]({ reviewId: "r2" }, frame)).toEqual([]);
  await expect(
    handlers["imaging.linkReview"]({ studyId, reviewId: "r1", findingId: "none" }, frame),
  ).rejects.toThrow(/no finding "none"/);
});

test("a segmentation is automatic as the model left it, semi-automatic after an edit, manual when drawn by hand", () => {
  type Decided = Parameters<typeof makerOf>[0];
  const made = (action: "accept" | "correct", value: object): string =>
    makerOf({
      suggestion: { model: "ct-tissue", modelVersion: "1.0.0", value } as Decided["suggestion"],
      decision: { action, reviewer: "AB" } as Decided["decision"],
    }).type;
  expect([made("accept", {}), made("correct", {})]).toEqual(["AUTOMATIC", "SEMIAUTOMATIC"]);
  const manual = { origin: { made: "MANUAL" } };
  expect([made("accept", manual), made("correct", manual)]).toEqual(["MANUAL", "MANUAL"]);
  expect(made("accept", { origin: { made: "SEMIAUTOMATIC" } })).toBe("SEMIAUTOMATIC");
});

test("millimetres on an image of unknown size, and slices that are not there, are refused", async () => {
  const { handlers, frame, open } = desk();
  const bare: File = ["bare.dcm", dicomSlice({ more: { "00280030": ["DS", ""] } })];
  const { id: studyId, images } = await open(bare);
  const measurement = length(images[0]?.id ?? "");
  await expect(handlers["imaging.measure"]({ studyId, measurement }, frame)).rejects.toThrow(
    /does not say how large a pixel is: 2 mm cannot be known/,
  );
  const far = { ...measurement, slice: 4, values: [{ name: "Length", value: 9, unit: "px" }] };
  await expect(handlers["imaging.measure"]({ studyId, measurement: far }, frame)).rejects.toThrow(
    /no slice 5/,
  );
});

test.skipIf(absent)(
  "nothing undecided gets into a report; files are valid DICOM and open again; only a name verifies (needs the shared data folder)",
  { timeout: 60_000 },
  async () => {
    const { handlers, frame, open, exported } = desk();
    const at = (...parts: string[]): File => [
      parts.at(-1) as string,
      new Uint8Array(readFileSync(join(segmentations, ...parts))),
    ];
    const study = await open(
      ...readdirSync(join(segmentations, "ct-3slice")).map((name) => at("ct-3slice", name)),
      at("liver.dcm"),
    );
    const studyId = study.id;
    const suggestion = study.suggestions[0];
    const suggestionId = suggestion?.id ?? "";
    const series = study.images[0];
    if (series === undefined) throw new Error("no series");
    const draft = async () =>
      (await handlers["imaging.draftReport"]({ studyId, templateId: "ct-chest" }, frame)).sections;
    expect((await draft()).flatMap(({ sentences }) => sentences)).toEqual([]);
    const smuggled = [
      {
        id: "findings",
        title: "Findings",
        sentences: [
          { text: "Liver.", sources: [{ kind: "suggestion" as const, id: suggestionId }] },
        ],
      },
    ];
    await expect(
      handlers["imaging.saveReport"](
        { studyId, templateId: "ct-chest", sections: smuggled },
        frame,
      ),
    ).rejects.toThrow(/suggestion that nobody accepted/);
    await handlers["imaging.decide"]({ studyId, suggestionId, action: "accept" }, frame);
    const centre = [0, 1, 2].map((row) =>
      [256, 256, 1, 1].reduce(
        (sum, value, column) => sum + value * (series.affine[row * 4 + column] as number),
        0,
      ),
    ) as [number, number, number];
    const measured = await handlers["imaging.measure"](
      {
        studyId,
        measurement: {
          seriesId: series.id,
          kind: "length",
          label: "=lesion",
          points: [centre, [centre[0] - 8.10546875, centre[1], centre[2]]],
          slice: 1,
          values: [{ name: "Length", value: 8.105, unit: "mm" }],
        },
      },
      frame,
    );
    const sections = await draft();
    expect(sections.flatMap(({ sentences }) => sentences.map(({ text }) => text))).toEqual([
      expect.stringMatching(
        /^Liver: [\d.]+ ml \(outlined by liver\.dcm manual|^Liver: .*accepted by Ada Reader\)\.$/,
      ),
      "=lesion: length 8.11 mm (slice 2 of 3).",
    ]);
    const saved = await handlers["imaging.saveReport"](
      { studyId, templateId: "ct-chest", sections },
      frame,
    );
    const first = await exported(studyId);
    const sr = first.get("report-sr.dcm") as Uint8Array;
    const read = readReport(readDataSet(sr, "sr"));
    expect([read.completion, read.verification, read.observer]).toEqual([
      "COMPLETE",
      "UNVERIFIED",
      "Ada Reader",
    ]);
    expect(read.groups.map(({ finding }) => finding)).toEqual(["Liver", "=lesion"]);
    expect(read.groups[1]?.measurements).toEqual([{ name: "Length", value: 8.105, unit: "mm" }]);

    // The segmentation is the mask, voxel for voxel, and the report points to it.
    const [segName, segBytes] = [...first].find(
      ([name]) => name.endsWith(".dcm") && name !== "report-sr.dcm",
    ) as File;
    const again = await open(
      ...readdirSync(join(segmentations, "ct-3slice")).map((name) => at("ct-3slice", name)),
      [segName, segBytes],
    );
    const maskOf = (value: unknown): unknown => (value as { mask: string }).mask;
    expect(maskOf(again.suggestions[0]?.value)).toBe(maskOf(suggestion?.value));
    const instance = readDataSet(segBytes, segName).string("x00080018");
    expect(read.groups[0]?.refers).toContain(instance);

    const csv = new TextDecoder().decode(first.get("measurements.csv"));
    expect(csv).toContain(`"2","length","'=lesion","Length","8.105","mm"`);
    const fhir = JSON.parse(
      new TextDecoder().decode(first.get("diagnostic-report.fhir.json")),
    ) as Record<string, unknown>;
    expect(fhir).toMatchObject({
      resourceType: "DiagnosticReport",
      status: "preliminary",
      code: { coding: [{ system: "http://loinc.org", code: "24627-2" }] },
      subject: { identifier: { value: "99000" } },
      result: [{ reference: "#m1-1" }],
      contained: [{ id: "m1-1", valueQuantity: { value: 8.105, code: "mm" } }],
    });

    const verified = await handlers["imaging.verifyReport"](
      { studyId, reportId: saved.id, name: "Reader^Ada" },
      frame,
    );
    expect(verified.verified?.by).toBe("Reader^Ada");
    const second = await exported(studyId);
    const signed = readReport(readDataSet(second.get("report-sr.dcm") as Uint8Array, "sr"));
    expect([signed.verification, signed.observer]).toEqual(["VERIFIED", "Reader^Ada"]);

    // Acceptance taken back: the report cannot be verified again, nor saved with it.
    await handlers["imaging.decide"]({ studyId, suggestionId, action: "withdraw" }, frame);
    await expect(
      handlers["imaging.verifyReport"]({ studyId, reportId: saved.id, name: "Ada" }, frame),
    ).rejects.toThrow(/taken back/);
    await handlers["imaging.removeEntry"]({ studyId, entryId: measured.id }, frame);

    for (const [name, bytes] of [...first, ...second])
      if (name.endsWith(".dcm"))
        expect(errorsOf(bytes, { report: name === "report-sr.dcm" }), name).toEqual([]);
  },
);

test("a reader who corrects a classifier's findings is quoted for what they see, in draft and export", async () => {
  const { handlers: calls, frame, open, exported, studies } = desk();
  const { id: studyId, images } = await open(film);
  const judged = (label: string, above: boolean) => ({
    ...{ label, above, score: above ? 0.9 : 0.1, operatingPoint: 0.5 },
  });
  const [suggestion] = studies.ledger.suggest([
    {
      kind: "classify",
      subject: `study:${studyId}/series:${images[0]?.id ?? ""}`,
      value: { findings: [judged("effusion", true), judged("edema", false)] },
      status: "suggested",
      evidence: [],
      checks: [],
      model: "cxr",
      modelVersion: "1.0.0",
      inputSha256: "0".repeat(64),
      method: "test",
    },
  ]);
  const suggestionId = suggestion?.id ?? "";
  const decide = (findings: { label: string; present: boolean }[]) =>
    calls["imaging.decide"]({ studyId, suggestionId, action: "correct", findings }, frame);
  await expect(decide([{ label: "edema", present: true }])).rejects.toThrow(
    "whether it is there: effusion, edema",
  );
  await decide([
    { label: "effusion", present: false },
    { label: "edema", present: true },
  ]);
  const { sections } = await calls["imaging.draftReport"]({ studyId, templateId: "cxr" }, frame);
  const text = sections.flatMap(({ sentences }) => sentences.map((one) => one.text)).join(" ");
  expect(text).toBe("Edema: present by Ada Reader; below the operating point of cxr 1.0.0.");
  const files = await exported(studyId);
  const sr = [...files].find(([name]) => name.endsWith(".dcm"))?.[1] ?? new Uint8Array();
  const lines = JSON.stringify(readReport(readDataSet(sr, "sr")));
  expect(lines).toMatch(/edema/i);
  expect(lines, "what the reader does not see is not reported as found").not.toMatch(/effusion/i);
  // No file of the export holds a score without its operating point.
  const json = JSON.parse(new TextDecoder().decode(files.get("report.json")));
  for (const finding of json.reads[0].suggestion.findings)
    expect(finding).toMatchObject({ operatingPoint: 0.5, above: expect.any(Boolean) });
});

test("what a reader drew by hand is in the draft as drawn by hand, and a report on an older drawing is not saved", async () => {
  const { handlers, frame, open, assets } = desk();
  const { id: studyId, images } = await open(film);
  const seriesId = images[0]?.id ?? "";
  const draw = async (voxels: number): Promise<void> => {
    const mask = await assets.put(new Uint8Array(200).fill(1, 0, voxels), { name: "m", type: "" });
    const segments = [{ id: 1, name: "nodule", color: "#ff0000", state: "done" as const }];
    const drawn = { studyId, seriesId, mask: mask.id, segments, seconds: 3 };
    await handlers["imaging.saveSegments"](drawn, frame);
  };
  await draw(20);
  const { sections } = await handlers["imaging.draftReport"]({ studyId, templateId: "cxr" }, frame);
  const [sentence] = sections.flatMap(({ sentences }) => sentences);
  expect(sentence?.text).toBe("Nodule: 10 % of the image (drawn by hand by Ada Reader).");
  expect(sentence?.sources).toMatchObject([{ kind: "segments" }]);
  const save = () =>
    handlers["imaging.saveReport"]({ studyId, templateId: "cxr", sections }, frame);
  await save();
  await draw(40);
  await expect(save()).rejects.toThrow(/segments that were drawn again since/);
});

test("a request for a report reads no voxels: it is drafted also where the stored ones are gone", async () => {
  const { handlers, frame, open, assets } = desk();
  const { id: studyId, images } = await open(film);
  await assets.discard(images[0]?.pixels ?? "");
  const seriesId = images[0]?.id ?? "";
  const ask = (text: string) => handlers["imaging.ask"]({ studyId, seriesId, text }, frame);
  expect((await ask("draft a report")).turns.at(-1)?.text).toMatch(/Nothing of this study/);
  await expect(ask("outline the lungs")).rejects.toThrow(/no stored file/);
});
