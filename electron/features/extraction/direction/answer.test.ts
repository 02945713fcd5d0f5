import { expect, test } from "vitest";
import { paperFromPlain } from "../plain.ts";
import { answerFrom } from "./answer.ts";

const ask = (sentence: string, outcome = "pain") =>
  answerFrom(paperFromPlain(`RESULTS:\n${sentence} The weather was mild.`), {
    intervention: "Drug X",
    comparator: "placebo",
    outcome,
  }).direction;

test("the direction follows which arm is spoken of, also when only the numbers tell", () => {
  expect(ask("Pain was significantly lower with drug X than with placebo (p = 0.01).")).toBe(
    "decreased",
  );
  expect(ask("Pain was significantly higher with drug X than with placebo (p = 0.01).")).toBe(
    "increased",
  );
  expect(ask("Pain did not differ significantly between drug X and placebo (p = 0.6).")).toBe(
    "no difference",
  );
  const numbers = (own: string, other: string): string =>
    `The mean pain score was ${own} in the drug X group versus ${other} in the placebo group (p = 0.003).`;
  expect(ask(numbers("2.1", "5.6"))).toBe("decreased");
  expect(ask(numbers("5.6", "2.1"))).toBe("increased");
});

test("a paper that says nothing of the outcome gives no direction", () => {
  expect(ask("Sixty people took part.", "urinary retention")).toBe("uncertain");
});
