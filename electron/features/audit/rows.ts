/** SQLite rows to the ledger's records; the file may come from elsewhere, so each row is validated. */
import { auditEventSchema, decisionSchema, suggestionSchema } from "../../api/schemas/ledger.ts";
import type { AuditEvent, Decision, Suggestion } from "../../api/schemas/ledger.ts";

export type Row = Record<string, unknown>;

const present = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
const json = (value: unknown): unknown => JSON.parse(String(value));

export function suggestionFrom(row: Row): Suggestion {
  return suggestionSchema.parse({
    ...present(row),
    value: json(row["value"]),
    evidence: json(row["evidence"]),
    checks: json(row["checks"]),
  });
}

export function decisionFrom(row: Row): Decision {
  const value = row["value"] === null ? {} : { value: json(row["value"]) };
  return decisionSchema.parse({ ...present(row), ...value });
}

export function auditEventFrom(row: Row): AuditEvent {
  return auditEventSchema.parse({ ...row, payload: json(row["payload"]) });
}
