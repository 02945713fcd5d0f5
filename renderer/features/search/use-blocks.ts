/** The concept columns of one review: shown at once, kept in the review file behind the typing. */
import { useEffect, useState } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import type { BlockTerm, SearchBlock, SearchPlan } from "../../../electron/api/schemas/search.ts";
import { call } from "../../call.ts";
import { asError, invalidate } from "../../use-call.ts";

/** Long enough to gather a burst of typing into one write, short enough that no pause loses it. */
const quietMilliseconds = 300;

/** Writes the latest plan, one write at a time; leaving the page writes what is still waiting. */
function keeperOf(reviewId: string, tell: (error: AppError | null) => void) {
  let waiting: SearchPlan | null = null;
  let writing = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function write(): Promise<void> {
    const plan = waiting;
    if (plan === null) return;
    waiting = null;
    try {
      await call("search.savePlan", { reviewId, plan });
      tell(null);
      invalidate("search.plan");
    } catch (thrown) {
      waiting ??= plan;
      tell(asError(thrown));
    }
  }
  const flush = (): void => {
    clearTimeout(timer);
    writing = writing.then(write);
  };
  const keep = (plan: SearchPlan): void => {
    waiting = plan;
    clearTimeout(timer);
    timer = setTimeout(flush, quietMilliseconds);
  };
  return { keep, flush };
}

/** Any change of terms drops hand edits of the query: they were made on another query. */
export function useBlocks(reviewId: string, stored: SearchPlan) {
  const [plan, setPlan] = useState(stored);
  const [error, setError] = useState<AppError | null>(null);
  const [keeper] = useState(() => keeperOf(reviewId, setError));
  useEffect(() => keeper.flush, [keeper]);
  const save = (next: SearchPlan): void => {
    setPlan(next);
    keeper.keep(next);
  };
  const setBlocks = (blocks: SearchBlock[]): void => save({ ...plan, blocks, edited: {} });
  const change = (
    concept: SearchBlock["concept"],
    edit: (block: SearchBlock) => SearchBlock,
  ): void =>
    setBlocks(plan.blocks.map((block) => (block.concept === concept ? edit(block) : block)));
  return {
    plan,
    error,
    retry: keeper.flush,
    replace: (blocks: SearchBlock[], filter: SearchPlan["filter"]) =>
      save({ blocks, filter, edited: {} }),
    setFilter: (filter: SearchPlan["filter"]) => save({ ...plan, filter, edited: {} }),
    toggle: (concept: SearchBlock["concept"]) =>
      change(concept, (block) => ({ ...block, used: !block.used })),
    addTerm: (concept: SearchBlock["concept"], text: string) => {
      const term: BlockTerm = { text, source: "user" };
      change(concept, (block) =>
        block.terms.some((known) => known.text.toLowerCase() === text.toLowerCase())
          ? block
          : { ...block, terms: [...block.terms, term] },
      );
    },
    removeTerm: (concept: SearchBlock["concept"], text: string) =>
      change(concept, (block) => ({
        ...block,
        terms: block.terms.filter((term) => term.text !== text),
      })),
    edit: (target: string, query: string) =>
      save({ ...plan, edited: { ...plan.edited, [target]: query } }),
    discardEdit: (target: string) =>
      save({
        ...plan,
        edited: Object.fromEntries(
          Object.entries(plan.edited).filter(([known]) => known !== target),
        ),
      }),
  };
}
