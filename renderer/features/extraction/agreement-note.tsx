/** How often two extractors gave the same answer: in one line over the grid, field by field when opened. */
import { useCall } from "../../use-call.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;

export function AgreementNote({
  reviewId,
  fieldName,
}: {
  reviewId: string;
  fieldName: (id: string) => string;
}) {
  const found = useCall("extraction.agreement", { reviewId }).value;
  if (!found || found.n === 0 || !found.interval)
    return <span className="field-note">Two extractors: no cell was decided by both yet.</span>;
  const { n, same, interval, reported, fields } = found;
  const apart = fields.toSorted((a, b) => a.same / a.n - b.same / b.n);
  return (
    <details className="agreement">
      <summary className="field-note numbers">
        Same answer in {same} of {n} cells ({percent(same / n)}, 95 % interval{" "}
        {percent(interval.low)} to {percent(interval.high)})
        {reported.kappa !== null &&
          `; kappa on whether a value is reported ${reported.kappa.toFixed(2)}`}
      </summary>
      <ul className="agreement-fields numbers">
        {apart.map((field) => (
          <li key={field.fieldId}>
            <span>{fieldName(field.fieldId)}</span> {field.same} of {field.n}
          </li>
        ))}
      </ul>
    </details>
  );
}
