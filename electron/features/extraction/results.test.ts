import { expect, test } from "vitest";
import { paperFromJats } from "./jats.ts";
import { paperFromPlain } from "./plain.ts";
import { findEvidence } from "./results/direction.ts";
import { findResult } from "./results/result.ts";
import { impliedSize } from "./results/sizes-in-tables.ts";

const row = (cells: string[], tag = "td"): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
const withTable = (head: string[], rows: string[][], caption = "Outcomes", prose = ""): string =>
  `<article><body><sec><title>Results</title><p>${prose}</p><table-wrap><label>Table 2</label><caption><p>${caption}</p></caption><table><thead>${row(head, "th")}</thead><tbody>${rows.map((cells) => row(cells)).join("")}</tbody></table></table-wrap></sec></body></article>`;

const question = {
  intervention: "Drug X",
  comparator: "Placebo",
  outcome: "pain score at 12 weeks",
};

test("means and SDs come from the arm's column and the outcome's row, sizes from the head", () => {
  const paper = paperFromJats(
    withTable(
      ["", "Drug X (n = 30)", "Placebo (n = 28)", "p"],
      [
        ["Age, mean (SD)", "50.1 (9.0)", "51.2 (8.8)", "0.6"],
        ["Pain score at 12 weeks, mean (SD)", "3.4 (1.2)", "4.1 (1.3)", "0.03"],
      ],
    ),
  );
  expect(findResult(paper, question)).toMatchObject({
    kind: "continuous",
    status: "verified",
    intervention: { mean: 3.4, sd: 1.2, n: 30 },
    comparator: { mean: 4.1, sd: 1.3, n: 28 },
  });
});

test("arms in rows are read as well as arms in columns", () => {
  const paper = paperFromJats(
    withTable(
      ["Group", "n", "Pain score at 12 weeks (mean ± SD)"],
      [
        ["Drug X", "30", "3.4 ± 1.2"],
        ["Placebo", "28", "4.1 ± 1.3"],
      ],
    ),
  );
  expect(findResult(paper, question)).toMatchObject({
    intervention: { mean: 3.4, sd: 1.2, n: 30 },
    comparator: { mean: 4.1, sd: 1.3, n: 28 },
  });
});

test("counts with percentages are events, and asking for the other way round turns the arms", () => {
  const paper = paperFromJats(
    withTable(
      ["Event", "Drug X (n = 40)", "Placebo (n = 38)"],
      [
        ["Nausea, n (%)", "10 (25.0)", "4 (10.5)"],
        ["Vomiting, n (%)", "2 (5.0)", "1 (2.6)"],
      ],
    ),
  );
  expect(findResult(paper, { ...question, outcome: "nausea" })).toMatchObject({
    kind: "binary",
    status: "verified",
    intervention: { events: 10, n: 40 },
    comparator: { events: 4, n: 38 },
  });
  expect(
    findResult(paper, { intervention: "Placebo", comparator: "Drug X", outcome: "vomiting" }),
  ).toMatchObject({ intervention: { events: 1, n: 38 }, comparator: { events: 2, n: 40 } });
});

test("baseline is not mistaken for the end of the trial", () => {
  const head =
    "<tr><th></th><th colspan='2'>Drug X (n = 30)</th><th colspan='2'>Placebo (n = 28)</th></tr><tr><th></th><th>Baseline</th><th>Week 12</th><th>Baseline</th><th>Week 12</th></tr>";
  const paper = paperFromJats(
    withTable(["a"], []).replace(
      /<thead>.*<\/tbody>/,
      `<thead>${head}</thead><tbody>${row(["Pain score (mean ± SD)", "6.0 ± 1.0", "3.4 ± 1.2", "6.1 ± 1.1", "4.1 ± 1.3"])}</tbody>`,
    ),
  );
  expect(findResult(paper, { ...question, outcome: "pain score" })).toMatchObject({
    intervention: { mean: 3.4 },
    comparator: { mean: 4.1 },
  });
});

test("a list with 'respectively' gives each arm its own value", () => {
  const paper = paperFromPlain(
    "RESULTS:\nNausea occurred in 26/30, 6/30 and 9/30 patients in the placebo, drug X and drug Y groups, respectively.",
  );
  expect(findResult(paper, { ...question, outcome: "nausea" })).toMatchObject({
    intervention: { events: 6, n: 30 },
    comparator: { events: 26, n: 30 },
  });
});

test("an SD worked out from a standard error is shown, but not as verified", () => {
  const paper = paperFromJats(
    withTable(
      ["", "Drug X (n = 25)", "Placebo (n = 25)"],
      [["Pain score at 12 weeks, mean (SE)", "3.4 (0.2)", "4.1 (0.3)"]],
    ),
  );
  expect(findResult(paper, question)).toMatchObject({
    status: "unsupported",
    intervention: { mean: 3.4, sd: 1 },
    comparator: { mean: 4.1, sd: 1.5 },
  });
});

