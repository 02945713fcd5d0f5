/** Pure moves on a review's list of fields: ids, order, and what a template adds. */
import type { Field } from "../../../electron/api/schemas/extraction.ts";

/** A lower-case id from the name; a number is added where it is taken. */
export function idFor(name: string, fields: readonly Field[]): string {
  const base =
    name
      .toLowerCase()
      .normalize("NFD")
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "field";
  let id = base;
  for (let count = 2; fields.some((field) => field.id === id); count++) id = `${base}-${count}`;
  return id;
}

/** The list with one field a place earlier (-1) or later (1); unchanged at its ends. */
export function moved(fields: readonly Field[], id: string, by: -1 | 1): Field[] {
  const from = fields.findIndex((field) => field.id === id);
  const to = from + by;
  const field = fields[from];
  const other = fields[to];
  if (field === undefined || other === undefined) return [...fields];
  return fields.map((one, index) => (index === from ? other : index === to ? field : one));
}

/** The list with those of a template that it lacks; a field of the same id or name stays as it is. */
export function withTemplate(fields: readonly Field[], template: readonly Field[]): Field[] {
  const lacks = ({ id, name }: Field): boolean =>
    fields.every((known) => known.id !== id && known.name.toLowerCase() !== name.toLowerCase());
  return [...fields, ...template.filter(lacks)];
}
