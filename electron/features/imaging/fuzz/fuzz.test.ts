import { expect, test } from "vitest";
import { mutated } from "./mutate.ts";
import { openOne } from "./one-file.ts";
import { openImages } from "../open.ts";
import { fuzzFormats, seedsOf } from "./seeds.ts";

test.each(fuzzFormats)(
  "2,000 broken %s files end in an image or a clear refusal, and take no more memory than they may",
  { timeout: 300_000 },
  async (format) => {
    const { seeds, real } = seedsOf(format);
    if (real === 0) process.stdout.write(`${format}: only seeds made here, no shared data\n`);
    const problems: string[] = [];
    let opened = 0;
    for (let number = 0; number < 2000; number += 1) {
      const outcome = await openOne(mutated(seeds, number));
      if (outcome.opened) opened += 1;
      if (outcome.problem) problems.push(`${format} ${number}: ${outcome.problem}`);
    }
    expect(problems).toEqual([]);
    // Damage that breaks every file, or none, would test nothing.
    expect(opened).toBeGreaterThan(50);
    expect(opened).toBeLessThan(1990);
  },
);

/** Of 100,000 broken files these kept the JPEG-LS decoder busy for ever, or for seconds. */
const endless = [14_337, 71_475, 71_787, 86_721, 86_980];
const seedsThen = 78;

test("the broken files that once hung the decoder are refused in time, each with its reason", async () => {
  const { seeds } = seedsOf("dicom");
  // A number means the same file only as long as the seeds are the same.
  if (seeds.length !== seedsThen) {
    process.stdout.write(`dicom: not the ${seedsThen} seeds of then, nothing replayed\n`);
    return;
  }
  for (const number of endless) {
    const { rejected } = await openImages([
      { name: `${number}.dcm`, bytes: mutated(seeds, number) },
    ]);
    expect(rejected[0]?.reason).toMatch(
      new RegExp(`^"${number}\\.dcm": the JPEG-LS [A-Za-z-]+ pixels of frame 1 cannot be decoded`),
    );
  }
}, 300_000);
