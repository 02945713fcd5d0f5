/** How far the screening is: the recall curve so far, and the estimate with its interval once there is ground for one. */
import { useCall } from "../../use-call.ts";

const size = { width: 248, height: 96, left: 26, bottom: 16, top: 6, right: 6 };

export function ScreeningProgress({ reviewId }: { reviewId: string }) {
  const { value } = useCall("screening.progress", { reviewId });
  if (!value) return null;
  const { records, screened, included, curve, estimate, sinceLastInclude } = value;
  return (
    <section className="recall" aria-label="Progress">
      <h3>Found so far</h3>
      <RecallCurve curve={curve} records={records} estimate={estimate} />
      <p className="recall-text numbers">
        {included} included in {screened.toLocaleString()} screened
        {screened > 0 && `, ${sinceLastInclude} since the last`}.
        {estimate &&
          ` About ${Math.round(estimate.relevant)} relevant in all (${Math.round(estimate.low)}–${Math.round(estimate.high)}), so recall near ${Math.round(estimate.recall * 100)} %.`}
      </p>
      {estimate && <p className="field-note">Estimated by {estimate.method}; 95 % interval.</p>}
      {curve.length > 1 && (
        <details className="field-note">
          <summary>Numbers</summary>
          <table className="numbers">
            <thead>
              <tr>
                <th>Screened</th>
                <th>Found</th>
              </tr>
            </thead>
            <tbody>
              {tenths(curve).map((point) => (
                <tr key={point.screened}>
                  <td>{point.screened}</td>
                  <td>{point.found}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

type Point = { screened: number; found: number };

/** At most eleven points, the last among them. */
function tenths(curve: Point[]): Point[] {
  const step = Math.max(1, Math.ceil(curve.length / 10));
  return curve.filter((_, index) => index % step === 0 || index === curve.length - 1);
}

type RecallCurveProps = {
  curve: Point[];
  records: number;
  estimate: { relevant: number; low: number; high: number } | null;
};

function RecallCurve({ curve, records, estimate }: RecallCurveProps) {
  const last = curve.at(-1) ?? { screened: 0, found: 0 };
  const most = Math.max(5, last.found, estimate?.high ?? 0);
  const x = (screened: number): number =>
    size.left + (screened / Math.max(1, records)) * (size.width - size.left - size.right);
  const y = (found: number): number =>
    size.height - size.bottom - (found / most) * (size.height - size.bottom - size.top);
  const path = curve
    .map(
      (point, index) =>
        `${index === 0 ? "M" : "L"}${x(point.screened).toFixed(1)} ${y(point.found).toFixed(1)}`,
    )
    .join("");
  return (
    <svg
      className="recall-curve"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={`${last.found} found in ${last.screened} of ${records} screened`}
    >
      {estimate && (
        <rect
          className="recall-band"
          x={x(0)}
          width={x(records) - x(0)}
          y={y(estimate.high)}
          height={Math.max(1, y(estimate.low) - y(estimate.high))}
        />
      )}
      {estimate && (
        <line
          className="recall-mid"
          x1={x(0)}
          x2={x(records)}
          y1={y(estimate.relevant)}
          y2={y(estimate.relevant)}
        />
      )}
      <path className="recall-axis" d={`M${x(0)} ${size.top}V${y(0)}H${x(records)}`} />
      <path className="recall-line" d={path} />
      {curve.length > 0 && (
        <circle className="recall-dot" cx={x(last.screened)} cy={y(last.found)} r={2.5} />
      )}
      <text x={size.left - 4} y={size.top + 6} textAnchor="end">
        {Math.round(most)}
      </text>
      <text x={size.left - 4} y={y(0)} textAnchor="end">
        0
      </text>
      <text x={x(records)} y={size.height - 3} textAnchor="end">
        {records.toLocaleString()} records
      </text>
    </svg>
  );
}
