/** Suggests values for the papers of a review: rules first, then the text packs, pack by pack for several papers. */
import { isDeepStrictEqual } from "node:util";
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { HandlersFor } from "../../api/call.ts";
import { cellSubject, recordSubject } from "../../api/subjects.ts";
import type { NewSuggestion } from "../../api/schemas/ledger.ts";
import type { extractionContract, Field, Paper } from "../../api/schemas/extraction.ts";
import type { Generated } from "../../api/schemas/generation.ts";
import type { AssetStore } from "../review/assets.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { proposeByModel } from "./by-model.ts";
import { plainValue } from "./extracted-value.ts";
import type { Papers } from "./papers.ts";
import { suggestAgain } from "./registry/handlers.ts";
import { isRegistry } from "./registry/standing.ts";
import { studiesWithRegistry } from "./registry/stored.ts";
import { fieldsOf } from "./stored-fields.ts";
import { inGroups, markPaper, type TagText } from "./tagging.ts";
import { suggestFields, type Proposal } from "./suggest.ts";

type Dependencies = {
  reviews: Reviews;
  assets: AssetStore;
  papers: Papers;
  tag: TagText | undefined;
  packs: () => Promise<{ id: string; version: string }[]>;
  /** A generation pack's answer to a prompt. */
  ask: AskPack | undefined;
  /** Records in the order in which the page shows them. */
  orderOf: (file: ReviewFile) => readonly string[];
};

/** @param seed the same seed gives the same answer where the pack can promise that */
export type AskPack = (
  packId: string,
  prompt: string,
  values: Record<string, string>,
  options: { signal: AbortSignal; seed: number },
) => Promise<Generated>;
type Maker = { id: string; version: string };

const rulesVersion = "1";

/**
 * Papers are read one by one, and what rules find in each is stored at once. The packs then mark a group of papers
 * together, so that each pack is asked about all of them before another is opened. Suggestions are stored in the
 * papers' order; after a cancel those that were stored stay.
 */
export function createSuggesting({
  reviews,
  assets,
  papers,
  tag,
  packs,
  ask,
  orderOf,
}: Dependencies): HandlersFor<typeof extractionContract>["extraction.suggest"] {
  return async ({ reviewId, recordIds, fieldIds, packId }, { signal, emit }) => {
    const file = reviews.get(reviewId);
    const fields = fieldsOf(file).filter(
      (field) => fieldIds.length === 0 || fieldIds.includes(field.id),
    );
    const reports = file
      .reports()
      .filter((report) => recordIds.length === 0 || recordIds.includes(report.recordId));
    const failed: { recordId: string; code: string; reason: string }[] = [];
    let suggested = 0;
    const installed = tag || packId !== undefined ? await packs() : [];
    const writer = installed.find(({ id }) => id === packId);
    if (packId !== undefined && (writer === undefined || ask === undefined))
      throw new AppError("notFound", `No pack "${packId}" is installed.`, { packId });
    const marker = writer ? undefined : tag;
    const order = new Map(orderOf(file).map((recordId, at) => [recordId, at]));
    reports.sort((a, b) => (order.get(a.recordId) ?? 0) - (order.get(b.recordId) ?? 0));
    let done = 0;
    const tell = (label: string): void => emit({ done, total: reports.length, label });
    const fail = (report: Origin, thrown: unknown): void => {
      const { code, message } = toErrorShape(thrown);
      if (code === "cancelled") throw thrown;
      failed.push({ recordId: report.recordId, code, reason: message });
      file.ledger.suggest(
        fields.map((field) => failedSuggestion(report, field, `${code}: ${message}`)),
      );
    };

    /** The paper with what rules found in it; null where it cannot be read, which is stored. */
    async function read(report: Origin & { name: string }): Promise<Begun | null> {
      signal.throwIfAborted();
      tell(`Extracting from ${report.name}`);
      try {
        const paper = await papers.read(report.assetId, { signal });
        const early = marker ? earlySuggestions(file, report, suggestFields(paper, fields)) : [];
        suggested += file.ledger.suggest(early).length;
        return { report, paper, early };
      } catch (thrown) {
        fail(report, thrown);
        return null;
      }
    }

    for (const group of inGroups(reports)) {
      const begun: (Begun | null)[] = [];
      for (const report of group) begun.push(await read(report));
      const marked = begun.map(async (one) =>
        one && marker ? markPaper(one.paper, marker, signal) : [],
      );
      // Told one by one below; one that fails is not to end the program before its turn.
      for (const marks of marked) marks.catch(() => {});
      for (const [at, one] of begun.entries()) {
        if (one) {
          const { report, paper, early } = one;
          const means = writer ? ` with ${writer.id}` : marker ? " with the text packs" : "";
          tell(`Extracting from ${report.name}${means}`);
          try {
            const proposals =
              writer && ask
                ? await proposeByModel(paper, fields, (prompt, values) =>
                    ask(writer.id, prompt, values, { signal, seed: 1 }),
                  )
                : suggestFields(paper, fields, await marked[at]);
            const made = proposals
              .map((proposal) => suggestionFrom(report, proposal, installed, writer))
              .filter((other) => !early.some((before) => isDeepStrictEqual(other, before)));
            suggested += file.ledger.suggest(made).length;
          } catch (thrown) {
            fail(report, thrown);
          }
        }
        done += 1;
      }
    }
    const kept = studiesWithRegistry(file);
    suggested += await suggestAgain(
      file,
      assets,
      recordIds.length === 0 ? kept : kept.filter((id) => recordIds.includes(id)),
    );
    tell("Done");
    return { suggested, reports: reports.length, failed };
  };
}

type Begun = { report: Origin & { name: string }; paper: Paper; early: NewSuggestion[] };
type Origin = { recordId: string; assetId: string };

function suggestionFrom(
  report: Origin,
  proposal: Proposal,
  packs: Maker[],
  writer?: Maker,
): NewSuggestion {
  const { value, unit, arm, status, evidence, checks, method, fieldId } = proposal;
  const pack = writer ?? packs.find((one) => one.id === method);
  return {
    kind: "extract",
    subject: cellSubject(report.recordId, fieldId, arm),
    value: plainValue({ value, unit, arm }),
    status,
    method,
    checks,
    evidence: evidence ? [{ ...evidence, source: report.assetId }] : [],
    model: pack?.id ?? "evidesk-rules",
    modelVersion: pack?.version ?? rulesVersion,
    inputSha256: report.assetId,
  };
}

/**
 * What rules alone find in a paper that has nothing on screen yet, shown while the packs still start. Only
 * verified values: that something is not reported is said when the packs have looked too; and only cells
 * that cannot go with the packs' answer, which may name other arms.
 */
function earlySuggestions(
  file: ReviewFile,
  report: Origin,
  proposals: readonly Proposal[],
): NewSuggestion[] {
  const before = file.ledger.suggestions("extract", `${recordSubject(report.recordId)}/`);
  if (before.some((one) => !isRegistry(one))) return [];
  return proposals
    .filter(({ status, arm }) => status === "verified" && arm === undefined)
    .map((proposal) => suggestionFrom(report, proposal, []));
}

function failedSuggestion(report: Origin, field: Field, reason: string): NewSuggestion {
  return {
    kind: "extract",
    subject: cellSubject(report.recordId, field.id),
    value: { value: null },
    status: "failed",
    method: "could not be read",
    checks: [{ name: "paper read", ok: false, message: reason }],
    evidence: [],
    model: "evidesk-rules",
    modelVersion: rulesVersion,
    inputSha256: report.assetId,
  };
}
