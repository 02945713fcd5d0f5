import { expect, it } from "vitest";
import { valueIn } from "./pdf-selection.ts";

it.each([
  ["A total of 1,060 participants", true, "1060"],
  ["fell by \u22124.2 mmHg", true, "-4.2"],
  ["mean 52\u00b74 years", true, "52.4"],
  ["no number here", true, "no number here"],
  ["60 adults with asthma", false, "60 adults with asthma"],
])("the value of %j (number: %s) is %s", (quote, isNumber, value) =>
  expect(valueIn(quote, isNumber)).toBe(value),
);
