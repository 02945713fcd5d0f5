/** Tables of a review beside the ledger's. Records keep their imported tags, so nothing is lost. */

export const formatVersion = 1;

export const reviewTables = `
CREATE TABLE IF NOT EXISTS imports(
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, source TEXT NOT NULL, format TEXT NOT NULL,
  imported INTEGER NOT NULL, duplicates INTEGER NOT NULL, rejected TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS records(
  id INTEGER PRIMARY KEY, importId INTEGER NOT NULL REFERENCES imports(id),
  title TEXT NOT NULL, abstract TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, journal TEXT NOT NULL,
  doi TEXT NOT NULL, pmid TEXT NOT NULL, source TEXT NOT NULL, extra TEXT NOT NULL,
  duplicateOf INTEGER REFERENCES records(id), duplicateReason TEXT) STRICT;
CREATE INDEX IF NOT EXISTS records_live ON records(id) WHERE duplicateOf IS NULL;
CREATE TABLE IF NOT EXISTS reports(
  recordId INTEGER PRIMARY KEY REFERENCES records(id), assetId TEXT NOT NULL, name TEXT NOT NULL,
  matchedBy TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS searches(
  id TEXT PRIMARY KEY, database TEXT NOT NULL, query TEXT NOT NULL, at TEXT NOT NULL,
  count INTEGER NOT NULL, imported INTEGER NOT NULL, translation TEXT NOT NULL DEFAULT '') STRICT;
`;
