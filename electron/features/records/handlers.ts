/** Calls on what people write on records: notes, tags, corrections, groups, reasons. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { recordsContract } from "../../api/schemas/records.ts";
import { annotating, tagsInUse } from "../review/annotations.ts";
import { visibleTo } from "../review/blinding.ts";
import { editRecord } from "../review/edit-record.ts";
import { groupRecords, groupsOf, ungroupRecord } from "../review/groups.ts";
import type { Reviews } from "../review/reviews.ts";
import type { FindDuplicates } from "../review/store.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";

/** Finds pairs that may be reports of one study, by record id. */
export type FindCompanions = (
  records: readonly ReviewRecord[],
) => { ids: string[]; reason: string }[];

type Dependencies = {
  reviews: Reviews;
  findDuplicates: FindDuplicates;
  findCompanions: FindCompanions;
};

export function createRecordsHandlers({
  reviews,
  findDuplicates,
  findCompanions,
}: Dependencies): HandlersFor<typeof recordsContract> {
  const me = (): string => reviews.settings().reviewer;
  const recordOf = (reviewId: string, recordId: string): ReviewRecord => {
    const record = reviews.get(reviewId).record(recordId, me());
    if (record === null)
      throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
    return record;
  };
  return {
    "records.annotate": async ({ reviewId, recordId, tags, note }) => {
      const now = recordOf(reviewId, recordId);
      const after = { tags: tags ?? now.tags, note: note ?? now.note };
      reviews.get(reviewId).ledger.decide([annotating(me(), recordId, after)]);
      return recordOf(reviewId, recordId);
    },
    "records.tags": async ({ reviewId }) => {
      const { ledger } = reviews.get(reviewId);
      return tagsInUse(ledger, visibleTo(ledger, me()));
    },
    "records.edit": async ({ reviewId, recordId, ...change }) => {
      editRecord(reviews.get(reviewId).ledger, me(), recordOf(reviewId, recordId), change);
      return recordOf(reviewId, recordId);
    },
    "records.add": async ({ reviewId, ...record }) => {
      const file = reviews.get(reviewId);
      const { duplicates } = file.importRecords(
        me(),
        { name: "Added by hand", format: "by hand", rejected: [] },
        [{ ...record, source: "Added by hand", extra: null }],
        findDuplicates,
      );
      const last = file.ledger.all("SELECT max(id) AS id FROM records")[0]?.["id"];
      return { record: duplicates > 0 ? null : recordOf(reviewId, String(last)), duplicates };
    },
    "records.suggestGroups": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      const records = file.records(me());
      const byId = new Map(records.map((record) => [record.id, record]));
      const groups = groupsOf(file.ledger);
      return findCompanions(records).flatMap(({ ids, reason }) => {
        const members = ids.flatMap((id) => byId.get(id) ?? []);
        const known = new Set(members.map(({ id }) => groups.get(id) ?? id));
        if (members.length < 2 || known.size === 1) return [];
        const decided = new Set(members.flatMap(({ decision }) => decision ?? []));
        return [
          {
            records: members.map(({ id, title }) => ({ id, title })),
            reason,
            contradictory: decided.size > 1,
          },
        ];
      });
    },
    "records.group": async ({ reviewId, recordIds, why }) => ({
      group: groupRecords(reviews.get(reviewId).ledger, me(), recordIds, why),
    }),
    "records.ungroup": async ({ reviewId, recordId }) => {
      ungroupRecord(reviews.get(reviewId).ledger, me(), recordId);
      return {};
    },
    "records.changeReason": async ({ reviewId, stage, from, to }) => {
      const { ledger } = reviews.get(reviewId);
      const mine = ledger
        .currentDecisions(stage, me())
        .filter(({ action, reason }) => action === "exclude" && (reason ?? "") === from);
      ledger.decide(
        mine.map(({ kind, subject, action, reviewer, note, value }) => ({
          kind,
          subject,
          action,
          reviewer,
          ...(to === "" ? {} : { reason: to }),
          ...(note === undefined ? {} : { note }),
          ...(value === undefined ? {} : { value }),
        })),
      );
      return { changed: mine.length };
    },
  };
}
