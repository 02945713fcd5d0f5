/** How far the screening is: the recall curve so far, and the estimate with its interval once there is ground for one. */
import { StopHere } from "./stop-here.tsx";
import { StopMethods } from "./stop-methods.tsx";
import { useCall } from "../../use-call.ts";

const size = { width: 248, height: 96, left: 26, bottom: 16, top: 6, right: 6 };

export function ScreeningProgress({ reviewId }: { reviewId: string }) {
  const { value } = useCall("screening.progress", { reviewId });
  if (!value) return null;
  const { records, screened, included, curve, band, estimate, sinceLastInclude } = value;
  return (
    <section className="recall" aria-label="Progress">
      <h3>Found so far</h3>
      <RecallCurve curve={curve} band={band} records={records} promisedAt={value.promisedAt} />
      <p className="recall-text numbers">
        {included} included in {screened.toLocaleString()} screened
        {screened > 0 && `, ${sinceLastInclude} since the last`}.
        {estimate &&
          ` About ${Math.round(estimate.relevant)} relevant in all (${Math.round(estimate.low)}–${Math.round(estimate.high)}), so recall near ${Math.round(estimate.recall * 100)} % (at least ${Math.floor((100 * estimate.low) / estimate.high)} %).`}
      </p>
      {estimate && <p className="field-note">Estimated by {estimate.method}; 95 % interval.</p>}
      <StopHere reviewId={reviewId} progress={value} />
      <StopMethods methods={value.methods} />
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
  /** All relevant records as they were estimated after so many screened. */
  band: { screened: number; relevant: number; low: number; high: number }[];
  records: number;
  promisedAt: number | null;
};

/** Early bounds can be many times the finds: the scale follows the latest, and what is above it is cut off. */
function RecallCurve({ curve, band, records, promisedAt }: RecallCurveProps) {
  const last = curve.at(-1) ?? { screened: 0, found: 0 };
  const most = Math.max(5, last.found, band.at(-1)?.high ?? 0) * 1.1;
  const x = (screened: number): number =>
    size.left + (screened / Math.max(1, records)) * (size.width - size.left - size.right);
  const y = (found: number): number =>
    size.height - size.bottom - (found / most) * (size.height - size.bottom - size.top);
  const line = (places: typeof band, value: "relevant" | "low" | "high", first = "M"): string =>
    places
      .map(
        (place, index) =>
          `${index === 0 ? first : "L"}${x(place.screened).toFixed(1)} ${y(Math.min(most, place[value])).toFixed(1)}`,
      )
      .join("");
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
      aria-label={`${last.found} found in ${last.screened} of ${records} screened; the band is the estimate of all relevant records after each decision`}
    >
      {band.length > 0 && (
        <path
          className="recall-band"
          d={`${line(band, "high")}${line(band.toReversed(), "low", "L")}Z`}
        />
      )}
      {band.length > 0 && <path className="recall-mid" d={line(band, "relevant")} />}
      <path className="recall-axis" d={`M${x(0)} ${size.top}V${y(0)}H${x(records)}`} />
      {promisedAt !== null && (
        <path className="recall-stop" d={`M${x(promisedAt)} ${size.top}V${y(0)}`}>
          <title>The stop rule was first reached after {promisedAt} records</title>
        </path>
      )}
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
