/** What one extractor may see of a cell that two extract, and how often two gave the same answer. Pure. */
import type { Decision } from "../../api/schemas/ledger.ts";
import type { CellAgreement, DualCell } from "../../api/schemas/extraction.ts";
import { parseSubject } from "../../api/subjects.ts";
import { answerOf, cellOutcomeOf, type CellOutcome } from "../review/cell-outcomes.ts";
import { measuresOf } from "../review/kappa.ts";
import { maySeeOthers } from "../review/outcomes.ts";

export type Seen = {
  /** What stands for this reader: the consensus, the own decision, or what others agreed on. */
  decision: Decision | undefined;
  dual: DualCell;
};

/** Others' decisions are covered until the own one stands, or two others made theirs. */
export function seenBy(reviewer: string, outcome: CellOutcome | undefined): Seen {
  const { state, decisions, decision, consensus } = outcome ?? cellOutcomeOf([], null, 2);
  const own = decisions.find((one) => one.reviewer === reviewer);
  const others = decisions.filter((one) => one.reviewer !== reviewer);
  const open = maySeeOthers(decisions, reviewer, 2);
  return {
    decision: open ? (consensus ?? own ?? decision ?? undefined) : own,
    dual: {
      // That someone decided is no secret; that two differ would tell one who has not decided yet.
      state: open ? state : "waiting",
      decidedByOthers: others.length,
      decisions: open ? decisions : own ? [own] : [],
      consensus: open ? consensus : null,
    },
  };
}

const reported = (decision: Decision): boolean =>
  decision.action === "accept" || decision.action === "correct";
/** Wilson's score interval (J Am Stat Assoc 1927;22:209) for `part` of `n`, 95 %. */
function wilson(part: number, n: number): { low: number; high: number } | null {
  if (n === 0) return null;
  const z = 1.959964;
  const share = part / n;
  const middle = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}

/** Cells that two decided on: the same answer or not, by field, and kappa on whether a value is reported at all. */
export function cellAgreement(outcomes: ReadonlyMap<string, CellOutcome>): CellAgreement {
  const fields = new Map<string, { n: number; same: number }>();
  const table = [
    [0, 0],
    [0, 0],
  ];
  for (const [subject, { decisions }] of outcomes) {
    const [left, right] = decisions.toSorted((a, b) => a.reviewer.localeCompare(b.reviewer));
    if (left === undefined || right === undefined) continue;
    const fieldId = parseSubject(subject).fieldId ?? "";
    const row = fields.get(fieldId) ?? { n: 0, same: 0 };
    row.n += 1;
    row.same += Number(answerOf(left) === answerOf(right));
    fields.set(fieldId, row);
    const counts = table[reported(left) ? 0 : 1];
    const column = reported(right) ? 0 : 1;
    if (counts) counts[column] = (counts[column] ?? 0) + 1;
  }
  const rows = [...fields].map(([fieldId, counts]) => ({ fieldId, ...counts }));
  const n = rows.reduce((sum, row) => sum + row.n, 0);
  const same = rows.reduce((sum, row) => sum + row.same, 0);
  const { kappa, kappaInterval } = measuresOf(table, n);
  return {
    n,
    same,
    interval: wilson(same, n),
    reported: { kappa, kappaInterval },
    fields: rows.map((row) => ({ ...row, interval: wilson(row.same, row.n) })),
  };
}
