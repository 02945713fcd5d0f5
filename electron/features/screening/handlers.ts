/** Calls of the Screen page. A decision is acknowledged after it is on disk; the refit runs behind it. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { Decision } from "../../api/schemas/ledger.ts";
import type { QueuedRecord, screeningContract } from "../../api/schemas/screening.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { recordSubject } from "../../api/subjects.ts";
import { sha256 } from "../audit/chain.ts";
import { membersOf } from "../review/groups.ts";
import { isUnread } from "../review/outcomes.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { teamPlan } from "../review/team-plan.ts";
import type { Missing } from "./chao.ts";
import { highlightsOf } from "./criteria.ts";
import { createKeeper, readKept } from "./kept-ranking.ts";
import { recipeFor } from "./learner.ts";
import {
  createLiveRankings,
  type LiveRanking,
  type RankedText,
  type RankingInput,
} from "./live.ts";
import {
  actOn,
  decisionsFor,
  historyFor,
  isConfirmed,
  lastAct,
  openRows,
  rankingKey,
  recordIdOf,
  unranked,
  withhold,
} from "./people.ts";
import { excludeRest, progressOf } from "./progress.ts";
import { inOrder } from "./query-order.ts";
import type { Work } from "./slices.ts";

/**
 * A small review's ranking is there within this time; a large one's comes behind the list at hand.
 * The first list may take a little longer: there is nothing on the screen yet that would change.
 */
const longestWaitMs = { first: 800, later: 300 };

/** How long a page takes to ask for what stands beside its first record. */
const openingMs = 300;

/** As many decisions as somebody looks at again in one go. */
const mostDoubts = 30;

/** As many records as anyone screens while a large review's ranking is made. */
const keptHead = 100;

