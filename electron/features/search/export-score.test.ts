import { afterAll, describe, expect, it } from "vitest";
import { openExports, scoreExports } from "./export-score.ts";

const data = openExports();
afterAll(() => data?.close());

describe.skipIf(data === undefined)(
  "real exports of other tools (skipped where the shared data is absent)",
  () => {
    it("reads each as its expected parse, or says why not", { timeout: 120_000 }, async () => {
      const scores = await scoreExports(data?.folder ?? "", data?.asreview ?? "");
      expect(scores.filter((score) => score.records === 0 && score.rejected.length === 0)).toEqual(
        [],
      );
      const expected = scores.filter((score) => score.expected !== null);
      expect(
        expected.filter((score) => score.records !== score.expected).map((score) => score.file),
      ).toEqual(["JabRef_MIT/RisImporterTest1.ris"]);
      for (const field of ["title", "authors", "year", "journal", "doi", "abstract"]) {
        const compared = expected
          .flatMap((score) => score.compared)
          .filter((entry) => entry.field === field);
        expect([
          field,
          compared.filter((entry) => entry.same).length / compared.length > 0.975,
        ]).toEqual([field, true]);
      }
    });
  },
);
