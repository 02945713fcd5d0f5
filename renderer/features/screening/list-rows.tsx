/** Rows of the record list, each with its verdict per criterion: letter and shape as well as colour. */
import { Layers2, Tag } from "lucide-react";
import { useEffect, useEffectEvent } from "react";
import type { Criterion, ReviewRecord } from "../../../electron/api/schemas/review.ts";
import type { Verdict } from "../../../electron/api/schemas/screening.ts";
import { StateMark, VerdictMark } from "../../frame/state-mark.tsx";
import { useCall } from "../../use-call.ts";
import { chunkRows, type ListQuery } from "./list-query.ts";

const pendingMs = 700;

/** A short name for a narrow column: the element's letter and its place in the list. */
export function shortName(criterion: Criterion, index: number): string {
  return `${criterion.kind === "exclusion" ? "E" : "I"}${index + 1}`;
}

export function GridHead({ criteria }: { criteria: Criterion[] }) {
  return (
    <div className="grid-head" role="row">
      <span role="columnheader">Record</span>
      <span className="grid-cells">
        {criteria.map((criterion, index) => (
          <span
            key={criterion.id}
            role="columnheader"
            className="grid-name"
            data-element={criterion.element}
            title={criterion.text}
            aria-label={criterion.text}
          >
            {shortName(criterion, index)}
          </span>
        ))}
      </span>
      <span role="columnheader" className="numbers">
        Year
      </span>
      <span role="columnheader">Decision</span>
    </div>
  );
}

type RowChunkProps = {
  query: ListQuery;
  index: number;
  active: number;
  criteria: Criterion[];
  onOpen: (row: number) => void;
};

export function RowChunk({ query, index, active, criteria, onOpen }: RowChunkProps) {
  const offset = index * chunkRows;
  const { value } = useCall("review.records", { ...query, offset, limit: chunkRows });
  const records = value?.records ?? [];
  const judged = useCall(
    "screening.verdicts",
    criteria.length === 0 || records.length === 0
      ? null
      : { reviewId: query.reviewId, recordIds: records.map(({ id }) => id) },
  );
  const pending = judged.value?.pending ?? false;
  const answer = judged.value;
  const askAgain = useEffectEvent(judged.reload);
  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => askAgain(), pendingMs);
    return () => clearTimeout(timer);
  }, [pending, answer]);
  const verdicts = new Map(judged.value?.rows.map((row) => [row.recordId, row.verdicts]));
  return records.map((record, place) => (
    <Row
      key={record.id}
      record={record}
      row={offset + place}
      current={offset + place === active}
      criteria={criteria}
      verdicts={verdicts.get(record.id)}
      onOpen={onOpen}
    />
  ));
}

type RowProps = {
  record: ReviewRecord;
  row: number;
  current: boolean;
  criteria: Criterion[];
  verdicts: Verdict[] | undefined;
  onOpen: (row: number) => void;
};

function Row({ record, row, current, criteria, verdicts, onOpen }: RowProps) {
  const byId = new Map(verdicts?.map((verdict) => [verdict.criterionId, verdict]));
  return (
    <div
      role="row"
      tabIndex={-1}
      className="record-row"
      aria-selected={current}
      onClick={() => onOpen(row)}
    >
      <span className="record-row-title" role="gridcell" dir="auto">
        {record.title || <i>No title</i>}
        {record.abstract === "" && <span className="chip">No abstract</span>}
        {record.group && <Layers2 size={12} aria-label="Decided with its group" />}
        {record.tags.length > 0 && <Tag size={12} aria-label={record.tags.join(", ")} />}
      </span>
      <span className="grid-cells">
        {criteria.map((criterion) => {
          const verdict = byId.get(criterion.id);
          return (
            <span key={criterion.id} role="gridcell" title={verdict?.quote || criterion.text}>
              {verdict ? (
                <VerdictMark verdict={verdict.verdict} />
              ) : (
                <span className="grid-none" aria-label="no suggestion shown">
                  ·
                </span>
              )}
            </span>
          );
        })}
      </span>
      <span className="numbers" role="gridcell">
        {record.year ?? ""}
      </span>
      <span role="gridcell">{record.decision && <StateMark state={record.decision} />}</span>
    </div>
  );
}
