/** How often two extractors gave the same answer, in one line over the grid. */
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
  const worst = fields
    .filter((field) => field.same < field.n)
    .toSorted((a, b) => a.same / a.n - b.same / b.n)
    .slice(0, 5)
    .map((field) => `${fieldName(field.fieldId)}: ${field.same} of ${field.n}`);
  return (
    <span
      className="field-note numbers"
      title={`95 % interval ${percent(interval.low)} to ${percent(interval.high)}.${worst.length > 0 ? ` Least alike: ${worst.join("; ")}.` : ""}`}
    >
      Same answer in {same} of {n} cells ({percent(same / n)}, {percent(interval.low)}–
      {percent(interval.high)})
      {reported.kappa !== null &&
        `; kappa on whether a value is reported ${reported.kappa.toFixed(2)}`}
    </span>
  );
}
