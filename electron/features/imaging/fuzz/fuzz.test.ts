import { expect, test } from "vitest";
import { mutated } from "./mutate.ts";
import { openOne } from "./one-file.ts";
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