export function createScreeningHandlers({
  reviews,
  keepAfterMs = 3_000,
}: {
  reviews: Reviews;
  keepAfterMs?: number;
}): HandlersFor<typeof screeningContract> {
  const rankings = createLiveRankings();
  const keep = createKeeper(keepAfterMs);
  const reviewer = (): string => reviews.settings().reviewer;
  const inputOf = (file: ReviewFile): RankingInput => ({
    version: file.recordsVersion(),
    ids: file.liveIds,
    texts: (ids) => textsWork(file, ids),
    criteria: file.protocol().criteria,
    decisions: decisionsFor(file, "screen", reviewer()).flatMap((decision) =>
      // "Maybe" teaches nothing: it is neither relevant nor irrelevant.
      // Nor does what was excluded unread.
      decision.action === "maybe" || isUnread(decision)
        ? []
        : [{ recordId: recordIdOf(decision), relevant: decision.action === "include" }],
    ),
  });
  /** Walking from record to record asks for no new ranking; the first list and each decision do. */
  const rankingAtHand = (file: ReviewFile): LiveRanking => {
    if (teamPlan(file.ledger).suggestions === "never") return unranked(file);
    const key = rankingKey(file, reviewer());
    return rankings.atHand(key) ?? rankings.current(key, inputOf(file));
  };
  const rankSoon = (file: ReviewFile, afterMs: number): void => {
    setTimeout(() => {
      // The program may have been closed in between; the decisions are on disk, only the refit is gone.
      if (file.ledger.database.isOpen && teamPlan(file.ledger).suggestions !== "never")
        rankings.current(rankingKey(file, reviewer()), inputOf(file));
    }, afterMs).unref();
  };
  const chaoOf = (file: ReviewFile): Promise<Missing | null> =>
    rankings.missing(rankingKey(file, reviewer()), inputOf(file));
  const askedFor = (file: ReviewFile, recordId: string): ReviewRecord => {
    const record = file.record(recordId, reviewer());
    if (record === null)
      throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
    return record;
  };

  return {
    "screening.queue": async ({ reviewId, limit, stage, order }) => {
      const file = reviews.get(reviewId);
      const input = inputOf(file);
      const { suggestions } = teamPlan(file.ledger);
      // A reviewer never sees an order that another's decisions made.
      const madeFor = sha256(JSON.stringify([input.version, input.criteria, reviewer()]));
      const kept = suggestions === "never" ? null : readKept(file, madeFor);
      const key = rankingKey(file, reviewer());
      const opensOnKept = kept !== null && rankings.atHand(key) === undefined;
      // The first record waits for nothing but itself: the ranking begins when the page has it.
      if (opensOnKept) rankSoon(file, openingMs);
      const ranking =
        suggestions === "never"
          ? unranked(file)
          : opensOnKept
            ? { ...unranked(file), pending: true }
            : await rankings.within(key, input, longestWaitMs);
      const open = openRows(file, ranking.ids, stage, reviewer());
      // Until this session's first ranking is made, the last session's tells the order.
      const last = ranking.scores === null && ranking.pending ? kept : null;
      const lastScores = new Map(last?.head);
      const scoreOf = (row: number): number | null =>
        ranking.scores?.[row] ?? lastScores.get(ranking.ids[row] ?? "") ?? null;
      const ranked = ranking.scores !== null || last !== null;
      const decided = (): { row: number; relevant: boolean }[] => {
        const rowOf = new Map(ranking.ids.map((id, row) => [id, row]));
        return input.decisions.map(({ recordId, relevant }) => ({
          row: rowOf.get(recordId) ?? -1,
          relevant,
        }));
      };
      const sorted = ranked
        ? inOrder({ order, open, scoreOf, decided: order === "certain" ? [] : decided() })
        : open;
      const shown = sorted.slice(0, limit).flatMap((row, index): QueuedRecord[] => {
        const record = file.record(ranking.ids[row] ?? "", reviewer());
        if (record === null) return [];
        const queued = {
          ...record,
          rank: index + 1,
          score: scoreOf(row),
          highlights: highlightsOf(record, input.criteria),
          verdicts: ranking.judge?.(record).verdicts ?? [],
        };
        return [withhold(queued, suggestions, record.decision !== null)];
      });
      if (
        order === "certain" &&
        ranking.scores !== null &&
        !ranking.pending &&
        ranking.by !== "file order"
      )
        keep(file, {
          madeFor,
          by: ranking.by,
          learnedFrom: ranking.learnedFrom,
          head: sorted
            .slice(0, keptHead)
            .map((row) => [ranking.ids[row] ?? "", ranking.scores?.[row] ?? 0]),
        });
      const by = last?.by ?? ranking.by;
      const trained = by === "decisions";
      return {
        records: shown,
        remaining: open.length,
        trained,
        learnedFrom: last?.learnedFrom ?? ranking.learnedFrom,
        model: trained ? recipeFor(ranking.ids.length).name : by,
        pending: ranking.pending,
      };
    },
    "screening.record": async ({ reviewId, recordId }) => {
      const file = reviews.get(reviewId);
      const record = askedFor(file, recordId);
      const { suggestions } = teamPlan(file.ledger);
      const ranking = rankingAtHand(file);
      const row = ranking.ids.indexOf(recordId);
      const queued = {
        ...record,
        rank: row + 1,
        score: ranking.scores?.[row] ?? null,
        highlights: highlightsOf(record, file.protocol().criteria),
        verdicts: ranking.judge?.(record).verdicts ?? [],
      };
      return {
        ...withhold(queued, suggestions, record.decision !== null),
        history: historyFor(file, recordId, reviewer()),
        groupedWith: membersOf(file.ledger, recordId).filter((id) => id !== recordId),
      };
    },
    "screening.verdicts": async ({ reviewId, recordIds }) => {
      const file = reviews.get(reviewId);
      const { suggestions } = teamPlan(file.ledger);
      if (suggestions === "never") return { pending: false, rows: [] };
      // The criteria may have been edited since the ranking at hand.
      const { judge, pending } = rankings.current(rankingKey(file, reviewer()), inputOf(file));
      const rows = recordIds.flatMap((recordId) => {
        const record = judge === null ? null : file.record(recordId, reviewer());
        if (record === null || (suggestions === "after" && record.decision === null)) return [];
        return [{ recordId, verdicts: judge?.(record).verdicts ?? [] }];
      });
      return { pending: judge === null && pending, rows };
    },
    "screening.decide": async ({
      reviewId,
      recordId,
      action,
      stage,
      reason,
      note,
      shown,
      criterionId,
      quote,
      page,
      standing,
    }) => {
      const file = reviews.get(reviewId);
      const record = askedFor(file, recordId);
      const subject = recordSubject(recordId);
      if (standing !== undefined)
        refuseUnseen(file, { subject, stage, reviewer: reviewer() }, standing);
      const decision = file.ledger.transaction((): Decision | undefined => {
        const [suggestion] =
          shown === undefined || shown.score === null || stage !== "screen"
            ? []
            : file.ledger.suggest([
                {
                  kind: "screen",
                  subject,
                  value: {
                    rank: shown.rank,
                    score: shown.score,
                    ...(shown.order ? { order: shown.order } : {}),
                  },
                  status: "suggested",
                  score: shown.score,
                  evidence: [],
                  checks: [],
                  model: recipeFor(file.liveCount()).name,
                  modelVersion: "1",
                  inputSha256: sha256(`${record.title}\n${record.abstract}`),
                  method: "ranking learned from the reviewer's decisions",
                },
              ]);
        const extra = { ...(reason ? { reason } : {}), ...(note ? { note } : {}) };
        const act = { kind: stage, action, reviewer: reviewer(), ...extra };
        const decisions = actOn(file, recordId, act, { criterionId, quote, page }).map((one) =>
          suggestion && one.subject === subject ? { ...one, suggestionId: suggestion.id } : one,
        );
        return file.ledger.decide(decisions).find((one) => one.subject === subject);
      });
      if (decision === undefined) throw new AppError("internal", "The decision was not stored.");
      // The refit starts behind the acknowledgement; the next queue call finds it done or waits for the rest of it.
      rankSoon(file, 0);
      return decision;
    },
    "screening.undo": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      const act = lastAct(file, reviewer());
      const last = act.at(0);
      if (last === undefined) return { undone: null, title: "" };
      file.ledger.decide(
        act.map(({ kind, subject }) => ({
          kind,
          subject,
          action: "withdraw",
          reviewer: reviewer(),
        })),
      );
      return { undone: last, title: file.record(recordIdOf(last), reviewer())?.title ?? "" };
    },
    "screening.lookAgain": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      if (teamPlan(file.ledger).suggestions === "never") return { state: "withheld", records: [] };
      const doubts = await rankings.lookAgain(rankingKey(file, reviewer()), inputOf(file));
      if (doubts === undefined) return { state: "pending", records: [] };
      if (doubts === null) return { state: "tooFew", records: [] };
      const records = doubts
        .filter(({ recordId }) => !isConfirmed(file, recordId, reviewer()))
        .slice(0, mostDoubts)
        .flatMap(({ recordId, strength }) => {
          const record = file.record(recordId, reviewer());
          return record === null ? [] : [{ ...record, strength }];
        });
      return { state: "told", records };
    },
    "screening.excludeRest": async ({ reviewId, expected, reason }) => {
      const file = reviews.get(reviewId);
      return excludeRest(file, reviewer(), { expected, reason }, await chaoOf(file));
    },
    "screening.progress": async ({ reviewId, stage }) => {
      const file = reviews.get(reviewId);
      const chao = stage === "screen" ? await chaoOf(file) : null;
      return progressOf(file, stage, reviewer(), chao);
    },
  };
}

const textsPerStep = 64;

/** The texts of all live records, some at a time, so that a large review opens before it is read; null once closed. */
function* textsWork(file: ReviewFile, ids: readonly string[]): Work<RankedText[] | null> {
  const texts: RankedText[] = [];
  const lastId = ids.at(-1) ?? "0";
  while (texts.length < ids.length) {
    yield;
    if (!file.ledger.database.isOpen) return null;
    texts.push(...file.texts({ afterId: texts.at(-1)?.id ?? "0", lastId, limit: textsPerStep }));
  }
  return texts;
}

/** Two windows on one review: a decision that the page never showed is not overwritten unseen. */
function refuseUnseen(
  file: ReviewFile,
  at: { subject: string; stage: "screen" | "fullText"; reviewer: string },
  standing: string | null,
): void {
  const now = file.ledger
    .currentDecisions(at.stage, at.reviewer)
    .find(({ subject }) => subject === at.subject);
  if ((now?.id ?? null) === standing) return;
  throw new AppError(
    "conflict",
    now === undefined
      ? "Your earlier decision on this record was taken back in another window. Nothing was stored; decide again."
      : `In another window you decided "${now.action}" on this record. Nothing was stored; decide again to supersede it.`,
    { standing: now ?? null },
  );
}
