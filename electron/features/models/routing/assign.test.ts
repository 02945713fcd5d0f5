import { expect, test } from "vitest";
import { assign, chooseSet, questionKey, type Candidate } from "./assign.ts";
import { randomOf } from "../runtime/generated-sessions.ts";

const pack = (
  id: string,
  bytes: number,
  labels: string[],
  figures: Candidate["figures"],
): Candidate => ({
  id,
  title: id,
  task: "classification",
  inputs: [{ name: "image", modality: ["CXR"], channels: 1, dtype: "float32" }],
  labels: labels.map((name, at) => ({ id: at, name })),
  bytes,
  figures,
});
const auroc = (label: string, value: number, n: number, cohort: string) => ({
  metric: `AUROC ${label}`,
  value,
  n,
  cohort,
});

test("each group of patients gets the pack that was measured best on it, and on most of them", () => {
  const small = pack(
    "small",
    10,
    ["pneumonia"],
    [
      auroc("pneumonia", 0.98, 300, "children"),
      auroc("pneumonia", 0.95, 20, "adults, few"),
      auroc("pneumonia", 0.6, 250, "adults of another hospital"),
    ],
  );
  const other = pack("other", 20, ["Pneumonia"], [auroc("pneumonia", 0.8, 400, "adult")]);
  const { byQuestion } = assign([small, other], 100);
  expect(byQuestion.get(questionKey("cxr-child", "pneumonia"))).toMatchObject({
    pack: "small",
    score: 0.98,
  });
  expect(byQuestion.get(questionKey("cxr-adult", "pneumonia"))).toMatchObject({
    pack: "other",
    measured: { n: 400 },
  });
  expect(byQuestion.get(questionKey("ct", "pneumonia"))).toBeUndefined();
});

test("a pack too large for the memory is never chosen; one that was never measured only where nothing else answers", () => {
  const good = pack("good", 500, ["effusion"], [auroc("effusion", 0.99, 900, "adult")]);
  const plain = pack("plain", 10, ["effusion"], [auroc("effusion", 0.7, 90, "adult")]);
  const unknown = pack("unknown", 5, ["effusion", "mass"], []);
  const { byQuestion } = assign([good, plain, unknown], 100);
  expect(byQuestion.get(questionKey("cxr-adult", "effusion"))?.pack).toBe("plain");
  expect(byQuestion.get(questionKey("cxr-adult", "mass"))).toMatchObject({
    pack: "unknown",
    measured: null,
  });
  expect(assign([], 100).byQuestion.size, "nothing installed").toBe(0);
});

test("a pack that is added or taken away changes only the questions where it is better", () => {
  const random = randomOf(4);
  const labels = ["a", "b", "c", "d"];
  const packs = Array.from({ length: 6 }, (_, at) =>
    pack(
      `p${at}`,
      10,
      labels,
      labels.map((label) => auroc(label, random(), 50, "adult")),
    ),
  );
  const before = assign(packs, 1000).byQuestion;
  const after = assign(
    [...packs, pack("new", 10, ["b"], [auroc("b", 1, 50, "adult")])],
    1000,
  ).byQuestion;
  expect(after.get(questionKey("cxr-adult", "b"))?.pack).toBe("new");
  for (const label of ["a", "c", "d"]) {
    const key = questionKey("cxr-adult", label);
    expect(after.get(key)?.pack, key).toBe(before.get(key)?.pack);
  }
});

test("the chosen set is the best of all sets that fit, in 200 random tables", () => {
  const random = randomOf(9);
  for (let round = 0; round < 200; round += 1) {
    const packs = 2 + Math.floor(random() * 8);
    const table = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
      Array.from({ length: packs }, () => (random() < 0.3 ? 0 : Math.round(random() * 20) / 20)),
    );
    const bytes = Array.from({ length: packs }, () => 1 + Math.floor(random() * 20));
    const budget = 5 + Math.floor(random() * 40);
    const value = (set: readonly number[]): number =>
      table.reduce(
        (sum, row) => sum + Math.max(0, ...set.map((column) => row[column] as number)),
        0,
      );
    let best = 0;
    for (let mask = 0; mask < 2 ** packs; mask += 1) {
      const set = bytes.flatMap((_, at) => ((mask >> at) & 1 ? [at] : []));
      if (set.reduce((sum, at) => sum + (bytes[at] as number), 0) <= budget)
        best = Math.max(best, value(set));
    }
    const chosen = [...chooseSet(table, bytes, budget)];
    expect(chosen.reduce((sum, at) => sum + (bytes[at] as number), 0)).toBeLessThanOrEqual(budget);
    expect(value(chosen)).toBeCloseTo(best, 9);
  }
});
