/**
 * Suggestions, decisions and the audit trail in one SQLite file: the part that a review and a read
 * share. Every write and its audit event are one transaction, flushed before it is acknowledged.
 */
import { randomUUID } from "node:crypto";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { AppError } from "../../api/errors.ts";
import type {
  AuditEvent,
  Decision,
  NewDecision,
  NewSuggestion,
  RecordKind,
  Suggestion,
} from "../../api/schemas/ledger.ts";
import {
  genesisHash,
  hashEvent,
  sha256,
  canonicalJson,
  verifyChain,
  type ChainVerdict,
} from "./chain.ts";
import { auditEventFrom, decisionFrom, suggestionFrom, type Row } from "./rows.ts";
import { ledgerTables } from "./tables.ts";

export type Ledger = ReturnType<typeof openLedger>;

/** Opens or creates the file and takes it for this process; a second opener gets `locked`. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 500 });
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    // The exclusive lock is only taken by a first write; kill -9 frees it, unlike a lock file.
    database.exec("BEGIN EXCLUSIVE; COMMIT;");
    return database;
  } catch (thrown) {
    database?.close();
    throw openFailure(path, thrown);
  }
}

function openFailure(path: string, thrown: unknown): AppError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/locked|busy/i.test(message)) {
    return new AppError(
      "locked",
      `"${path}" is open in another window or program. Close it there and try again.`,
      { path },
    );
  }
  if (/not a database|malformed|corrupt/i.test(message)) {
    return new AppError("badFile", `"${path}" is not an Evidesk file (${message}).`, { path });
  }
  return new AppError("badFile", `"${path}" cannot be opened: ${message}.`, { path });
}

/** The latest decision of each group by its time; SQLite takes `sequence` from the row of the maximum. */
function latest(where: string): string {
  return `SELECT sequence FROM (SELECT sequence, max(at || printf('%012d', sequence)) FROM decisions WHERE ${where})`;
}

/** Each reviewer's latest decision on a subject, unless it was taken back. */
const standing = `sequence IN (${latest("kind = ? GROUP BY subject, reviewer")}) AND action <> 'withdraw'`;

