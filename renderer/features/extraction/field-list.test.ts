import { expect, test } from "vitest";
import type { Field } from "../../../electron/api/schemas/extraction.ts";
import { idFor, moved, withTemplate } from "./field-list.ts";

const field = (id: string, name = id): Field => ({
  id,
  name,
  description: "",
  type: "text",
  perArm: false,
});
const list = [field("a"), field("b"), field("c")];
const ids = (fields: Field[]): string => fields.map(({ id }) => id).join("");

test("moving swaps neighbours and stops at the ends", () => {
  expect(ids(moved(list, "b", -1))).toBe("bac");
  expect(ids(moved(list, "b", 1))).toBe("acb");
  expect(ids(moved(list, "a", -1))).toBe("abc");
  expect(ids(moved(list, "c", 1))).toBe("abc");
});

test("a template adds what is lacking and never changes a field that is there", () => {
  const own = [field("x", "Age"), field("sex")];
  expect(withTemplate(own, [field("age", "age"), field("sex", "Gender"), field("dose")])).toEqual([
    ...own,
    field("dose"),
  ]);
});

test("a name that is taken gets a number", () => {
  expect(idFor("Alter (Jahre)", [field("alter-jahre")])).toBe("alter-jahre-2");
  expect(idFor("年齢", [])).toBe("field");
});
