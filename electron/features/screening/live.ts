/**
 * The ranking of an open review, made in slices behind the screen's calls: features once per set of
 * records, criteria scores once per wording, a refit per decision. Work on decisions that have
 * changed since is dropped. Nobody waits: the ranking at hand is there at once.
 */
import type { Criterion } from "../../api/schemas/review.ts";
import { missingWork, type Missing } from "./chao.ts";
import { featureSpaceWork, type FeatureSpace } from "./feature-space.ts";
import { learnerOn, recipeFor, type Label, type Learner } from "./learner.ts";
import { lookAgainWork } from "./look-again.ts";
import { runInSlices, type Work } from "./slices.ts";
import type { Texts } from "./text-features.ts";
import { createJudge, feedbackWork, termWeightWork, type Judge } from "./zero-shot.ts";

export type RankedText = { id: string; title: string; abstract: string };

/** What a review's ranking is made from. `version` changes when records do; ids and texts are read only then. */
export type RankingInput = {
  version: string;
  /** Of live records in file order. */
  ids: () => readonly string[];
  /** The texts behind the ids, read in steps; null when the review was closed meanwhile. */
  texts: (ids: readonly string[]) => Work<readonly RankedText[] | null>;
  criteria: readonly Criterion[];
  decisions: readonly { recordId: string; relevant: boolean }[];
};

export type LiveRanking = {
  /** Record ids in file order and their scores; null scores: file order ranks. */
  ids: readonly string[];
  scores: Float64Array | null;
  by: "decisions" | "criteria" | "file order";
  learnedFrom: number;
  /** Judges single records by the criteria; null until the review's words are counted. */
  judge: Judge["judge"] | null;
  /** A newer ranking is being made. */
  pending: boolean;
};

type State = {
  version: string;
  wording: string;
  /** The decisions that the latest ranking is made from; null before the first. */
  wanted: string | null;
  /** Null until they are read, behind the first list. */
  texts: readonly RankedText[] | null;
  rowOf: Map<string, number>;
  learner: Learner | null;
  space: FeatureSpace | null;
  judge: Judge | null;
  criteriaScores: Float64Array | null;
  /** `criteriaScores` hold the feedback from the best records too. */
  fedBack: boolean;
  ranking: LiveRanking;
  /** What Chao's estimate said, and after which decisions. */
  missing: { after: string; estimate: Missing | null } | null;
  done: Promise<void>;
};

export function createLiveRankings() {
  const states = new Map<string, State>();

  function stateOf(reviewId: string, input: RankingInput): State {
    const wording = JSON.stringify(input.criteria);
    const held = states.get(reviewId);
    if (held?.version === input.version && held.wording === wording) return held;
    const same = held?.version === input.version ? held : null;
    const ids = same?.ranking.ids ?? input.ids();
    const state: State = {
      version: input.version,
      wording,
      wanted: null,
      texts: same?.texts ?? null,
      rowOf: same?.rowOf ?? new Map(ids.map((id, row) => [id, row])),
      learner: same?.learner ?? null,
      space: same?.space ?? null,
      judge: null,
      criteriaScores: null,
      fedBack: false,
      ranking: { ids, scores: null, by: "file order", learnedFrom: 0, judge: null, pending: true },
      missing: null,
      done: held?.done ?? Promise.resolve(),
    };
    states.set(reviewId, state);
    return state;
  }

  /** Starts a new ranking unless one from the same decisions is there or under way. */
  function refresh(reviewId: string, input: RankingInput): State {
    const state = stateOf(reviewId, input);
    const wanted = input.decisions
      .map(({ recordId, relevant }) => `${recordId}${relevant ? "+" : "-"}`)
      .join();
    if (state.wanted === wanted) return state;
    state.wanted = wanted;
    state.ranking = { ...state.ranking, pending: true };
    const isStale = (): boolean => state.wanted !== wanted || states.get(reviewId) !== state;
    state.done = state.done.then(async () => {
      if (!isStale()) await make(state, input, isStale);
    });
    return state;
  }

  return {
    /** The ranking at hand, without asking for a newer one; undefined before the first. */
    atHand: (reviewId: string): LiveRanking | undefined => states.get(reviewId)?.ranking,
    /** Doubtful decisions by record id; undefined until the ranking's features are there, null for too few decisions. */
    lookAgain: async (
      reviewId: string,
      input: RankingInput,
    ): Promise<{ recordId: string; strength: number }[] | null | undefined> => {
      const state = refresh(reviewId, input);
      if (state.space === null) return undefined;
      const learner = learnerOn(state.space, recipeFor(state.ranking.ids.length));
      const work = lookAgainWork(learner, labelsOf(state, input), state.criteriaScores);
      const doubts = await runInSlices(work, () => states.get(reviewId) !== state);
      return (
        doubts?.map(({ row, strength }) => ({
          recordId: state.ranking.ids[row] ?? "",
          strength,
        })) ?? null
      );
    },
    /** The ranking at hand; a newer one may be `pending`. */
    current: (reviewId: string, input: RankingInput): LiveRanking =>
      refresh(reviewId, input).ranking,
    /** Chao's estimate of the relevant records that are missing; null until the ranking's features are there. */
    missing: async (reviewId: string, input: RankingInput): Promise<Missing | null> => {
      const state = states.get(reviewId);
      if (state?.space == null || state.wanted === null) return null;
      const after = state.wanted;
      if (state.missing?.after === after) return state.missing.estimate;
      const work = missingWork(state.space, labelsOf(state, input));
      const estimate = await runInSlices(work, () => states.get(reviewId) !== state);
      state.missing = { after, estimate };
      return estimate;
    },
    /** The ranking from these decisions, waited for at most so many ms; after that, the one at hand. */
    within: async (
      reviewId: string,
      input: RankingInput,
      limitMs: { first: number; later: number },
    ): Promise<LiveRanking> => {
      const limit = states.has(reviewId) ? limitMs.later : limitMs.first;
      const state = refresh(reviewId, input);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit);
      });
      await Promise.race([state.done, late]);
      clearTimeout(timer);
      return state.ranking;
    },
  };
}

