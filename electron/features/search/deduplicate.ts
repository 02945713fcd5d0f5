/** The rule by which an import finds that a record is already there: DOI, PMID, then title + year + first author. */
import { familyKey, foldedWords, titleKey } from "./keys.ts";

export type Known = {
  id: number;
  title: string;
  authors: string[];
  year: number | null;
  journal: string;
  doi: string;
  pmid: string;
};
export type Verdict = { ofId: number; reason: string };

type Index = { doi: Map<string, Known>; pmid: Map<string, Known>; title: Map<string, Known> };

/**
 * For each incoming record, in order: the earlier record (known, or before it in the same batch) that
 * it repeats, or null. Linear in the number of records.
 *
 * Conservative where two reports of one study would be merged: records that both have a DOI (or a PMID)
 * and differ in it are not joined by a weaker sign.
 */
export function findDuplicates(
  known: readonly Known[],
  incoming: readonly Known[],
): (Verdict | null)[] {
  const index: Index = { doi: new Map(), pmid: new Map(), title: new Map() };
  for (const record of known) add(index, record);
  return incoming.map((record) => {
    const verdict = earlier(index, record);
    if (verdict === null) add(index, record);
    return verdict;
  });
}

function add(index: Index, record: Known): void {
  if (record.doi !== "" && !index.doi.has(record.doi)) index.doi.set(record.doi, record);
  if (record.pmid !== "" && !index.pmid.has(record.pmid)) index.pmid.set(record.pmid, record);
  const key = titleYearAuthor(record);
  if (key === "") return;
  for (const doi of [record.doi, "*"]) {
    for (const pmid of [record.pmid, "*"]) {
      const place = `${key}|${doi}|${pmid}`;
      if (!index.title.has(place)) index.title.set(place, record);
    }
  }
}

/** The earliest record of the same title, year and author whose DOI and PMID do not contradict. */
function sameTitle(index: Index, record: Known): Known | undefined {
  const key = titleYearAuthor(record);
  if (key === "") return undefined;
  let first: Known | undefined;
  for (const doi of record.doi === "" ? ["*"] : ["", record.doi]) {
    for (const pmid of record.pmid === "" ? ["*"] : ["", record.pmid]) {
      const found = index.title.get(`${key}|${doi}|${pmid}`);
      if (found !== undefined && (first === undefined || found.id < first.id)) first = found;
    }
  }
  return first;
}

function earlier(index: Index, record: Known): Verdict | null {
  const sameDoi = record.doi === "" ? undefined : index.doi.get(record.doi);
  if (sameDoi !== undefined && !differ(sameDoi.pmid, record.pmid) && !unrelated(sameDoi, record))
    return { ofId: sameDoi.id, reason: `same DOI ${record.doi}` };
  const samePmid = record.pmid === "" ? undefined : index.pmid.get(record.pmid);
  if (samePmid !== undefined) return { ofId: samePmid.id, reason: `same PMID ${record.pmid}` };
  const alike = sameTitle(index, record);
  return alike === undefined
    ? null
    : { ofId: alike.id, reason: "same title, year and first author" };
}

/** The abstracts of one congress often share the DOI of their supplement: other title, other first author. */
function unrelated(left: Known, right: Known): boolean {
  const [one, other] = [left, right].map(({ title }) => new Set(titleKey(title).split(" ")));
  if (one === undefined || other === undefined || one.size < 4 || other.size < 4) return false;
  const shared = [...one].filter((word) => other.has(word)).length;
  const [author, second] = [left, right].map(({ authors }) => familyKey(authors[0] ?? ""));
  return (
    shared / Math.min(one.size, other.size) < 0.5 &&
    author !== "" &&
    second !== "" &&
    author !== second
  );
}

function differ(left: string, right: string): boolean {
  return left !== "" && right !== "" && left !== right;
}

/** "" where the title is too little to go by. A short title ("Editorial") needs the journal too. */
function titleYearAuthor(record: Known): string {
  const title = titleKey(record.title);
  if (title === "") return "";
  const author = record.authors[0] === undefined ? "" : familyKey(record.authors[0]);
  if (title.length < 20 && (author === "" || record.year === null)) return "";
  const journal = title.split(" ").length < 4 ? foldedWords(record.journal) : "";
  return `${title}|${record.year ?? ""}|${author}|${journal}`;
}
