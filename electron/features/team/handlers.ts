/** Calls about people: the plan, conflicts and their adjudication, agreement, bundles of decisions. */
import { AppError } from "../../api/errors.ts";
import type { HandlersFor } from "../../api/call.ts";
import type { Decision } from "../../api/schemas/ledger.ts";
import type { Conflict, teamContract } from "../../api/schemas/team.ts";
import { parseSubject, recordSubject } from "../../api/subjects.ts";
import type { AssetStore } from "../review/assets.ts";
import { bundleName, makeBundle, matchBundle, readBundle } from "../review/bundle.ts";
import { cellOutcomesOf } from "../review/cell-outcomes.ts";
import { adjudicationKind, outcomesOf, type Stage } from "../review/outcomes.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { isBlinded, setTeamPlan, teamPlan } from "../review/team-plan.ts";
import { measureAgreement, type Pair } from "./agreement.ts";
import { paceOf } from "./pace.ts";

type Dependencies = { reviews: Reviews; assets: AssetStore };

export function createTeamHandlers({
  reviews,
  assets,
}: Dependencies): HandlersFor<typeof teamContract> {
  const me = (): string => reviews.settings().reviewer;
  return {
    "team.get": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      return {
        plan: teamPlan(file.ledger),
        me: me(),
        reviewers: reviewerCounts(file, reviews.settings().reviewers),
        conflicts: {
          screen: openConflicts(file, "screen"),
          fullText: openConflicts(file, "fullText"),
        },
        waiting: waitingFor(file, me()),
      };
    },
    "team.set": async ({ reviewId, ...change }) =>
      setTeamPlan(reviews.get(reviewId).ledger, me(), change),
    "team.conflicts": async ({ reviewId, stage }) => {
      const file = reviews.get(reviewId);
      const conflicts = conflictsOf(file, stage, me());
      return { conflicts, open: openConflicts(file, stage) };
    },
    "team.adjudicate": async ({ reviewId, recordId, stage, action, reason, note }) => {
      const file = reviews.get(reviewId);
      const outcome = file.outcome(recordSubject(recordId), stage);
      if (outcome.state !== "conflict" && outcome.state !== "adjudicated")
        throw new AppError(
          "conflict",
          `Record ${recordId} has no conflict to settle: ${outcome.decisions.length} decisions in force, all alike.`,
          { recordId },
        );
      return decideOne(file, {
        kind: adjudicationKind[stage],
        subject: recordSubject(recordId),
        action,
        reviewer: me(),
        value: { between: outcome.decisions.map(({ id }) => id) },
        ...(reason ? { reason } : {}),
        ...(note ? { note } : {}),
      });
    },
    "team.reopen": async ({ reviewId, recordId, stage }) => {
      const file = reviews.get(reviewId);
      const { adjudication } = file.outcome(recordSubject(recordId), stage);
      if (adjudication === null)
        throw new AppError("notFound", `Record ${recordId} was not adjudicated.`, { recordId });
      return decideOne(file, {
        kind: adjudicationKind[stage],
        subject: recordSubject(recordId),
        action: "withdraw",
        reviewer: me(),
      });
    },
    "team.agreement": async ({ reviewId, stage, maybe }) => {
      const file = reviews.get(reviewId);
      const histories = Map.groupBy(file.ledger.decisions(stage), ({ reviewer }) => reviewer);
      return {
        pairs: pairsOf(file, stage).map(({ a, b, pairs }) => ({
          a,
          b,
          ...measureAgreement(pairs, maybe),
        })),
        pace: [...histories].map(([reviewer, history]) => paceOf(reviewer, history)),
      };
    },
    "team.exportBundle": async ({ reviewId, reviewer = me() }) => {
      const file = reviews.get(reviewId);
      if (isBlinded(teamPlan(file.ledger)) && reviewer !== me())
        throw new AppError(
          "conflict",
          `The review is blinded: ${me()} cannot take ${reviewer}'s decisions out.`,
        );
      const bundle = makeBundle(file, reviewer);
      const bytes = new TextEncoder().encode(JSON.stringify(bundle, null, 1));
      const name = bundleName(reviewer);
      const info = await assets.put(bytes, { name, type: "application/json" });
      file.ledger.record(me(), "exportBundle", { reviewer, sha256: bundle.sha256 });
      return { assetId: info.id, name, bytes: bytes.length, decisions: bundle.decisions.length };
    },
    "team.importBundle": async ({ reviewId, assetId, name }) => {
      const file = reviews.get(reviewId);
      const text = new TextDecoder().decode(await assets.get(assetId));
      const bundle = readBundle(text, name, { id: file.id(), title: file.protocol().title });
      const { decisions, suggestions, unmatched } = matchBundle(bundle, file.records());
      const added = file.ledger.transaction(() => {
        const stored = file.ledger.merge(me(), suggestions, decisions);
        addReasons(file, me(), bundle.reasons);
        file.ledger.record(me(), "importBundle", {
          name,
          reviewer: bundle.reviewer,
          sha256: bundle.sha256,
          added: stored.length,
          known: decisions.length - stored.length,
          unmatched: unmatched.map(({ title, doi }) => ({ title, doi })),
        });
        return stored;
      });
      return {
        reviewer: bundle.reviewer,
        added: added.length,
        known: decisions.length - added.length,
        superseded: added.filter((decision) => !stands(file, decision)).length,
        conflicts:
          openConflicts(file, "screen") + openConflicts(file, "fullText") + openCellConflicts(file),
        unmatched: unmatched.map(({ title, doi }) => ({ title, doi })),
      };
    },
  };
}

