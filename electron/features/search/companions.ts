/**
 * Records that may be reports of one study: near-duplicates that the import kept apart, and reports
 * that share a trial registration number. A person decides; nothing is joined here.
 */
import { candidatePairs } from "./blocking.ts";
import { familyKey } from "./keys.ts";
import { prepare, titleOverlap } from "./similarity.ts";

type Report = {
  id: string;
  title: string;
  abstract: string;
  authors: string[];
  year: number | null;
  journal: string;
  doi: string;
  pmid: string;
};

/** ClinicalTrials.gov, ISRCTN, EudraCT, ACTRN and DRKS numbers. */
const registration = /\b(NCT\d{8}|ISRCTN\d{8}|\d{4}-\d{6}-\d{2}|ACTRN\d{14}|DRKS\d{8})\b/g;
const alike = 0.85;

/** Groups of two or more record ids with the sign they share, registration numbers first. */
export function findCompanions(records: readonly Report[]): { ids: string[]; reason: string }[] {
  return [...byRegistration(records), ...nearDuplicates(records)];
}

function byRegistration(records: readonly Report[]): { ids: string[]; reason: string }[] {
  const numbers = new Map<string, Set<string>>();
  for (const { id, title, abstract } of records)
    for (const [, number] of `${title} ${abstract}`.matchAll(registration))
      if (number !== undefined) numbers.set(number, (numbers.get(number) ?? new Set()).add(id));
  return (
    [...numbers]
      // A number that many records name is a review's list or a database's own, not one study.
      .filter(([, ids]) => ids.size > 1 && ids.size <= 20)
      .map(([number, ids]) => ({ ids: [...ids], reason: `Same registration ${number}` }))
  );
}

function nearDuplicates(records: readonly Report[]): { ids: string[]; reason: string }[] {
  const prepared = records.map((record) =>
    prepare({ ...record, volume: "", issue: "", pages: "" }),
  );
  return candidatePairs(prepared).flatMap(([left, right]) => {
    const [one, other] = [prepared[left], prepared[right]];
    const [first, second] = [records[left], records[right]];
    if (!one || !other || !first || !second || one.titleWords.length < 4) return [];
    if (titleOverlap(one, other).dice < alike) return [];
    const author = familyKey(first.authors[0] ?? "");
    const sameAuthor = author !== "" && author === familyKey(second.authors[0] ?? "");
    return [
      {
        ids: [first.id, second.id],
        reason: sameAuthor ? "Nearly the same title, same first author" : "Nearly the same title",
      },
    ];
  });
}
