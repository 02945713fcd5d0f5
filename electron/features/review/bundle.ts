/**
 * A reviewer's decisions as one file, to be merged on another machine. The hash covers everything in
 * it, the review and the records included: it shows that a bundle was changed or belongs elsewhere.
 * It is no signature of a person: whoever can write a bundle can hash it.
 */
import { z } from "zod";
import { AppError } from "../../api/errors.ts";
import { decisionSchema, suggestionSchema } from "../../api/schemas/ledger.ts";
import type { Decision, RecordKind, Suggestion } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { cellSubject, parseSubject, recordSubject } from "../../api/subjects.ts";
import { canonicalJson, sha256 } from "../audit/chain.ts";
import type { ReviewFile } from "./store.ts";

const carried = [
  "screen",
  "fullText",
  "annotate",
  "adjudicateScreen",
  "adjudicateFullText",
  "extract",
  "adjudicateExtract",
] as const satisfies RecordKind[];

const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "a time in UTC");
const bundleSchema = z.object({
  format: z.literal("evidesk-decisions/1"),
  review: z.object({ id: z.string(), title: z.string() }),
  reviewer: z.string().min(1),
  madeAt: time,
  reasons: z.array(z.string()),
  records: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      doi: z.string(),
      pmid: z.string(),
      year: z.int().nullable(),
      identity: z.string(),
    }),
  ),
  suggestions: z.array(suggestionSchema.extend({ at: time })),
  decisions: z.array(decisionSchema.extend({ at: time, kind: z.enum(carried) })),
  sha256: z.string(),
});
export type Bundle = z.infer<typeof bundleSchema>;
type BundleRecord = Bundle["records"][number];

/** Another machine's clock may be ahead; more than this would let a decision win for ever. */
const clockSlackMs = 24 * 3_600_000;

function identityOf(record: Pick<ReviewRecord, "title" | "doi" | "pmid" | "year">): string {
  return sha256(canonicalJson([record.title, record.doi, record.pmid, record.year]));
}

function hashOf({ sha256: _hash, ...content }: Bundle): string {
  return sha256(canonicalJson(content));
}

/** Everyone who decided or noted anything that a bundle carries. */
export function deciders(file: ReviewFile): string[] {
  const names = carried.flatMap((kind) => file.ledger.decisions(kind).map((one) => one.reviewer));
  return [...new Set(names)].toSorted();
}

/** All that `reviewer` decided and noted, with its history, and the suggestions that it answered. */
export function makeBundle(file: ReviewFile, reviewer: string): Bundle {
  const decisions = carried
    .flatMap((kind) => file.ledger.decisions(kind))
    .filter((decision): decision is Bundle["decisions"][number] => decision.reviewer === reviewer)
    .toSorted((a, b) => a.sequence - b.sequence);
  const answered = new Set(decisions.map(({ suggestionId }) => suggestionId));
  const decidedOn = new Set(decisions.map(({ subject }) => parseSubject(subject).recordId));
  const content = {
    format: "evidesk-decisions/1" as const,
    review: { id: file.id(), title: file.protocol().title },
    reviewer,
    madeAt: new Date().toISOString(),
    reasons: [...new Set(decisions.flatMap(({ reason }) => (reason ? [reason] : [])))],
    records: file
      .records()
      .filter(({ id }) => decidedOn.has(id))
      .map((record) => ({
        id: record.id,
        title: record.title,
        doi: record.doi,
        pmid: record.pmid,
        year: record.year,
        identity: identityOf(record),
      })),
    suggestions: carried
      .flatMap((kind) => file.ledger.suggestions(kind))
      .filter(({ id }) => answered.has(id)),
    decisions,
  };
  return { ...content, sha256: sha256(canonicalJson(content)) };
}

/**
 * Reads a bundle and checks that it is whole and of this review.
 *
 * @throws AppError `badFile` for another kind of file, `tampered` when content and hash disagree or a
 * decision bears another name, `conflict` for a bundle of another review.
 */