test("a median is no mean, and what is only in a figure is said to be there", () => {
  const median = paperFromJats(
    withTable(
      ["", "Drug X (n = 25)", "Placebo (n = 25)"],
      [["Pain score at 12 weeks, median (IQR)", "3 (2-5)", "4 (3-6)"]],
    ),
  );
  expect(findResult(median, question).intervention).toMatchObject({ mean: null, sd: null, n: 25 });
  const figure = paperFromJats(
    "<article><body><sec><title>Results</title><p>See the figure.</p><fig><label>Figure 1</label><caption><p>Pain score at 12 weeks by group</p></caption></fig></sec></body></article>",
  );
  expect(findResult(figure, question)).toMatchObject({
    status: "figureOnly",
    intervention: { mean: null, n: null },
  });
});

test("the baseline row 'Weight (kg)' is not stool weight", () => {
  const paper = paperFromJats(
    withTable(
      ["", "Drug X (n = 30)", "Placebo (n = 28)"],
      [["Weight (kg), mean (SD)", "71.0 (9.0)", "70.2 (8.8)"]],
      "Baseline characteristics",
    ),
  );
  expect(findResult(paper, { ...question, outcome: "stool weight" }).status).not.toBe("verified");
});

test("values beside the arms' names are theirs, whichever is named first", () => {
  const paper = paperFromPlain(
    "RESULTS:\nNausea occurred in 4/28 (14.3%) in the placebo group and 10/40 (25.0%) in the drug X group.",
  );
  expect(findResult(paper, { ...question, outcome: "nausea" })).toMatchObject({
    status: "verified",
    intervention: { events: 10, n: 40 },
    comparator: { events: 4, n: 28 },
  });
});

test("of several outcomes in one sentence, a part that names none is not verified", () => {
  const paper = paperFromPlain(
    "RESULTS:\nCognitive and motor scores (drug X versus placebo, respectively) were 10/30 versus 12/30; 20/30 versus 22/30.",
  );
  expect(findResult(paper, { ...question, outcome: "motor score" }).status).not.toBe("verified");
});

test("two readings that fit alike are both shown and neither is called verified", () => {
  const paper = paperFromJats(
    withTable(
      ["", "Drug X (n = 30)", "Placebo (n = 28)"],
      [
        ["Pain score at 12 weeks, mean (SD)", "3.4 (1.2)", "4.1 (1.3)"],
        ["Pain score at 12 weeks, mean (SD)", "2.9 (1.0)", "4.5 (1.1)"],
      ],
    ),
  );
  const result = findResult(paper, question);
  expect(result.status).toBe("unsupported");
  expect(result.checks.find((check) => check.name === "one reading")?.message).toContain("2.9");
});

test("the group size with which all counts and percentages agree", () => {
  expect(impliedSize(["52 (43.3 %)", "57 (47.5 %)", "11 (9.2 %)"])).toBe(120);
  expect(impliedSize(["3.4 (1.2)", "text"])).toBeUndefined();
});

test("evidence sentences and direction, also when the comparator leads the sentence", () => {
  const say = (sentence: string) =>
    findEvidence(paperFromPlain(`RESULTS:\n${sentence} The weather was mild.`), {
      intervention: "Drug X",
      comparator: "placebo",
      outcome: "pain",
    });
  expect(
    say("Pain was significantly lower with drug X than with placebo (p = 0.01)."),
  ).toMatchObject({ direction: "decreased" });
  expect(
    say("Pain was significantly lower with placebo than with drug X (p = 0.01)."),
  ).toMatchObject({ direction: "increased" });
  expect(
    say("Pain did not differ significantly between drug X and placebo (p = 0.6)."),
  ).toMatchObject({ direction: "no difference" });
  expect(
    say("Pain was significantly lower with drug X than with placebo.").sentences[0]?.text,
  ).toContain("Pain was");
});

test("a percentage of patients is a count of people although the outcome speaks of improvement; one of a measure stays a measure", () => {
  const told = (sentence: string, outcome: string) =>
    findResult(
      paperFromPlain(
        `Results\n\nForty patients received Drug X (n = 40) and fifty received placebo (n = 50). ${sentence}\n`,
      ),
      { intervention: "Drug X", comparator: "Placebo", outcome },
    );
  expect(
    told(
      "More patients on Drug X than on placebo showed improvement in gait (60% vs 40%).",
      "gait improvement",
    ),
  ).toMatchObject({
    kind: "binary",
    status: "unsupported",
    intervention: { events: 24, n: 40 },
    comparator: { events: 20, n: 50 },
  });
  expect(
    told(
      "Among patients with asthma the FEV1 change was 12% with Drug X and 5% with placebo.",
      "FEV1 change",
    ),
  ).toMatchObject({ kind: "continuous", intervention: { mean: 12 }, comparator: { mean: 5 } });
});

test("a share below one of the households of an arm is a count of them, one of a measure is not", () => {
  const told = (label: string, outcome: string) =>
    findResult(
      paperFromJats(
        withTable(["Mean", "Drug X (n = 200)", "Placebo (n = 100)"], [[label, "0.45", "0.25"]]),
      ),
      { intervention: "Drug X", comparator: "Placebo", outcome },
    );
  expect(told("Households with any latrine", "latrines in households")).toMatchObject({
    kind: "binary",
    intervention: { events: 90, n: 200 },
    comparator: { events: 25, n: 100 },
  });
  expect(told("Bone density with contrast", "bone density")).toMatchObject({
    kind: "continuous",
    intervention: { mean: 0.45 },
  });
});
