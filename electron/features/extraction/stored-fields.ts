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
    file.ledger.setMeta(key, JSON.stringify(fields));
    file.ledger.record(actor, "setFields", {
      fields: fields.map(({ id, name }) => ({ id, name })),
    });
  });
}
