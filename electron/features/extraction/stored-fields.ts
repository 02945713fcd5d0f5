/** A review's extraction fields, kept in its file. */
import { z } from "zod";
import { fieldSchema, type Field } from "../../api/schemas/extraction.ts";
import type { ReviewFile } from "../review/store.ts";
import { defaultFields } from "./fields/kinds.ts";

const key = "fields";

/** The fields that were set, or those that a new review starts with. */
export function fieldsOf(file: ReviewFile): Field[] {
  const stored = file.ledger.meta(key);
  return stored === undefined ? defaultFields : z.array(fieldSchema).parse(JSON.parse(stored));
}

export function setFields(file: ReviewFile, actor: string, fields: Field[]): void {
  file.ledger.transaction(() => {
    const before = fieldsOf(file);
    file.ledger.setMeta(key, JSON.stringify(fields));
    // Whole, in their order: what a field asked for when a value was decided can be read later.
    const removed = before.filter(({ id }) => fields.every((field) => field.id !== id));
    file.ledger.record(
      actor,
      "setFields",
      z.json().parse(JSON.parse(JSON.stringify({ fields, removed }))),
    );
  });
}
