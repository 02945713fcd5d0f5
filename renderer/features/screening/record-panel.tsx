/** The record in hand beside the list: its text, the criteria's verdicts, the decision, notes and corrections. */
import type { Review, ReviewRecord } from "../../../electron/api/schemas/review.ts";
import { StateMark, VerdictMark } from "../../frame/state-mark.tsx";
import { Why } from "../../frame/why.tsx";
import { Button } from "../../ui/button.tsx";
import { dateTime } from "../../ui/time.ts";
import { useCall } from "../../use-call.ts";
import { shortName } from "./list-rows.tsx";
import { RecordNotes } from "./record-notes.tsx";

type RecordPanelProps = {
  review: Review;
  record: ReviewRecord;
  onDecide: (action: "include" | "exclude" | "maybe") => void;
};

export function RecordPanel({ review, record, onDecide }: RecordPanelProps) {
  const asked = { reviewId: review.id, recordId: record.id };
  const full = useCall("screening.record", asked).value;
  const verdicts = full?.id === record.id ? full.verdicts : [];
  const history = full?.id === record.id ? full.history : [];
  const active = review.criteria.filter(({ muted }) => !muted);
  return (
    <>
      <Why title="Record">
        <p dir="auto">
          <strong>{record.title || "No title"}</strong>
        </p>
        <p className="field-note">
          {[record.authors.slice(0, 3).join(", "), record.journal, record.year]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <p className="record-row-acts">
          {record.decision && (
            <StateMark state={record.decision}>
              {[record.decision, record.reason].filter(Boolean).join(": ")}
            </StateMark>
          )}
          <Button shortcut="I" onPress={() => onDecide("include")}>
            Include
          </Button>
          <Button shortcut="E" onPress={() => onDecide("exclude")}>
            Exclude
          </Button>
          <Button shortcut="M" onPress={() => onDecide("maybe")}>
            Maybe
          </Button>
        </p>
        {verdicts.length > 0 && (
          <ul className="panel-verdicts">
            {active.map((criterion, index) => {
              const verdict = verdicts.find(({ criterionId }) => criterionId === criterion.id);
              if (!verdict) return null;
              return (
                <li key={criterion.id}>
                  <VerdictMark verdict={verdict.verdict} />
                  <span>
                    {shortName(criterion, index)} {criterion.text}
                    {verdict.quote && <q className="criterion-quote">{verdict.quote}</q>}
                  </span>
                </li>
              );
            })}
          </ul>
        )}
        <p dir="auto">{record.abstract || "No abstract."}</p>
      </Why>
      <RecordNotes key={record.id} reviewId={review.id} record={record} />
      {history.length > 0 && (
        <Why title="History">
          <ul className="panel-history">
            {history.map((decision) => (
              <li key={decision.id} className="field-note">
                {dateTime(decision.at)}: {decision.reviewer}, {decision.action}
                {decision.reason && ` (${decision.reason})`}
              </li>
            ))}
          </ul>
        </Why>
      )}
    </>
  );
}
