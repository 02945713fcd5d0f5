import { expect, test } from "vitest";
import { quoteChecks } from "./arithmetic.ts";
import { otherLanguage } from "./language.ts";
import { paperFromPlain } from "./plain.ts";
import { suggestFields } from "./suggest.ts";

const failed = (value: string, quote: string, size: number | null = null): string[] =>
  quoteChecks(value, quote, size).flatMap(({ ok, message }) => (ok ? [] : [message]));

test("counts against totals and percentages: a failed check shows both sides", () => {
  expect(failed("12", "Pain fell in 12 of 40 patients (30 %).")).toEqual([]);
  expect(failed("12", "Pain fell in 12 of 40 patients (35 %).")).toEqual([
    "12/40 = 30 % against 35 % printed",
  ]);
  expect(failed("45", "It was seen in 45/40 (12%)")).toEqual(["45 events among 40 people"]);
  // Neither a date nor a ratio of other numbers is a count.
  expect(quoteChecks("5", "On 12/05/2014 (5%) and 120/80 mmHg", null)).toEqual([]);
});

test("spreads against one another, and a mean against its range", () => {
  expect(failed("10", "The mean was 10 (SD 4, SE 0.8, n = 25).")).toEqual([]);
  expect(failed("10", "The mean was 10 (SD 4, SE 2, n = 25).")[0]).toContain(
    "against SE 2 printed",
  );
  expect(failed("10", "mean 10 (SD 4, n = 100, 95% CI 9.2 to 10.8)")).toEqual([]);
  expect(failed("10", "mean 10 (SD 4, n = 100, 95% CI 5 to 15)")[0]).toContain("half-width 5");
  expect(failed("45.2", "Mean age was 45.2 years (range 18 to 40)")).toEqual([
    "mean 45.2, range 18 to 40",
  ]);
  expect(failed("45.2", "Mean age was 45.2 years (range 18–70)")).toEqual([]);
});

test("those with and those without add up to everybody", () => {
  const quote = "There were 30 women and 34 men.";
  expect(failed("30", quote, 64)).toEqual([]);
  expect(failed("30", quote, 70)).toEqual(["30 women + 34 men = 64 against 70 in total"]);
  expect(quoteChecks("30", quote, null)).toEqual([]);
});

test("a result that its paper's conclusion turns round is told with both sentences", () => {
  const paper = (conclusion: string) =>
    paperFromPlain(
      `Yoga versus usual care for back pain: a randomised trial\n\nABSTRACT\n\nMETHODS: Sixty patients were randomly assigned to yoga (n = 30) or usual care (n = 30). The primary outcome was back pain at 12 weeks.\n\nRESULTS: Back pain was significantly lower with yoga than with usual care (2.1 vs 4.5, p < 0.001).\n\nCONCLUSIONS: ${conclusion}\n`,
    );
  const fields = [
    {
      id: "primaryResult",
      name: "Primary outcome result",
      description: "",
      type: "text" as const,
      perArm: false,
    },
  ];
  const against = (conclusion: string) =>
    suggestFields(paper(conclusion), fields)[0]?.checks.find(
      ({ name }) => name === "direction against conclusion",
    );
  expect(
    against("Back pain was significantly reduced with yoga compared with usual care."),
  ).toMatchObject({
    ok: true,
  });
  const turned = against("Back pain did not differ significantly between yoga and usual care.");
  expect(turned).toMatchObject({ ok: false });
  expect(turned?.message).toContain("decreased");
  expect(turned?.message).toContain("no difference");
});

test("a paper in another language is told, an English one is not", () => {
  const german =
    "Die Patienten wurden in zwei Gruppen eingeteilt und mit dem Medikament behandelt, das für die Behandlung der Erkrankung nicht zugelassen ist. ".repeat(
      6,
    );
  const english =
    "The patients were allocated to one of two groups and treated with the drug that was not approved for this condition in the country. ".repeat(
      6,
    );
  expect(otherLanguage(german)).toBe("German");
  expect(otherLanguage(english)).toBeUndefined();
  expect(otherLanguage("对照组患者接受常规治疗并随访".repeat(30))).toBe("another script");
  expect(otherLanguage("12 (30 %) 14 (35 %)")).toBeUndefined();
});
