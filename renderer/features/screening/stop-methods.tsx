/** Our stop rule beside those of the literature, each with what it says now and the number that it rests on. */
import type { StopMethod } from "../../../electron/api/schemas/screening.ts";

const names: Record<StopMethod["name"], string> = {
  promise: "This desk's rule",
  callaghan: "Callaghan's test",
  chao: "Chao's estimate",
  safe: "SAFE",
  consecutive: "50 in a row",
};

const explained: Record<StopMethod["name"], string> = {
  promise: "Records without an include, and a biased urn: both must allow it",
  callaghan: "Hypergeometric test that 95 % are found, on the ranked order; stops under p 0.05",
  chao: "Capture and recapture over three other rankings; stops when the upper end of its interval leaves 95 %, which it seldom does",
  safe: "A tenth screened, twice as many as are relevant, and 50 irrelevant in a row",
  consecutive: "50 irrelevant records in a row: stops too early in many reviews",
};

export function StopMethods({ methods }: { methods: StopMethod[] }) {
  const ready = methods.filter(({ stop }) => stop !== null);
  const stopping = ready.filter(({ stop }) => stop === true).length;
  if (ready.length === 0) return null;
  return (
    <details className="field-note stop-methods">
      <summary>
        {stopping} of {ready.length} stop rules say stop
      </summary>
      <table className="numbers">
        <tbody>
          {methods.map((method) => (
            <tr key={method.name} title={explained[method.name]}>
              <th scope="row">{names[method.name]}</th>
              <td>
                {[says(method.stop), numberOf(method)].filter((part) => part !== "").join(" · ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function says(stop: boolean | null): string {
  return stop === null ? "no ground yet" : stop ? "stop" : "go on";
}

function numberOf({ p, missing, high }: StopMethod): string {
  if (p !== null) return p < 0.001 ? "p < 0.001" : `p ${p.toFixed(3)}`;
  if (missing === null || high === null) return "";
  return `${Math.round(missing)} (to ${Math.round(high)}) missing`;
}