export function openLedger(database: DatabaseSync) {
  database.exec(ledgerTables);
  const lastEvent = database.prepare(
    "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1",
  );
  const addEvent = database.prepare(
    "INSERT INTO audit(sequence, at, actor, action, payload, previousHash, hash) VALUES (?,?,?,?,?,?,?)",
  );
  const addSuggestion = database.prepare(
    `INSERT INTO suggestions(id, at, kind, subject, value, status, score, evidence, checks, model, modelVersion, inputSha256, method)
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  const addDecision = database.prepare(
    `INSERT INTO decisions(id, at, kind, subject, action, value, reason, note, reviewer, suggestionId)
     VALUES (?,?,?,?,?,?,?,?,?,?) RETURNING sequence`,
  );
  const lastDecisionAt = database.prepare(
    "SELECT max(at) AS at FROM decisions WHERE kind = ? AND subject = ? AND reviewer = ?",
  );
  let depth = 0;

  /** Runs `work` as one transaction; nested calls join the outer one. */
  function transaction<T>(work: () => T): T {
    if (depth > 0) return work();
    database.exec("BEGIN IMMEDIATE");
    depth += 1;
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (thrown) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw thrown;
    } finally {
      depth -= 1;
    }
  }

  function record(actor: string, action: string, payload: AuditEvent["payload"]): void {
    transaction(() => {
      const last = lastEvent.get();
      const event = {
        sequence: last ? Number(last["sequence"]) + 1 : 1,
        at: new Date().toISOString(),
        actor,
        action,
        payload,
        previousHash: last ? String(last["hash"]) : genesisHash,
      };
      addEvent.run(
        event.sequence,
        event.at,
        actor,
        action,
        canonicalJson(payload),
        event.previousHash,
        hashEvent(event),
      );
    });
  }

  function storeSuggestion(s: Suggestion): void {
    addSuggestion.run(
      s.id,
      s.at,
      s.kind,
      s.subject,
      JSON.stringify(s.value),
      s.status,
      s.score ?? null,
      JSON.stringify(s.evidence),
      JSON.stringify(s.checks),
      s.model,
      s.modelVersion,
      s.inputSha256,
      s.method,
    );
  }

  /** Stores suggestions as they are; they are never changed afterwards. */
  function suggest(suggestions: NewSuggestion[]): Suggestion[] {
    if (suggestions.length === 0) return [];
    return transaction(() => {
      const stored = suggestions.map((suggestion) => ({
        ...suggestion,
        id: randomUUID(),
        at: new Date().toISOString(),
      }));
      for (const s of stored) storeSuggestion(s);
      record(
        "model",
        "suggest",
        stored.map((s) => ({
          id: s.id,
          kind: s.kind,
          subject: s.subject,
          status: s.status,
          model: `${s.model}@${s.modelVersion}`,
          input: s.inputSha256,
          content: sha256(canonicalJson([s.value, s.evidence])),
        })),
      );
      return stored;
    });
  }

  function storeDecision(d: NewDecision & { id: string; at: string }): Decision {
    const row = addDecision.get(
      d.id,
      d.at,
      d.kind,
      d.subject,
      d.action,
      d.value === undefined ? null : JSON.stringify(d.value),
      d.reason ?? null,
      d.note ?? null,
      d.reviewer,
      d.suggestionId ?? null,
    );
    return { ...d, sequence: Number(row?.["sequence"]) };
  }

  /** A person's later act is later by its time too, even after the clock was set back. */
  function timeFor({ kind, subject, reviewer }: NewDecision): string {
    const now = Date.now();
    const last = lastDecisionAt.get(kind, subject, reviewer)?.["at"];
    const after = typeof last === "string" ? Date.parse(last) + 1 : now;
    return new Date(Math.max(now, after)).toISOString();
  }

  /** Stores decisions of one act; returns only after they are on disk. */
  function decide(decisions: NewDecision[]): Decision[] {
    if (decisions.length === 0) return [];
    return transaction(() => {
      const stored = decisions.map((d) =>
        storeDecision({ ...d, id: randomUUID(), at: timeFor(d) }),
      );
      const actor = stored[0]?.reviewer ?? "";
      record(
        actor,
        "decide",
        stored.map((d) => JSON.parse(canonicalJson(d))),
      );
      return stored;
    });
  }

  /**
   * Takes over what was suggested and decided on another machine, with its ids, times and names.
   * Known ids are left as they are. Which decision is in force follows from the times, not from the
   * order of arrival.
   */
  function merge(actor: string, suggestions: Suggestion[], decisions: Decision[]): Decision[] {
    return transaction(() => {
      for (const s of suggestions) if (!isKnown("suggestions", s.id)) storeSuggestion(s);
      const added = decisions
        .filter(({ id }) => !isKnown("decisions", id))
        .map(({ sequence: _theirs, ...d }) => storeDecision(d));
      if (added.length > 0)
        record(
          actor,
          "decide",
          added.map((d) => JSON.parse(canonicalJson(d))),
        );
      return added;
    });
  }

  function isKnown(table: "suggestions" | "decisions", id: string): boolean {
    return all(`SELECT 1 FROM ${table} WHERE id = ?`, id).length > 0;
  }

  function all(sql: string, ...values: SQLInputValue[]): Row[] {
    return database.prepare(sql).all(...values);
  }

  /** The decisions in force: the latest per subject of one reviewer, or of each when none is named. */
  function currentDecisions(kind: RecordKind, reviewer?: string): Decision[] {
    const mine = reviewer === undefined ? "" : "AND reviewer = ?";
    return inForce(
      latest(`kind = ? ${mine} GROUP BY subject, reviewer`),
      kind,
      ...(reviewer === undefined ? [] : [reviewer]),
    );
  }

  /** The latest decision in force per subject, whoever made it; one taken back leaves the one before. */
  function latestDecisions(kind: RecordKind): Decision[] {
    return inForce(latest(`${standing} GROUP BY subject`), kind);
  }

  /** How many subjects stand at each action, counted in the database: pages ask for this often. */
  function countLatest(kind: RecordKind): Map<string, number> {
    const rows = all(
      `SELECT action, count(*) AS n FROM decisions WHERE sequence IN
         (${latest(`${standing} GROUP BY subject`)}) GROUP BY action`,
      kind,
    );
    return new Map(rows.map((row) => [String(row["action"]), Number(row["n"])]));
  }

  /** How many subjects one reviewer has decided on. */
  function countOwn(kind: RecordKind, reviewer: string): number {
    const own = latest("kind = ? AND reviewer = ? GROUP BY subject");
    const sql = `SELECT count(*) AS n FROM decisions WHERE sequence IN (${own}) AND action <> 'withdraw'`;
    return Number(all(sql, kind, reviewer)[0]?.["n"] ?? 0);
  }

  function inForce(sequences: string, ...values: SQLInputValue[]): Decision[] {
    return all(
      `SELECT * FROM decisions WHERE sequence IN (${sequences}) AND action <> 'withdraw' ORDER BY at, sequence`,
      ...values,
    ).map(decisionFrom);
  }

  function* auditEvents(): Generator<AuditEvent> {
    for (const row of database.prepare("SELECT * FROM audit ORDER BY sequence").iterate())
      yield auditEventFrom(row);
  }

  /** The chain must hold, and the stored decisions must be the ones that the chain recorded. */
  function verify(): ChainVerdict {
    const chain = verifyChain(auditEvents());
    if (!chain.ok) return chain;
    const byId = new Map(
      all("SELECT * FROM decisions").map((row) => [
        String(row["id"]),
        canonicalJson(decisionFrom(row)),
      ]),
    );
    let recorded = 0;
    for (const event of auditEvents()) {
      if (event.action !== "decide" || !Array.isArray(event.payload)) continue;
      for (const decision of event.payload) {
        recorded += 1;
        const id =
          decision !== null && typeof decision === "object" && "id" in decision
            ? String(decision["id"])
            : "";
        if (byId.get(id) !== canonicalJson(decision)) {
          return {
            ok: false,
            events: chain.events,
            firstBad: event.sequence,
            reason: `decision ${id} differs from what was recorded`,
          };
        }
      }
    }
    if (recorded === byId.size) return chain;
    return {
      ok: false,
      events: chain.events,
      firstBad: chain.events,
      reason: "a decision is stored that the trail never recorded",
    };
  }

  return {
    database,
    transaction,
    record,
    suggest,
    decide,
    merge,
    all,
    currentDecisions,
    latestDecisions,
    countLatest,
    countOwn,
    auditEvents,
    verify,
    suggestions: (kind: RecordKind, subjectPrefix = ""): Suggestion[] =>
      all(
        "SELECT * FROM suggestions WHERE kind = ? AND substr(subject, 1, ?) = ? ORDER BY rowid",
        kind,
        subjectPrefix.length,
        subjectPrefix,
      ).map(suggestionFrom),
    decisions: (kind: RecordKind, subject?: string): Decision[] =>
      (subject === undefined
        ? all("SELECT * FROM decisions WHERE kind = ? ORDER BY sequence", kind)
        : all(
            "SELECT * FROM decisions WHERE kind = ? AND subject = ? ORDER BY sequence",
            kind,
            subject,
          )
      ).map(decisionFrom),
    meta: (key: string): string | undefined => {
      const row = database.prepare("SELECT value FROM meta WHERE key = ?").get(key);
      return row ? String(row["value"]) : undefined;
    },
    setMeta: (key: string, value: string): void => {
      database
        .prepare(
          "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        )
        .run(key, value);
    },
    close: (): void => database.close(),
  };
}
