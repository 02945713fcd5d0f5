/** Agreement of two reviewers beyond chance, from the records that both decided on. Pure. */
import type { Agreement, MaybeCounts, ScreenedAction } from "../../api/schemas/team.ts";
import { measuresOf } from "../review/kappa.ts";

export type Pair = readonly [ScreenedAction, ScreenedAction];
type Measures = Omit<Agreement, "a" | "b">;

/** `maybe: "include"` counts a maybe as going on to the full text: a 2 x 2 table. */
export function measureAgreement(pairs: readonly Pair[], maybe: MaybeCounts): Measures {
  const categories = maybe === "own" ? ["include", "maybe", "exclude"] : ["include", "exclude"];
  const place = (action: ScreenedAction): number =>
    categories.indexOf(maybe === "include" && action === "maybe" ? "include" : action);
  const table = categories.map(() => categories.map(() => 0));
  for (const [left, right] of pairs) {
    const row = table[place(left)];
    const column = place(right);
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return { n: pairs.length, categories, table, ...measuresOf(table, pairs.length) };
}
