/**
 * De-duplication of a whole set: candidate pairs by blocking keys, each pair judged on title, authors,
 * year, journal, volume, pages, DOI and PMID, and pairs joined into groups.
 *
 * Conservative by intent: companion reports, parts of a series, a conference abstract and its full
 * paper, and versions of a Cochrane review stay apart, because a duplicate seen twice costs a moment
 * and a lost report costs a study. The evidence compared follows Rathbone et al. 2015 (doi
 * 10.1186/2046-4053-4-6) and Hair et al. 2023 (ASySD, doi 10.1186/s12915-023-01686-z).
 */
import { candidatePairs } from "./blocking.ts";
import {
  authorSimilarity,
  prepare,
  sameJournal,
  titleOverlap,
  type Comparable,
  type Prepared,
} from "./similarity.ts";

type DuplicatePair = { a: string; b: string; score: number; reason: string };
export type Deduplication = { groups: string[][]; pairs: DuplicatePair[]; n: number };

/** Groups hold two or more ids; `score` is the pair's plausibility from 0 to 1, all at or above 0.5. */
export function deduplicate(records: readonly Comparable[]): Deduplication {
  const prepared = records.map(prepare);
  const pairs: (DuplicatePair & { left: number; right: number })[] = [];
  for (const [left, right] of candidatePairs(prepared)) {
    const one = prepared[left];
    const other = prepared[right];
    if (one === undefined || other === undefined) continue;
    const verdict = judge(one, other);
    if (verdict.score >= 0.5)
      pairs.push({
        a: one.id,
        b: other.id,
        score: Math.round(verdict.score * 1000) / 1000,
        reason: verdict.reason,
        left,
        right,
      });
  }
  pairs.sort((one, other) => other.score - one.score || one.left - other.left);
  const groups = join(prepared, pairs);
  return {
    groups,
    pairs: pairs.map(({ a, b, score, reason }) => ({ a, b, score, reason })),
    n: records.length,
  };
}

function join(prepared: Prepared[], pairs: { left: number; right: number }[]): string[][] {
  const parent = prepared.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? at] ?? at;
      at = parent[at] ?? at;
    }
    return at;
  };
  for (const { left, right } of pairs) {
    const [low, high] = [root(left), root(right)].toSorted((one, other) => one - other);
    if (low !== undefined && high !== undefined && low !== high) parent[high] = low;
  }
  const members = new Map<number, string[]>();
  prepared.forEach(({ id }, index) => {
    const key = root(index);
    members.set(key, [...(members.get(key) ?? []), id]);
  });
  return [...members.values()].filter((group) => group.length > 1);
}

type Evidence = {
  title: number;
  contained: number;
  authors: number | null;
  years: number | null;
  journal: boolean | null;
  page: boolean | null;
  lastPage: boolean | null;
  volume: boolean | null;
  issue: boolean | null;
  doi: boolean | null;
  pmid: boolean | null;
  abstract: boolean | null;
};

function gather(one: Prepared, other: Prepared): Evidence {
  const same = (left: string, right: string): boolean | null =>
    left === "" || right === "" ? null : left === right;
  const { dice: title, contained } = titleOverlap(one, other);
  return {
    title,
    contained,
    authors: authorSimilarity(one, other),
    years: one.year === null || other.year === null ? null : Math.abs(one.year - other.year),
    journal: sameJournal(one, other),
    page: same(one.firstPage, other.firstPage),
    lastPage: same(one.lastPage, other.lastPage),
    volume: same(one.volume, other.volume),
    issue: same(one.issue, other.issue),
    doi: same(one.doi, other.doi),
    pmid: same(one.pmid, other.pmid),
    abstract:
      one.abstract.length < 60 || other.abstract.length < 60
        ? null
        : one.abstract === other.abstract,
  };
}

/** The pair's score with what speaks for it in words. */
function judge(one: Prepared, other: Prepared): { score: number; reason: string } {
  if (hopeless(one, other)) return { score: 0, reason: "different titles" };
  const found = gather(one, other);
  if (found.doi === true && aboutTheSame(found, one, other)) {
    return { score: found.pmid === false ? 0.4 : 0.99, reason: "same DOI" };
  }
  // The abstracts of one congress often share the DOI of their supplement.
  if (found.doi === true) return { score: 0.3, reason: "same DOI, other titles and authors" };
  if (found.pmid === true) return { score: 0.99, reason: "same PMID" };
  if (found.pmid === false) return { score: 0.1, reason: "different PMIDs" };
  if (
    one.numbers !== other.numbers &&
    found.title < 1 &&
    !(found.page === true && found.volume === true)
  )
    return { score: 0.2, reason: "the titles' numbers differ" };
  const score = logistic(weigh(found, one));
  return { score, reason: explain(found) };
}

/** Titles of very different length, and nothing else that could make the two one record. */
function hopeless(one: Prepared, other: Prepared): boolean {
  const shorter = Math.min(one.trigrams.length, other.trigrams.length);
  const longer = Math.max(one.trigrams.length, other.trigrams.length);
  const sameId =
    (one.doi !== "" && one.doi === other.doi) || (one.pmid !== "" && one.pmid === other.pmid);
  return shorter > 0 && shorter * 4 < longer && !sameId;
}

function aboutTheSame(found: Evidence, one: Prepared, other: Prepared): boolean {
  if (found.title >= 0.5 || found.contained >= 0.8 || one.title === "" || other.title === "")
    return true;
  return (
    found.authors !== null &&
    found.authors >= 0.5 &&
    one.firstFamily === other.firstFamily &&
    found.page !== false
  );
}

/** Log-odds: each agreement adds, each disagreement takes away, what is unknown counts for nothing. */
function weigh(found: Evidence, one: Prepared): number {
  const titleGain =
    found.title === 1
      ? 4 + Math.min(1.5, one.titleWords.length / 8)
      : 14 * (Math.max(found.title, found.contained >= 0.97 ? 0.85 : 0) - 0.65);
  const either = (value: boolean | null, gain: number, loss: number): number =>
    value === null ? 0 : value ? gain : -loss;
  const authors =
    found.authors === null ? 0 : found.authors >= 0.5 ? 1.5 : found.authors > 0 ? 0.2 : -3;
  const years = found.years === null ? 0 : found.years === 0 ? 1 : found.years === 1 ? -0.7 : -2.2;
  return (
    -5 +
    titleGain +
    authors +
    years +
    either(found.journal, 1, 2) +
    either(found.page, 2, 2.5) +
    either(found.lastPage, 0.7, 0.3) +
    either(found.volume, 1, 1.3) +
    either(found.issue, 0.2, 0.2) +
    either(found.doi, 6, 3) +
    either(found.abstract, 2, 0)
  );
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function explain(found: Evidence): string {
  const parts: string[] = [
    found.title === 1 ? "same title" : `title ${Math.round(found.title * 100)} % alike`,
  ];
  if (found.authors !== null && found.authors >= 0.5) parts.push("authors");
  if (found.years === 0) parts.push("year");
  if (found.journal === true) parts.push("journal");
  if (found.volume === true) parts.push("volume");
  if (found.page === true) parts.push("first page");
  if (found.abstract === true) parts.push("abstract");
  const against: string[] = [];
  if (found.doi === false) against.push("DOI");
  if (found.years !== null && found.years > 0) against.push("year");
  if (found.journal === false) against.push("journal");
  if (found.page === false) against.push("first page");
  return `${parts.join(", ")}${against.length > 0 ? `; differs in ${against.join(", ")}` : ""}`;
}
