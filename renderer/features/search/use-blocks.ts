/** The concept columns of one review, kept on this machine as they are edited. */
import { useState } from "react";
import type { BlockTerm, SearchBlock } from "../../../electron/api/schemas/search.ts";

export type SearchPlan = {
  blocks: SearchBlock[];
  filter: "none" | "rct";
  edited: Record<string, string>;
};

const nothing: SearchPlan = { blocks: [], filter: "none", edited: {} };

function read(key: string): SearchPlan {
  const stored = localStorage.getItem(key);
  if (stored === null) return nothing;
  const parsed: unknown = JSON.parse(stored);
  return parsed !== null && typeof parsed === "object" && "blocks" in parsed
    ? { ...nothing, ...(parsed as SearchPlan) }
    : nothing;
}

/** Any change of terms drops hand edits of the query: they were made on another query. */
export function useBlocks(reviewId: string) {
  const key = `evidesk.search.${reviewId}`;
  const [plan, setPlan] = useState<SearchPlan>(() => read(key));
  const save = (next: SearchPlan): void => {
    localStorage.setItem(key, JSON.stringify(next));
    setPlan(next);
  };
  const setBlocks = (blocks: SearchBlock[]): void => save({ ...plan, blocks, edited: {} });
  const change = (
    concept: SearchBlock["concept"],
    edit: (block: SearchBlock) => SearchBlock,
  ): void =>
    setBlocks(plan.blocks.map((block) => (block.concept === concept ? edit(block) : block)));
  return {
    plan,
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
