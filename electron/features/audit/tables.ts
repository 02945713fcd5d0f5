/** Tables of the ledger. The triggers refuse change and deletion, so no code path can rewrite history. */

const appendOnly = (table: string): string => `
CREATE TRIGGER IF NOT EXISTS ${table}_no_update BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} are append-only'); END;
CREATE TRIGGER IF NOT EXISTS ${table}_no_delete BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} are append-only'); END;`;

export const ledgerTables = `
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS suggestions(
  id TEXT PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  value TEXT NOT NULL, status TEXT NOT NULL, score REAL, evidence TEXT NOT NULL, checks TEXT NOT NULL,
  model TEXT NOT NULL, modelVersion TEXT NOT NULL, inputSha256 TEXT NOT NULL, method TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS suggestions_by_subject ON suggestions(kind, subject);
CREATE TABLE IF NOT EXISTS decisions(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, kind TEXT NOT NULL,
  subject TEXT NOT NULL, action TEXT NOT NULL, value TEXT, reason TEXT, note TEXT, reviewer TEXT NOT NULL,
  suggestionId TEXT REFERENCES suggestions(id)) STRICT;
CREATE INDEX IF NOT EXISTS decisions_by_subject ON decisions(kind, subject, reviewer, sequence);
CREATE TABLE IF NOT EXISTS audit(
  sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  payload TEXT NOT NULL, previousHash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
${["suggestions", "decisions", "audit"].map(appendOnly).join("\n")}
`;
