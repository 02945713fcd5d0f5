/** Calls of the Screen page. A decision is acknowledged after it is on disk; the refit runs behind it. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { Decision } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import type { screeningContract } from "../../api/schemas/screening.ts";
import { recordSubject, parseSubject } from "../../api/subjects.ts";
import { sha256 } from "../audit/chain.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { highlightsOf } from "./criteria.ts";
import { recipes } from "./learner.ts";
import { createLiveRankings } from "./live.ts";
import { estimateRelevant } from "./stopping.ts";
import { judgeRecord, termWeights, type ZeroShot } from "./zero-shot.ts";

export function createScreeningHandlers({ reviews }: { reviews: Reviews }): HandlersFor<typeof screeningContract> {
  const rankings = createLiveRankings();
  const judgements = createJudgements();
  const reviewer = (): string => reviews.settings().reviewer;
  const labelsOf = (file: ReviewFile) =>
    file.ledger.currentDecisions("screen", reviewer()).flatMap((decision) => {
      const { recordId } = parseSubject(decision.subject);
      // "Maybe" teaches nothing: it is neither relevant nor irrelevant.
      return recordId === undefined || decision.action === "maybe" ? [] : [{ recordId, relevant: decision.action === "include" }];
    });

  return {
    "screening.queue": async ({ reviewId, limit, stage }) => {
      const file = reviews.get(reviewId);
      const records = file.records(reviewer());
      const ranking = await rankings.settled(reviewId, records, labelsOf(file));
      const { criteria } = file.protocol();
      const judge = judgements(file, records);
      const decided = new Set(file.ledger.currentDecisions("fullText", reviewer()).map((decision) => decision.subject));
      const open = records.filter((record) => (stage === "screen" ? record.decision === null : record.decision === "include" && !decided.has(recordSubject(record.id))));
      // Before both classes are known, the criteria rank; without criteria, the file order does.
      const zeroShot = ranking.scores === null && criteria.length > 0 ? new Map(open.map((record) => [record.id, judge(record).score])) : null;
      const scores = ranking.scores ?? zeroShot;
      const sorted = scores === null ? open : open.toSorted((a, b) => (scores.get(b.id) ?? 0) - (scores.get(a.id) ?? 0));
      return {
        records: sorted.slice(0, limit).map((record, index) => ({ ...record, rank: index + 1, score: scores?.get(record.id) ?? null, highlights: highlightsOf(record, criteria), verdicts: judge(record).verdicts })),
        remaining: open.length, trained: ranking.scores !== null, learnedFrom: ranking.learnedFrom,
        model: ranking.scores === null ? (zeroShot === null ? "file order" : "criteria") : recipes.elasU4.name,
      };
    },
    "screening.decide": async ({ reviewId, recordId, action, stage, reason, note, shown }) => {
      const file = reviews.get(reviewId);
      const record = file.records(reviewer()).find((one) => one.id === recordId);
      if (record === undefined) throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
      const subject = recordSubject(recordId);
      const decision = file.ledger.transaction((): Decision | undefined => {
        const [suggestion] = shown === undefined || shown.score === null || stage !== "screen" ? [] : file.ledger.suggest([
          { kind: "screen", subject, value: { rank: shown.rank, score: shown.score }, status: "suggested", score: shown.score, evidence: [], checks: [], model: recipes.elasU4.name, modelVersion: "1", inputSha256: sha256(`${record.title}\n${record.abstract}`), method: "ranking learned from the reviewer's decisions" },
        ]);
        const extra = { ...(reason ? { reason } : {}), ...(note ? { note } : {}), ...(suggestion ? { suggestionId: suggestion.id } : {}) };
        return file.ledger.decide([{ kind: stage, subject, action, reviewer: reviewer(), ...extra }])[0];
      });
      if (decision === undefined) throw new AppError("internal", "The decision was not stored.");
      // The refit starts behind the acknowledgement; the next queue call finds it done or waits for the rest of it.
      setImmediate(() => rankings.refresh(reviewId, file.records(reviewer()), labelsOf(file)));
      return decision;
    },
    "screening.undo": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      const last = [...file.ledger.currentDecisions("screen", reviewer()), ...file.ledger.currentDecisions("fullText", reviewer())].toSorted((a, b) => a.sequence - b.sequence).at(-1);
      if (last === undefined) return { undone: null, title: "" };
      file.ledger.decide([{ kind: last.kind, subject: last.subject, action: "withdraw", reviewer: reviewer() }]);
      const { recordId } = parseSubject(last.subject);
      return { undone: last, title: file.records(reviewer()).find((record) => record.id === recordId)?.title ?? "" };
    },
    "screening.progress": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      const records = file.records(reviewer());
      const decisions = file.ledger.currentDecisions("screen", reviewer());
      let included = 0;
      const curve = decisions.map((decision, index) => ({ screened: index + 1, found: decision.action === "include" ? ++included : included }));
      const lastInclude = decisions.findLastIndex((decision) => decision.action === "include");
      const count = (action: string): number => decisions.filter((decision) => decision.action === action).length;
      return {
        records: records.length, screened: decisions.length, included: count("include"), excluded: count("exclude"), maybe: count("maybe"), curve,
        sinceLastInclude: decisions.length - 1 - lastInclude,
        estimate: estimateRelevant(decisions.map((decision) => decision.action === "include"), records.length - decisions.length),
      };
    },
  };
}

/** Criteria verdicts per record, made when first shown and kept until records or criteria change. */
function createJudgements() {
  const held = new Map<string, { key: string; judge: (record: ReviewRecord) => ZeroShot }>();
  return (file: ReviewFile, records: readonly ReviewRecord[]): ((record: ReviewRecord) => ZeroShot) => {
    const { criteria } = file.protocol();
    const key = `${records.length}:${JSON.stringify(criteria)}`;
    const existing = held.get(file.id());
    if (existing?.key === key) return existing.judge;
    const weight = termWeights(records.map((record) => `${record.title} ${record.abstract}`));
    const known = new Map<string, ZeroShot>();
    const judge = (record: ReviewRecord): ZeroShot => {
      let judged = known.get(record.id);
      if (judged === undefined) known.set(record.id, (judged = judgeRecord(record, criteria, weight)));
      return judged;
    };
    held.set(file.id(), { key, judge });
    return judge;
  };
}
