/**
 * The hash chain of the audit trail: each event's hash covers its content and the hash before it,
 * so a changed, removed or re-ordered event shows at the first place that no longer agrees.
 */
import { createHash } from "node:crypto";
import type { AuditEvent } from "../../api/schemas/ledger.ts";

export const genesisHash = "0".repeat(64);

/** JSON with object keys sorted at every depth, so that equal content has one spelling. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

export function hashEvent(event: Omit<AuditEvent, "hash">): string {
  const { sequence, at, actor, action, payload, previousHash } = event;
  return sha256(canonicalJson([previousHash, sequence, at, actor, action, payload]));
}

export type ChainVerdict = { ok: boolean; events: number; firstBad?: number; reason?: string };

/** Walks the chain from the first event; `firstBad` is the sequence number of the first that fails. */
export function verifyChain(events: Iterable<AuditEvent>): ChainVerdict {
  let previousHash = genesisHash;
  let count = 0;
  for (const event of events) {
    count += 1;
    const bad = (reason: string): ChainVerdict => ({
      ok: false,
      events: count,
      firstBad: event.sequence,
      reason,
    });
    if (event.sequence !== count) return bad(`event ${count} is missing or out of order`);
    if (event.previousHash !== previousHash) return bad("does not follow from the event before it");
    if (hashEvent(event) !== event.hash) return bad("its content was changed after it was written");
    previousHash = event.hash;
  }
  return { ok: true, events: count };
}
