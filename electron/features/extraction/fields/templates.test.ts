import { expect, test } from "vitest";
import { fieldSchema } from "../../../api/schemas/extraction.ts";
import { openDesk } from "../../team/team-desk.ts";
import { templates } from "./templates.ts";

test.each(templates)(
  "the fields of $title can be stored: valid, ids not used twice",
  ({ fields }) => {
    for (const field of fields) expect(fieldSchema.parse(field)).toEqual(field);
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
    for (const field of fields.filter(({ type }) => type === "category"))
      expect(field.options?.length, field.id).toBeGreaterThan(1);
  },
);

test("reordering, editing and removing fields are kept in order and leave a full trace in the audit", async () => {
  const desk = await openDesk("title\nA trial\n");
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  const before = await ana("extraction.fields", { reviewId });
  const [first, second] = before;
  if (!first || !second) throw new Error("A new review has fields.");
  const edited = {
    ...first,
    name: "Design of the study",
    type: "category" as const,
    options: ["parallel", "crossover"],
    required: true,
  };
  await ana("extraction.setFields", { reviewId, fields: [second, edited] });
  expect(await ana("extraction.fields", { reviewId })).toEqual([second, edited]);
  const { events } = await ana("audit.list", { reviewId });
  const event = events.find(({ action }) => action === "setFields");
  expect(event).toMatchObject({ actor: "Ana", payload: { fields: [second, edited] } });
  expect(JSON.stringify(event)).toContain(before.at(-1)?.name);
});
