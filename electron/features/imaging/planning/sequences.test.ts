import { expect, test } from "vitest";
import type { Volume } from "../../../api/volume.ts";
import { expertCard } from "../../models/fixtures/expert-card.ts";
import { takenFor, volumeFor, type SequenceVolume } from "./sequences.ts";

const series = (name: string) => ({
  id: name,
  name,
  files: [name],
  modality: "MR",
  shape: [4, 4, 4] as [number, number, number],
});
const names = ["p_t1.nii", "p_t1ce.nii", "p_t2.nii", "p_flair.nii"];
const study = names.map(series);
const [t1] = study as [(typeof study)[0]];

const volume = (value: number, shift = 0): Volume => ({
  shape: [2, 2, 2],
  channels: 1,
  spacing: [1, 1, 1],
  affine: [1, 0, 0, shift, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  data: new Float32Array(8).fill(value),
  modality: "MR",
  units: "",
});
const brats = expertCard({
  modality: "MR",
  inputs: [
    {
      name: "image",
      modality: ["MR"],
      channels: 4,
      dtype: "float32",
      sequences: ["T1c", "T1", "T2", "FLAIR"],
    },
  ],
});

test("the four sequences are found by name, in VILA-M3's order, and only when each is there once", () => {
  expect(takenFor(study, t1, undefined).map(([name, { id }]) => [name, id])).toEqual([
    ["T1c", "p_t1ce.nii"],
    ["T1", "p_t1.nii"],
    ["T2", "p_t2.nii"],
    ["FLAIR", "p_flair.nii"],
  ]);
  expect(takenFor([...study, series("q_t2.nii")], t1, undefined)).toEqual([]);
  expect(takenFor([...study, series("ct")], series("ct"), undefined)).toEqual([]);
});

test("what a reader says goes before the names; one series for two sequences, or without the one in view, is refused", () => {
  const said = { T1: "p_t2.nii", T2: "p_t1.nii" };
  expect(takenFor(study, t1, said).map(([name, { id }]) => `${name}=${id}`)).toEqual([
    "T1=p_t2.nii",
    "T2=p_t1.nii",
  ]);
  expect(takenFor(study, t1, {})).toEqual([]);
  expect(() => takenFor(study, t1, { T1: t1.id, T2: t1.id })).toThrow(/two sequences/);
  expect(() => takenFor(study, t1, { T1c: "p_t1ce.nii" })).toThrow(/stands for none/);
  expect(() => takenFor(study, t1, { T1: "gone" })).toThrow(/no series/);
});

test("an expert of several sequences is given each in its own channel, and nothing that lies on another grid", () => {
  const four: SequenceVolume[] = [
    { sequence: "T1", title: "a", volume: volume(1) },
    { sequence: "FLAIR", title: "d", volume: volume(4) },
    { sequence: "T1c", title: "b", volume: volume(2) },
    { sequence: "T2", title: "c", volume: volume(3) },
  ];
  const open = four[0]?.volume as Volume;
  const found = volumeFor(brats, open, four);
  if ("problem" in found) throw new Error(found.problem);
  expect(found.volume.channels).toBe(4);
  expect([0, 8, 16, 24].map((at) => found.volume.data[at])).toEqual([2, 1, 3, 4]);
  expect(volumeFor(brats, open, four.slice(1))).toMatchObject({
    problem: expect.stringContaining("no series of this study was taken for T1"),
  });
  const moved = four.map((one) => (one.sequence === "T2" ? { ...one, volume: volume(3, 5) } : one));
  expect(volumeFor(brats, open, moved)).toMatchObject({
    problem: expect.stringContaining('"c" (T2) does not lie on the grid'),
  });
  expect(volumeFor(expertCard(), open, four)).toEqual({ volume: open });
});
