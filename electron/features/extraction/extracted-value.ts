/** The value of an extraction suggestion or decision: read from what is stored, and written to it. Pure. */
import { extractedValueSchema, type ExtractedValue } from "../../api/schemas/extraction.ts";

export function valueOf(value: unknown): ExtractedValue | undefined {
  return extractedValueSchema.safeParse(value).data;
}

/** A value as it is stored: what is not known is left out. */
export function plainValue({ value, unit, arm, source }: ExtractedValue) {
  return {
    value,
    ...(unit === undefined ? {} : { unit }),
    ...(arm === undefined ? {} : { arm }),
    ...(source === undefined ? {} : { source }),
  };
}