function decideOne(file: ReviewFile, decision: Parameters<ReviewFile["ledger"]["decide"]>[0][0]) {
  const [stored] = file.ledger.decide([decision]);
  if (stored === undefined) throw new AppError("internal", "The decision was not stored.");
  return stored;
}

/** The latest of its reviewer on its subject, withdrawals among them. */
function stands(file: ReviewFile, { kind, subject, reviewer, id }: Decision): boolean {
  const own = file.ledger.decisions(kind, subject).filter((one) => one.reviewer === reviewer);
  return (
    own.toSorted((a, b) => a.at.localeCompare(b.at) || a.sequence - b.sequence).at(-1)?.id === id
  );
}

/** Reasons that the other machine's list has and this one lacks go to the end of the list. */
function addReasons(file: ReviewFile, actor: string, reasons: readonly string[]): void {
  const { exclusionReasons } = file.protocol();
  const fresh = reasons.filter((reason) => !exclusionReasons.includes(reason));
  if (fresh.length > 0) file.update(actor, { exclusionReasons: [...exclusionReasons, ...fresh] });
}

function reviewerCounts(file: ReviewFile, known: readonly string[]) {
  const [screened, assessed] = (["screen", "fullText"] as const).map((stage) =>
    Map.groupBy(file.ledger.currentDecisions(stage), ({ reviewer }) => reviewer),
  );
  const names = new Set([...(screened?.keys() ?? []), ...(assessed?.keys() ?? []), ...known]);
  return [...names].toSorted().map((name) => ({
    name,
    screened: screened?.get(name)?.length ?? 0,
    assessed: assessed?.get(name)?.length ?? 0,
  }));
}

function openConflicts(file: ReviewFile, stage: Stage): number {
  return [...outcomesOf(file.ledger, stage).values()].filter(({ state }) => state === "conflict")
    .length;
}

function openCellConflicts(file: ReviewFile): number {
  return [...cellOutcomesOf(file.ledger).values()].filter(({ state }) => state === "conflict")
    .length;
}

function waitingFor(file: ReviewFile, reviewer: string): { records: number; forMe: number } {
  if (teamPlan(file.ledger).reviewers === 1) return { records: 0, forMe: 0 };
  const outcomes = [...outcomesOf(file.ledger, "screen").values()];
  const waiting = outcomes.filter(({ state }) => state === "waiting");
  const forMe = waiting.filter(
    ({ decisions }) => !decisions.some((decision) => decision.reviewer === reviewer),
  );
  return { records: waiting.length, forMe: forMe.length };
}

/** A conflict needs two decisions, so whoever asks has decided too or is a third person: blinding has ended. */
function conflictsOf(file: ReviewFile, stage: Stage, reviewer: string): Conflict[] {
  const rank = { conflict: 0, adjudicated: 1 };
  return [...outcomesOf(file.ledger, stage)]
    .flatMap(([subject, { state, decisions, adjudication }]): Conflict[] => {
      if (state !== "conflict" && state !== "adjudicated") return [];
      const record = file.record(parseSubject(subject).recordId ?? "", reviewer);
      return record === null ? [] : [{ record, state, decisions, adjudication }];
    })
    .toSorted((a, b) => rank[a.state] - rank[b.state] || Number(a.record.id) - Number(b.record.id));
}

/** Every two reviewers with the records that both decided on. */
function pairsOf(file: ReviewFile, stage: Stage): { a: string; b: string; pairs: Pair[] }[] {
  const bySubject = Map.groupBy(file.ledger.currentDecisions(stage), ({ subject }) => subject);
  const found = new Map<string, { a: string; b: string; pairs: Pair[] }>();
  for (const decisions of bySubject.values()) {
    const sorted = decisions.toSorted((x, y) => x.reviewer.localeCompare(y.reviewer));
    for (const [index, left] of sorted.entries())
      for (const right of sorted.slice(index + 1)) {
        const pair = [left.action, right.action] as const;
        if (!isPair(pair)) continue;
        const key = JSON.stringify([left.reviewer, right.reviewer]);
        const known = found.get(key) ?? { a: left.reviewer, b: right.reviewer, pairs: [] };
        known.pairs.push(pair);
        found.set(key, known);
      }
  }
  return [...found.values()].toSorted((x, y) => y.pairs.length - x.pairs.length);
}

function isPair(pair: readonly [string, string]): pair is Pair {
  return pair.every((action) => ["include", "exclude", "maybe"].includes(action));
}