/** Criteria first, they rank until both classes are seen; then the classifier, which they lead at the start. */
async function make(state: State, input: RankingInput, isStale: () => boolean): Promise<void> {
  // The parts that later decisions need as well are finished even when this ranking is stale.
  const never = (): boolean => false;
  const texts = (state.texts ??= await runInSlices(input.texts(state.ranking.ids), never));
  if (texts === null) return;
  if (state.judge === null) {
    const weight = await runInSlices(termWeightWork(textsOf(texts)), never);
    if (weight !== null) state.judge = createJudge(input.criteria, weight);
    state.ranking = { ...state.ranking, judge: state.judge?.judge ?? null };
  }
  const labels = labelsOf(state, input);
  const bothClasses =
    labels.some(({ relevant }) => relevant) && labels.some(({ relevant }) => !relevant);
  const criteriaCount = input.criteria.some(({ muted }) => !muted);
  const show = (ranking: Pick<LiveRanking, "scores" | "by" | "learnedFrom" | "pending">): void => {
    if (!isStale())
      state.ranking = { ids: state.ranking.ids, judge: state.judge?.judge ?? null, ...ranking };
  };
  const showCriteria = (pending: boolean): void =>
    show(
      state.criteriaScores === null
        ? { scores: null, by: "file order", learnedFrom: 0, pending }
        : { scores: state.criteriaScores, by: "criteria", learnedFrom: 0, pending },
    );
  if (!bothClasses) {
    if (criteriaCount) await readCriteria(state, isStale);
    // The feedback from the best records follows when the features are there.
    showCriteria(criteriaCount && !state.fedBack);
    // The classifier will be wanted soon: its features are made while the first records are read.
  }
  if (state.learner === null) {
    const recipe = recipeFor(texts.length);
    const space = await runInSlices(featureSpaceWork(textsOf(texts), recipe), never);
    if (space !== null) [state.space, state.learner] = [space, learnerOn(space, recipe)];
  }
  const { learner } = state;
  if (!bothClasses) {
    if (!criteriaCount || isStale()) return;
    await readCriteria(state, isStale);
    showCriteria(false);
    return;
  }
  const learn = async (pending: boolean): Promise<void> => {
    if (isStale() || learner === null) return;
    const criteria = criteriaCount ? state.criteriaScores : null;
    const scores = await runInSlices(learner.learnWork(labels, criteria), isStale);
    if (scores !== null) show({ scores, by: "decisions", learnedFrom: labels.length, pending });
  };
  // New or changed criteria are read behind the ranking that does without them.
  const unread = criteriaCount && !state.fedBack;
  await learn(unread);
  if (!unread || isStale()) return;
  await readCriteria(state, isStale);
  await learn(false);
}

/** Scores by the criteria, once for a wording; with the feedback from the best records once there are features. */
async function readCriteria(state: State, isStale: () => boolean): Promise<void> {
  if (state.criteriaScores === null && state.judge !== null && state.texts !== null)
    state.criteriaScores = await runInSlices(scoreAll(state.texts, state.judge), isStale);
  if (state.fedBack || state.criteriaScores === null || state.space === null || isStale()) return;
  const scores = await runInSlices(feedbackWork(state.space, state.criteriaScores), isStale);
  if (scores !== null) [state.criteriaScores, state.fedBack] = [scores, true];
}

/** Title and abstract of a row, put together when asked: a large review's texts are not held twice. */
function textsOf(texts: readonly RankedText[]): Texts {
  return {
    length: texts.length,
    at: (row) => `${texts[row]?.title ?? ""} ${texts[row]?.abstract ?? ""}`,
  };
}

function labelsOf(state: State, { decisions }: RankingInput): Label[] {
  return decisions.flatMap(({ recordId, relevant }): Label[] => {
    const row = state.rowOf.get(recordId);
    return row === undefined ? [] : [{ row, relevant }];
  });
}

function* scoreAll(texts: readonly RankedText[], judge: Judge): Work<Float64Array> {
  const scores = new Float64Array(texts.length);
  for (const [row, text] of texts.entries()) {
    if (row % 8 === 7) yield;
    scores[row] = judge.scoreOf(text);
  }
  return scores;
}
