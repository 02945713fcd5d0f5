/**
 * The ranking of an open review: features are built once per set of records, the classifier is
 * refitted in slices between other work, and a stale refit is dropped when a new decision arrives.
 */
import { createLearner, recipes, type Label, type Learner } from "./learner.ts";

export type LiveRanking = {
  /** Scores by record id, from the last finished refit; null by file order. */
  scores: ReadonlyMap<string, number> | null;
  learnedFrom: number;
};

type State = { key: string; ids: string[]; rowOf: Map<string, number>; learner: Learner; ranking: LiveRanking; wanted: number; done: Promise<void> };

export function createLiveRankings() {
  const states = new Map<string, State>();

  function stateOf(reviewId: string, records: readonly { id: string; title: string; abstract: string }[]): State {
    const key = `${records.length}:${records.at(-1)?.id ?? ""}`;
    const held = states.get(reviewId);
    if (held?.key === key) return held;
    const learner = createLearner(records.map((record) => `${record.title} ${record.abstract}`), recipes.elasU4);
    const ids = records.map((record) => record.id);
    const state: State = { key, ids, rowOf: new Map(ids.map((id, row) => [id, row])), learner, ranking: { scores: null, learnedFrom: 0 }, wanted: -1, done: Promise.resolve() };
    states.set(reviewId, state);
    return state;
  }

  /** Starts a refit for these decisions unless one for the same number is there; the screen never waits for it. */
  function refresh(reviewId: string, records: readonly { id: string; title: string; abstract: string }[], decisions: readonly { recordId: string; relevant: boolean }[]): State {
    const state = stateOf(reviewId, records);
    const signature = decisions.reduce((sum, decision) => (sum * 31 + Number(decision.recordId) * 2 + (decision.relevant ? 1 : 0)) % 2147483647, decisions.length);
    if (state.wanted === signature) return state;
    state.wanted = signature;
    const labels = decisions.flatMap(({ recordId, relevant }): Label[] => {
      const row = state.rowOf.get(recordId);
      return row === undefined ? [] : [{ row, relevant }];
    });
    state.done = state.done.then(
      () =>
        new Promise((resolve) => {
          setImmediate(() => {
            // Only the latest decisions are worth learning from.
            if (state.wanted === signature) {
              const scores = state.learner.learn(labels);
              state.ranking = { scores: scores === null ? null : new Map(state.ids.map((id, row) => [id, scores[row] as number])), learnedFrom: labels.length };
            }
            resolve();
          });
        }),
    );
    return state;
  }

  return {
    refresh,
    /** The ranking after the refit for these decisions. */
    settled: async (reviewId: string, records: readonly { id: string; title: string; abstract: string }[], decisions: readonly { recordId: string; relevant: boolean }[]): Promise<LiveRanking> => {
      const state = refresh(reviewId, records, decisions);
      await state.done;
      return state.ranking;
    },
  };
}
