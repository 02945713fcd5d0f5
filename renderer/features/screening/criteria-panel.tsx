/** Criteria beside the abstract, each with its verdict and the words it rests on; below them the recall curve. */
import type { Review } from "../../../electron/api/schemas/review.ts";
import type { QueuedRecord } from "../../../electron/api/schemas/screening.ts";
import { StateMark, VerdictMark } from "../../frame/state-mark.tsx";
import { ScreeningProgress } from "./screening-progress.tsx";

type CriteriaPanelProps = {
  review: Review;
  record: QueuedRecord;
  /** Why there are no verdicts, where the review's plan keeps them back. */
  withheld: string | null;
  onEmphasise: (criterionId: string | null) => void;
};

export function CriteriaPanel({ review, record, withheld, onEmphasise }: CriteriaPanelProps) {
  const verdicts = new Map(record.verdicts.map((verdict) => [verdict.criterionId, verdict]));
  const active = review.criteria.filter((criterion) => !criterion.muted);
  return (
    <aside className="criteria-panel" aria-label="Criteria and progress">
      {(["inclusion", "exclusion"] as const).map((kind) => {
        const part = active.filter((criterion) => criterion.kind === kind);
        if (part.length === 0) return null;
        return (
          <section key={kind}>
            <h3>{kind === "inclusion" ? "Include when" : "Exclude when"}</h3>
            <ul>
              {part.map((criterion) => {
                const verdict = verdicts.get(criterion.id);
                return (
                  <li
                    key={criterion.id}
                    className="criterion-line"
                    onMouseEnter={() => onEmphasise(criterion.id)}
                    onMouseLeave={() => onEmphasise(null)}
                  >
                    {verdict ? (
                      <VerdictMark verdict={verdict.verdict} />
                    ) : (
                      <span className="verdict" aria-hidden />
                    )}
                    <span>
                      <span className="criterion-text">
                        <i className="criterion-dot" data-element={criterion.element} aria-hidden />
                        {criterion.text}
                      </span>
                      {verdict?.quote && <q className="criterion-quote">{verdict.quote}</q>}
                    </span>
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
      {record.verdicts.length > 0 && (
        <p className="field-note">
          <StateMark state="suggested">Suggested</StateMark> Letters are a model's reading of this
          abstract.
        </p>
      )}
      {withheld && record.verdicts.length === 0 && <p className="field-note">{withheld}</p>}
      {active.length === 0 && (
        <p className="field-note">
          No criteria yet. Write them on the Question page; their words are marked in each abstract.
        </p>
      )}
      <ScreeningProgress reviewId={review.id} />
    </aside>
  );
}
