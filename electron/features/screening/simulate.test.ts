import { existsSync, readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import type { CommandContext } from "../../command.ts";
import { commands } from "./commands.ts";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipes } from "./learner.ts";
import { measureOrder } from "./metrics.ts";
import { sharedSets } from "./shared-sets.ts";
import { simulate } from "./simulate.ts";

test("file order leads until both classes are known, and every other record comes once", () => {
  const texts = ["yoga one", "yoga two", "beta one", "yoga three"];
  const labels = [false, true, false, true];
  const run = simulate({
    learner: createLearner(texts, recipes.elasU4),
    labels,
    priors: [],
    clock: () => 0,
  });
  expect(run.order.slice(0, 2).map(({ row }) => row)).toEqual([0, 1]);
  expect(run.order.map(({ row }) => row).toSorted()).toEqual([0, 1, 2, 3]);
});

test("a labelled set is read plain and gzipped; without an id column row numbers are ids", async () => {
  const at = mkdtempSync(join(tmpdir(), "evidesk-set-"));
  const csv = '﻿title,abstract,label_included\n"A, b","Line\nbreak",1\nC,,0\nD,,\n';
  writeFileSync(join(at, "a.csv"), csv);
  writeFileSync(join(at, "a.csv.gz"), gzipSync(csv));
  const plain = await readLabelledSet(join(at, "a.csv"));
  expect(plain).toEqual(await readLabelledSet(join(at, "a.csv.gz")));
  expect(plain.map(({ id, title, relevant }) => [id, title, relevant])).toEqual([
    ["0", "A, b", true],
    ["1", "C", false],
    ["2", "D", null],
  ]);
});

test("where a rule stops, Chao's estimate stands beside ours, from the records known there", async () => {
  const rows = Array.from({ length: 60 }, (_, at) =>
    at % 6 === 0 ? `yoga for back pain in adults ${at},,1` : `salt in soup report ${at},,0`,
  );
  const file = join(mkdtempSync(join(tmpdir(), "evidesk-set-")), "a.csv");
  writeFileSync(file, ["title,abstract,label_included", ...rows].join("\n"));
  const stopAt = async (stop: string) => {
    const values = { "prior-included": ["0"], "prior-excluded": ["1"], stop };
    const asked = { positionals: [file], values, json: true };
    const answer = await commands["simulate"]?.run(asked, {} as CommandContext);
    return (answer as { stop: { at: number; chao: unknown } }).stop;
  };
  // Ten alike are found first, the prior among them: nothing else like them is left.
  expect(await stopAt("consecutive:5")).toMatchObject({
    at: 14,
    chao: { missing: 0, mostMissing: 0, estimatedRecall: 1, lowestRecall: 1 },
  });
  expect(await stopAt("consecutive:1")).toMatchObject({ at: 10, chao: { missing: 0 } });
});

describe.skipIf(!existsSync(sharedSets))(
  "beside ASReview's own run (needs the shared data folder)",
  () => {
    test("the published recipe is reproduced on a whole review", async () => {
      const name = "Cohen_UrinaryIncontinence";
      const records = await readLabelledSet(join(sharedSets, `${name}.csv.gz`));
      const [prior] = JSON.parse(readFileSync(join(sharedSets, "priors.json"), "utf8"))[name] as {
        included: number;
        excluded: number;
      }[];
      const rows = [prior?.included, prior?.excluded].map((id) =>
        records.findIndex((record) => record.id === String(id)),
      );
      const learner = createLearner(
        records.map(({ title, abstract }) => `${title} ${abstract}`),
        recipes.elasU4,
      );
      const run = simulate({
        learner,
        labels: records.map(({ relevant }) => relevant === true),
        priors: rows,
        clock: () => 0,
      });
      const ours = measureOrder(run.order.map(({ relevant }) => relevant));
      const baseline: Record<string, string>[] = parse(
        readFileSync(join(sharedSets, "asreview_baseline.csv")),
        { columns: true },
      );
      const theirs = baseline.find((row) => row["dataset"] === name && row["pair"] === "1");
      expect([ours.k95, ours.k100].map(String)).toEqual([
        theirs?.["screened_to_95"],
        theirs?.["screened_to_100"],
      ]);
      for (const [value, column] of [
        [ours.wss95, "wss95"],
        [ours.loss, "loss"],
        [ours.recall10, "recall_at_10pct"],
        [ours.erf10, "erf10"],
      ] as const)
        expect(value).toBeCloseTo(Number(theirs?.[column]), 3);
    });
  },
);
