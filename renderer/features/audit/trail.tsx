/** The audit trail as a time line: newest first, filter by words, proof by recomputing the chain. */
import { Search, ShieldAlert, ShieldCheck } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { Output } from "../../../electron/api/contract.ts";
import type { AuditEvent } from "../../../electron/api/schemas/ledger.ts";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { dateTime } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";
import { describeEvent } from "./describe-event.ts";

const pageRows = 100;

export function Trail({ reviewId }: { reviewId: string }) {
  const [typed, setTyped] = useState("");
  const [limit, setLimit] = useState(pageRows);
  const [proof, setProof] = useState<Output<"audit.verify"> | null>(null);
  const text = useDeferredValue(typed);
  const trail = useCall("audit.list", { reviewId, text, limit });
  const verify = useChange("audit.verify");
  const error = trail.error ?? verify.error;
  return (
    <div className="trail">
      <div className="trail-bar">
        <label className="search-field">
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Find in the trail"
            placeholder="Person, act, record, value"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <span className="count">{trail.value?.total.toLocaleString()}</span>
        </label>
        <Button
          icon={ShieldCheck}
          disabled={verify.running}
          onPress={() => void verify.run({ reviewId }).then((answer) => answer && setProof(answer))}
        >
          Verify
        </Button>
      </div>
      {error && <Trouble error={error} onRetry={trail.reload} />}
      {proof && (
        <p className="trail-proof" data-ok={proof.ok} role="status">
          {proof.ok ? <ShieldCheck size={15} aria-hidden /> : <ShieldAlert size={15} aria-hidden />}
          {proof.ok
            ? `All ${proof.events.toLocaleString()} events agree with their hash chain.`
            : `Event ${proof.firstBad ?? "?"} does not agree: ${proof.reason ?? "the chain is broken"}. Nothing was changed by this check; keep a copy of the file.`}
        </p>
      )}
      <ol className="trail-list">
        {trail.value?.events.map((event) => (
          <TrailRow key={event.sequence} event={event} />
        ))}
      </ol>
      {trail.value && trail.value.total > limit && (
        <Button onPress={() => setLimit(Math.min(1000, limit + pageRows * 3))}>Show more</Button>
      )}
    </div>
  );
}

function TrailRow({ event }: { event: AuditEvent }) {
  return (
    <li className="trail-row">
      <span className="count">{event.sequence}</span>
      <time dateTime={event.at}>{dateTime(event.at)}</time>
      <details>
        <summary>{describeEvent(event)}</summary>
        <pre>
          {JSON.stringify(event.payload, null, 1)}
          {`\nhash ${event.hash}`}
        </pre>
      </details>
    </li>
  );
}
