/** Text with the words that speak to a criterion marked in its element's colour. */
import type { Criterion } from "../../../electron/api/schemas/review.ts";
import type { Highlight } from "../../../electron/api/schemas/screening.ts";

export type Piece = { text: string; criterionId: string | null };

/** Cuts `text` at the highlights (UTF-16 offsets); where they overlap the earlier one keeps its words. */
export function cutAtHighlights(
  text: string,
  highlights: Pick<Highlight, "start" | "end" | "criterionId">[],
): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, criterionId } of highlights.toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  )) {
    const from = Math.max(at, start);
    const to = Math.min(end, text.length);
    if (from >= to) continue;
    if (from > at) pieces.push({ text: text.slice(at, from), criterionId: null });
    pieces.push({ text: text.slice(from, to), criterionId });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), criterionId: null });
  return pieces;
}

type MarkedTextProps = {
  text: string;
  highlights: Highlight[];
  criteria: Criterion[];
  emphasised: string | null;
};

export function MarkedText({ text, highlights, criteria, emphasised }: MarkedTextProps) {
  const byId = new Map(criteria.map((criterion) => [criterion.id, criterion]));
  return cutAtHighlights(text, highlights).map((piece, index) => {
    const criterion = piece.criterionId === null ? undefined : byId.get(piece.criterionId);
    if (piece.criterionId === null) return piece.text;
    return (
      <mark
        key={index}
        data-element={criterion?.element ?? "other"}
        data-faint={emphasised !== null && emphasised !== piece.criterionId}
        title={criterion?.text}
      >
        {piece.text}
      </mark>
    );
  });
}
