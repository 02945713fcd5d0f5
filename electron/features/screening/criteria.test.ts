import { expect, test } from "vitest";
import { judgeCriterion, prepareRecord, readCriterion } from "./criteria.ts";

/** Every word tells as much: the rules alone are looked at. */
const judged = (criterion: string, title: string, abstract = "") => {
  const { verdict, quote } = judgeCriterion(
    readCriterion(criterion, () => 1),
    prepareRecord({ title, abstract }),
  );
  return [verdict, quote()];
};

test("a thing that a record excludes or denies is a no with that sentence, not a yes", () => {
  for (const sentence of [
    "Patients with stress incontinence were excluded.",
    "We enrolled 120 women without stress incontinence.",
    "Sixteen women did not have genuine stress incontinence on examination.",
    "Exclusion criteria were pregnancy, diabetes, stress incontinence and surgery.",
    "All women had urgency rather than stress incontinence.",
  ])
    expect(judged("Stress incontinence", "Tolterodine for urgency", sentence)).toEqual([
      "no",
      sentence,
    ]);
});

test("a finding of no difference or no effect denies nothing of what was compared", () => {
  for (const sentence of [
    "We found no difference between surgery and training in women with stress incontinence.",
    "Training did not improve symptoms in 40 women with stress incontinence.",
    "Women with stress incontinence were not excluded.",
  ])
    expect(judged("Stress incontinence", "Training", sentence)[0]).toMatch(/yes|partial/);
});

test("words far apart, or one of two words, do not name the thing", () => {
  expect(
    judged("Stress incontinence", "Ocular disease", "We would like to stress the risk.")[0],
  ).toBe("uncertain");
  const scattered =
    "Incontinence after surgery was treated in 30 men. The staff reported more stress at work.";
  expect(judged("Stress incontinence", "Men after surgery", scattered)[0]).toBe("uncertain");
});

test("a score that bears a disease's name is not the disease", () => {
  const sentence =
    "Twenty patients with cartilage defects were followed by the Knee Injury and Osteoarthritis Outcome Score.";
  expect(judged("Patients with knee osteoarthritis", "Cartilage defects", sentence)[0]).toBe(
    "uncertain",
  );
});

test("age words in a population criterion do not stand for its disease", () => {
  const abstract = "A total of 315 women and 63 men with hypertension were randomised.";
  expect(judged("Adults with overactive bladder", "Amlodipine", abstract)[0]).toBe("uncertain");
  expect(
    judged("Adults with overactive bladder", "Tolterodine for overactive bladder", abstract)[0],
  ).toBe("yes");
});

test("an age bound is held against the ages that the record gives", () => {
  const under2 = "Children younger than 2 years";
  expect(judged(under2, "Cortisol", "We studied 66 children aged 6-7 years.")[0]).toBe("no");
  expect(judged(under2, "Cortisol", "Forty infants aged 3 to 9 months were seen.")[0]).toBe("yes");
  expect(judged(under2, "Cortisol", "We studied 66 children for 2 years.")[0]).toBe("partial");
  expect(judged("Adults aged 18 years or older", "A case", "A 6-year-old girl was seen.")[0]).toBe(
    "no",
  );
});

test("what must be absent is a no where it is there, and no more than partial where nothing is said of it", () => {
  const criterion = "Cartilage defects without osteoarthritis";
  expect(judged(criterion, "Cartilage defects in knee osteoarthritis")[0]).toBe("no");
  expect(judged(criterion, "Repair of cartilage defects")[0]).toBe("partial");
  expect(
    judged(criterion, "Repair of cartilage defects", "Knees with osteoarthritis were excluded.")[0],
  ).toBe("yes");
});

test("English is told from the title alone: translated titles and other scripts are another language", () => {
  expect(judged("Not available in English", "[Treatment of migraine].")[0]).toBe("yes");
  expect(judged("English-language reports", "Лечение мигрени")[0]).toBe("no");
  expect(judged("Not available in English", "Treatment of migraine")[0]).toBe("uncertain");
});

test("a drug class is met by a drug whose name ends so", () => {
  expect(judged("A triptan", "Naratriptan tablets in 613 patients")[0]).toBe("yes");
});

test("trials that are wished for are no trial", () => {
  const wish = "Whether this holds in large controlled clinical trials should be seen.";
  expect(judged("Randomised controlled trials", "New drugs", wish)[0]).toBe("partial");
  const done = `${wish} We randomised 40 women.`;
  expect(judged("Randomised controlled trials", "New drugs", done)).toEqual([
    "yes",
    "We randomised 40 women.",
  ]);
});

test("a thing that is there only in a mixture is met in part", () => {
  const sentence = "98 patients with urge or mixed urge-stress incontinence were randomised.";
  expect(judged("Stress incontinence", "Propiverine", sentence)[0]).toBe("partial");
});
