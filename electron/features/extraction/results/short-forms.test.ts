import { expect, test } from "vitest";
import { longFormBefore, shortFormsIn } from "./short-forms.ts";

test("the letters of a short form are found from right to left, the first at a word's start", () => {
  expect(longFormBefore("treated with certolizumab pegol", "CZP")).toBe("certolizumab pegol");
  expect(longFormBefore("a matching placebo", "PBO")).toBe("placebo");
  expect(longFormBefore("patients of one hospital", "CZP")).toBeUndefined();
});

test("definitions in brackets and in lists of abbreviations", () => {
  const found = shortFormsIn(
    "Digestion-resistant maltodextrin (RMD) was given. AE, adverse event; GV = gemcitabine plus vismodegib.",
  );
  expect(found.get("rmd")).toBe("Digestion-resistant maltodextrin");
  expect(found.get("ae")).toBe("adverse event");
  expect(found.get("gv")).toBe("gemcitabine plus vismodegib");
});
