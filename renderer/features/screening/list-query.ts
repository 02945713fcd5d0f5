/** What the record list asks for. */
export type ListFilter = "any" | "none" | "include" | "exclude" | "maybe";
export type ListQuery = {
  reviewId: string;
  decision: ListFilter;
  text: string;
  reason?: string;
  tag?: string;
};

/** Rows of one request: few enough that their verdicts are there in a moment. */
export const chunkRows = 50;
