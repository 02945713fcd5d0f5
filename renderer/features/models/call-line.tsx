/** The latest calls, oldest left: a bar each, as high as it took long (logarithmic), coloured by what was found. */
import type { TraceLine } from "../../../electron/api/schemas/runtime.ts";

const height = 44;
/** A bar of full height took this long or longer, in milliseconds. */
const longestMs = 10_000;

const kindOf = ({ kind, hit }: TraceLine): string =>
  kind === "call" ? (hit ? "hit" : "miss") : kind;
const told: Record<string, string> = {
  hit: "was open already",
  miss: "was opened for the call",
  prefetch: "opened ahead",
  release: "closed to make room",
  failed: "failed",
  spared: "was not asked: fewer experts were enough",
};

export function CallLine({ calls }: { calls: readonly TraceLine[] }) {
  const shown = calls.toReversed();
  return (
    <ol className="call-line" aria-label="The latest calls, oldest first">
      {shown.map((call, index) => {
        const share = Math.log10(1 + call.ms) / Math.log10(1 + longestMs);
        const time = new Date(call.at).toLocaleTimeString();
        const says = `${call.expert.split("/")[0]}: ${told[kindOf(call)] ?? ""}${call.why ? ` (${call.why})` : ""}${call.ms > 0 ? `, ${Math.round(call.ms)} ms` : ""}, ${time}`;
        return (
          <li
            key={`${call.at} ${index}`}
            data-kind={kindOf(call)}
            data-gap={index > 0 && shown[index - 1]?.session !== call.session}
            style={{ height: Math.max(4, Math.min(1, share) * height) }}
            title={says}
            aria-label={says}
          />
        );
      })}
    </ol>
  );
}
