/** One audit event as a sentence. What it does not know it names by its own action. */
import type { AuditEvent } from "../../../electron/api/schemas/ledger.ts";

const acts: Record<string, string> = {
  include: "included",
  exclude: "excluded",
  maybe: "put aside",
  accept: "accepted",
  correct: "corrected",
  reject: "rejected",
  notReported: "marked not reported",
  withdraw: "took back",
};

const plainActs: Record<string, string> = {
  create: "created the review",
  update: "changed the question or criteria",
  import: "imported records",
  attachReport: "attached a paper",
  attachRegistry: "kept a registry record",
  search: "ran a search",
  setFields: "changed the fields",
};

/** The file or title an event is about, where it says one. */
function nameIn(payload: AuditEvent["payload"]): string {
  if (payload === null || typeof payload !== "object" || Array.isArray(payload)) return "";
  const name = payload["name"] ?? payload["source"] ?? payload["file"] ?? payload["title"];
  return typeof name === "string" && name !== "" ? `: ${name}` : "";
}

export function describeEvent({
  actor,
  action,
  payload,
}: Pick<AuditEvent, "actor" | "action" | "payload">): string {
  const items = Array.isArray(payload) ? payload : [];
  const first = items[0];
  const field = (name: string): string =>
    first !== null && typeof first === "object" && !Array.isArray(first) && first
      ? String(first[name] ?? "")
      : "";
  if (action === "decide" && items.length > 0) {
    const reason = field("reason") ? ` (${field("reason")})` : "";
    return items.length === 1
      ? `${actor} ${acts[field("action")] ?? field("action")} ${place(field("subject"))}${reason}`
      : `${actor} ${acts[field("action")] ?? field("action")} ${items.length} values`;
  }
  if (action === "suggest" && items.length > 0) {
    return items.length === 1
      ? `${field("model")} suggested for ${place(field("subject"))}`
      : `${field("model")} made ${items.length} suggestions`;
  }
  const known = plainActs[action];
  const name = nameIn(payload);
  return known ? `${actor} ${known}${name}` : `${actor}: ${action}${name}`;
}

/** `record:12/field:age` as `record 12, age`. */
function place(subject: string): string {
  return subject
    .split("/")
    .map((part) => part.replace(/^field:/, "").replace(":", " "))
    .join(", ");
}
