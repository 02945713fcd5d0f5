/** Which record a paper belongs to: by DOI, then by title. Pure. */
import type { Paper } from "../../api/schemas/extraction.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { termsOf } from "./terms.ts";

export type Match = { recordId: string; title: string; score: number; by: "doi" | "title" };

const letters = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

/** Share of the terms of two titles that they have in common (Dice). */
export function titleLikeness(a: string, b: string): number {
  const [left, right] = [new Set(termsOf(a)), new Set(termsOf(b))];
  const shared = [...left].filter((term) => right.has(term)).length;
  return left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size);
}

/** How well one record fits: same DOI, or its title printed at the paper's head. */
export function fits(paper: Paper, record: Pick<ReviewRecord, "id" | "title" | "doi">): Match {
  const doi = record.doi.toLowerCase().replace(/^https?:\/\/(?:dx\.)?doi\.org\//, "");
  const base = { recordId: record.id, title: record.title };
  if (doi !== "" && doi === paper.doi) return { ...base, score: 1, by: "doi" };
  const head = letters(paper.text.slice(0, 4000));
  const title = letters(record.title);
  const printed = title.length >= 20 && head.includes(title) ? 0.98 : 0;
  const likeness = paper.title === "" ? 0 : titleLikeness(paper.title, record.title);
  return { ...base, score: Math.max(printed, likeness), by: "title" };
}

/** Records by how well they fit, best first; those without likeness are left out. */
export function bestMatches(
  paper: Paper,
  records: Pick<ReviewRecord, "id" | "title" | "doi">[],
): Match[] {
  return records
    .map((record) => fits(paper, record))
    .filter((match) => match.score > 0.3)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 5);
}

/** Enough to attach without asking: the same DOI, or a title alike that no other record rivals. */
export function sureMatch(matches: Match[]): Match | undefined {
  const [first, second] = matches;
  if (!first) return undefined;
  if (first.by === "doi") return first;
  return first.score >= 0.85 && first.score - (second?.score ?? 0) > 0.05 ? first : undefined;
}
