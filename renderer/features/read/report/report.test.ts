import { expect, it } from "vitest";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import type { Sentence } from "../../../../electron/api/schemas/reading.ts";
import { candidates, goesOut, placeText } from "./accepted.ts";
import { reworded, sourceTexts, withoutBlank, withSentence } from "./sentences.ts";

const label = (name: string, ml: number) => ({ name, voxels: 9, share: 0.1, ml });
const suggestion = (id: string, value: object) => ({
  id,
  kind: "segment",
  subject: "study:s/series:a",
  model: "lungs",
  modelVersion: "1.0.0",
  value,
});
const decision = (suggestionId: string, action: string, value?: object) => ({
  suggestionId,
  action,
  reviewer: "Ada",
  value,
});
const study = (...decisions: object[]): Study =>
  ({
    images: [{ id: "a", name: "Chest", shape: [4, 4, 9], format: "DICOM" }],
    suggestions: [
      suggestion("1", { mask: "m", labels: [label("Left lung", 1900.4), label("Empty", 0)] }),
      suggestion("2", { mask: "m", labels: [label("Nodule", 0.5)] }),
      { ...suggestion("3", {}), value: { findings: [{ label: "Effusion", above: false }] } },
    ],
    decisions,
  }) as unknown as Study;

it("offers as findings only what was accepted or corrected, as the reader left it, each once", () => {
  const decided = study(
    decision("1", "accept"),
    decision("1", "withdraw"),
    decision("2", "correct", { labels: [label("Nodule", 0.74)] }),
    decision("3", "accept"),
  );
  const [only, ...more] = candidates(decided, []);
  expect(more).toEqual([]);
  expect(only?.findings).toMatchObject([
    {
      label: "Nodule",
      suggestionId: "2",
      seriesId: "a",
      note: "0.7 ml, outlined by lungs 1.0.0, corrected by Ada",
    },
  ]);
  expect(candidates(decided, [{ suggestionId: "2" }])).toEqual([]);
  expect(candidates(study(decision("1", "reject")), [])).toEqual([]);
});

it("tells of an export what it holds, and never that an unverified report is verified", () => {
  const empty = goesOut(study(), { report: null, measurements: [] }).join("\n");
  expect(empty).not.toMatch(/outline|report as|measurement/);
  const report = { verified: null } as never;
  const full = goesOut(study(decision("1", "accept")), { report, measurements: [] }).join("\n");
  expect(full).toMatch(/1 outline you accepted or corrected.*1 also as DICOM SEG/);
  expect(full).toMatch(/DICOM SR, UNVERIFIED/);
  expect(full).toMatch(/name the patient/);
  const nameless = goesOut(study(decision("1", "accept")), { report, measurements: [] }, true);
  expect(nameless.join("\n")).not.toMatch(/name the patient|question asked/);
});

it("says where a finding is, counting slices from 1", () => {
  const { images } = study();
  expect(placeText({ side: "left", site: "upper lobe", seriesId: "a", slice: 3 }, images)).toBe(
    "left upper lobe · slice 4 of 9",
  );
});

it("keeps what the rules had written beside the reader's words, until they are the same again", () => {
  const drafted: Sentence = { text: "Nodule.", sources: [{ kind: "finding", id: "f" }] };
  const changed = reworded(reworded(drafted, "Nodul"), "Small nodule.");
  expect(changed).toEqual({ ...drafted, text: "Small nodule.", was: "Nodule." });
  expect(reworded(changed, "Nodule.")).toEqual(drafted);
  expect(reworded({ text: "", sources: [] }, "Mine.")).toEqual({ text: "Mine.", sources: [] });
});

it("says of a source that was taken back that it no longer stands", () => {
  const sentence: Sentence = {
    text: "x",
    sources: [
      { kind: "suggestion", id: "1" },
      { kind: "finding", id: "gone" },
    ],
  };
  const known = { findings: [], measurements: [] };
  expect(sourceTexts(sentence, { study: study(decision("1", "accept")), ...known })).toEqual([
    "Suggested by lungs 1.0.0, accepted by Ada",
    "A finding that was removed",
  ]);
  const back = study(decision("1", "accept"), decision("1", "withdraw"));
  expect(sourceTexts(sentence, { study: back, ...known })[0]).toMatch(/taken back/);
  expect(sourceTexts({ text: "x", sources: [] }, { study: back, ...known })).toEqual([
    "Your own sentence",
  ]);
});

it("exchanges, removes and adds one sentence in one section, and stores no blank ones", () => {
  const own = (text: string): Sentence => ({ text, sources: [] });
  const sections = [
    { id: "a", title: "A", sentences: [own("1"), own("2")] },
    { id: "b", title: "B", sentences: [own("3")] },
  ];
  const texts = (changed: typeof sections) =>
    changed.map(({ sentences }) => sentences.map(({ text }) => text).join());
  expect(texts(withSentence(sections, ["a", 1], own("x")))).toEqual(["1,x", "3"]);
  expect(texts(withSentence(sections, ["a", 0], null))).toEqual(["2", "3"]);
  const added = withSentence(sections, ["b", 1], own(" "));
  expect(texts(added)).toEqual(["1,2", "3, "]);
  expect(texts(withoutBlank(added))).toEqual(["1,2", "3"]);
});
