/** Why this record stands here: the ranking behind it and the decision on it. */
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import type { QueuedRecord } from "../../../electron/api/schemas/screening.ts";
import type { TeamPlan } from "../../../electron/api/schemas/team.ts";
import type { Output } from "../../../electron/api/contract.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { Why } from "../../frame/why.tsx";
import { dateTime } from "../../ui/time.ts";

type RankingWhyProps = {
  record: QueuedRecord;
  decision: Decision | null;
  queue: Output<"screening.queue"> | undefined;
  suggestions: TeamPlan["suggestions"];
};

/** Said wherever suggestions would stand; null when they show. */
export function withheldNote(suggestions: TeamPlan["suggestions"]): string | null {
  if (suggestions === "before") return null;
  return suggestions === "after"
    ? "This review shows suggestions after your decision: go back to the record to see them."
    : "This review shows no suggestions: records come in file order.";
}

export function RankingWhy({ record, decision, queue, suggestions }: RankingWhyProps) {
  const withheld = decision ? null : withheldNote(suggestions);
  return (
    <>
      <Why title="Why this record now">
        {withheld ? (
          <p>{withheld}</p>
        ) : record.score === null || !queue ? (
          <p>
            {queue?.model === "criteria"
              ? "It was not ranked with the others."
              : "It is next in file order."}{" "}
            Once one record is included and one excluded, a model ranks the rest and learns from
            each decision.
          </p>
        ) : (
          <>
            <p>
              <StateMark state="suggested">Rank {record.rank}</StateMark>
            </p>
            <p>
              {queue.trained
                ? `The ranking model put it here after learning from ${queue.learnedFrom.toLocaleString()} of your decisions.`
                : "Its words speak to your criteria more than those of the records below it."}{" "}
              It orders the list; it decides nothing.
            </p>
            <dl className="why-facts numbers">
              <div>
                <dt>Score</dt>
                <dd>{record.score.toFixed(3)}</dd>
              </div>
              <div>
                <dt>Model</dt>
                <dd>{queue.model}</dd>
              </div>
            </dl>
          </>
        )}
      </Why>
      <Why title="Decision">
        {decision ? (
          <>
            <p>
              <StateMark
                state={
                  decision.action === "include" ||
                  decision.action === "exclude" ||
                  decision.action === "maybe"
                    ? decision.action
                    : "empty"
                }
              />
            </p>
            <p>
              {decision.reviewer}, {dateTime(decision.at)}
              {decision.reason ? `: ${decision.reason}` : ""}
            </p>
          </>
        ) : (
          <p className="field-note">None yet.</p>
        )}
      </Why>
    </>
  );
}
