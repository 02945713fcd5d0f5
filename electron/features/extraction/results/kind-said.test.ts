import { expect, test } from "vitest";
import { paperFromJats } from "../jats.ts";
import { inquiryOf } from "./context.ts";
import { kindSaid } from "./kind-said.ts";

const paper = paperFromJats(`<article><body><sec><title>Results</title>
<p>Zorblitis occurred in 12 (24%) patients given drug A and in 20 (40%) patients given placebo.</p>
<p>The mean flarn in the drug A group was 14.2 ± 3.1 and in the placebo group 17.9 ± 3.3 (t-test, P = 0.02).</p>
<table-wrap><label>Table 1</label><caption><p>Outcomes</p></caption><table>
<thead><tr><th>Outcome</th><th>Drug A, n (%)</th><th>Placebo, n (%)</th></tr></thead>
<tbody><tr><td>Quimbles</td><td>3 (6)</td><td>9 (18)</td></tr></tbody></table></table-wrap>
</sec></body></article>`);
const said = (outcome: string): number =>
  kindSaid(inquiryOf(paper, { outcome, intervention: "drug A", comparator: "placebo" }));

test("an outcome that no list knows is counted or measured as the paper gives it", () => {
  expect(said("zorblitis")).toBeGreaterThan(0.3);
  expect(said("quimbles")).toBeGreaterThan(0.3);
  expect(said("flarn")).toBeLessThan(-0.3);
  expect(said("something else altogether")).toBe(0);
});