export function readBundle(
  text: string,
  name: string,
  review: { id: string; title: string },
): Bundle {
  const parsed = bundleSchema.safeParse(parseJson(text, name));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      "badFile",
      `"${name}" is not a bundle of decisions: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not as expected"}. Nothing was imported.`,
    );
  }
  const bundle = parsed.data;
  if (hashOf(bundle) !== bundle.sha256)
    throw new AppError(
      "tampered",
      `"${name}" was changed after it was written: its content does not agree with its hash. Nothing was imported; ask ${bundle.reviewer} for the file again.`,
      { expected: bundle.sha256, found: hashOf(bundle) },
    );
  if (bundle.review.id !== review.id)
    throw new AppError(
      "conflict",
      `"${name}" belongs to another review, "${bundle.review.title}", and not to "${review.title}". Nothing was imported. Both machines must work on copies of one review file.`,
      { bundle: bundle.review, review },
    );
  checkDecisions(bundle, name);
  return bundle;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("badFile", `"${name}" is not a bundle of decisions: it is not JSON.`);
  }
}

function checkDecisions(bundle: Bundle, name: string): void {
  const stranger = bundle.decisions.find(({ reviewer }) => reviewer !== bundle.reviewer);
  if (stranger)
    throw new AppError(
      "tampered",
      `"${name}" is ${bundle.reviewer}'s bundle and holds a decision of ${stranger.reviewer}. Nothing was imported.`,
    );
  const latest = Date.now() + clockSlackMs;
  const early = bundle.decisions.find(({ at }) => Date.parse(at) > latest);
  if (early)
    throw new AppError(
      "badInput",
      `"${name}" holds a decision of the future (${early.at}): one of the two clocks is wrong. Nothing was imported.`,
    );
  const listed = new Set<string | undefined>(bundle.records.map(({ id }) => id));
  const loose = bundle.decisions.find(({ subject }) => !listed.has(parseSubject(subject).recordId));
  if (loose)
    throw new AppError(
      "badFile",
      `"${name}" holds a decision on ${loose.subject}, which it does not list. Nothing was imported.`,
    );
}

/**
 * The bundle's decisions and suggestions with this file's record ids, and the records that this file
 * does not hold.
 */
export function matchBundle(
  bundle: Bundle,
  records: readonly ReviewRecord[],
): { decisions: Decision[]; suggestions: Suggestion[]; unmatched: BundleRecord[] } {
  const byId = new Map(records.map((record) => [record.id, record]));
  const byIdentity = new Map(records.map((record) => [identityOf(record), record]));
  const byDoi = new Map(records.filter(({ doi }) => doi !== "").map((one) => [one.doi, one]));
  const localId = new Map<string, string>();
  for (const theirs of bundle.records) {
    const sameId = byId.get(theirs.id);
    const same =
      sameId !== undefined && isSame(sameId, theirs)
        ? sameId
        : (byIdentity.get(theirs.identity) ?? byDoi.get(theirs.doi));
    if (same) localId.set(theirs.id, same.id);
  }
  const here = <T extends { subject: string }>(entries: T[]): T[] =>
    entries.flatMap((entry) => {
      const { recordId = "", fieldId, arm } = parseSubject(entry.subject);
      const id = localId.get(recordId);
      if (id === undefined) return [];
      const subject = fieldId === undefined ? recordSubject(id) : cellSubject(id, fieldId, arm);
      return [{ ...entry, subject }];
    });
  return {
    decisions: here(bundle.decisions),
    suggestions: here(bundle.suggestions),
    unmatched: bundle.records.filter(({ id }) => !localId.has(id)),
  };
}

/** The same number is not enough: records may have been added on one machine only. */
function isSame(record: ReviewRecord, theirs: BundleRecord): boolean {
  return (
    identityOf(record) === theirs.identity ||
    (record.doi !== "" && record.doi === theirs.doi) ||
    (record.pmid !== "" && record.pmid === theirs.pmid)
  );
}

/** `decisions-Ana-Lima.bundle.json` */
export function bundleName(reviewer: string): string {
  const name = reviewer.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return `decisions-${name || "reviewer"}.bundle.json`;
}
