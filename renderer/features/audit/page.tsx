/** Activity: what runs and what ran, and the audit trail of a review with its proof. */
import { useState } from "react";
import { useCall } from "../../use-call.ts";
import { Trail } from "./trail.tsx";
import { JobList } from "./job-list.tsx";
import "./activity.css";

export function ActivityPage({ reviewId }: { reviewId: string | null }) {
  const reviews =
    useCall("review.list", {}).value?.filter((review) => review.problem === undefined) ?? [];
  const [chosen, setChosen] = useState<string | null>(reviewId);
  const shown = reviews.find(({ id }) => id === chosen) ?? reviews[0];
  return (
    <div className="page-column activity">
      <JobList />
      <section className="activity-part" aria-labelledby="trail-heading">
        <div className="activity-head">
          <h2 id="trail-heading">Audit trail</h2>
          {reviews.length > 1 && (
            <select
              className="input"
              aria-label="Review"
              value={shown?.id ?? ""}
              onChange={(event) => setChosen(event.target.value)}
            >
              {reviews.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </div>
        {shown ? (
          <Trail key={shown.id} reviewId={shown.id} />
        ) : (
          <p className="field-note">Each review keeps its own trail. There is no review yet.</p>
        )}
      </section>
    </div>
  );
}
