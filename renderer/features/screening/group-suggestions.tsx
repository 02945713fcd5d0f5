/** Reports that may belong together: near-duplicates and companions. A person groups them, or not. */
import { X } from "lucide-react";
import { useState } from "react";
import { StateMark } from "../../frame/state-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Skeleton, Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { useCall, useChange } from "../../use-call.ts";

type GroupSuggestionsProps = { reviewId: string; onClose: () => void };
const shownMost = 50;

export function GroupSuggestions({ reviewId, onClose }: GroupSuggestionsProps) {
  const found = useCall("records.suggestGroups", { reviewId });
  const group = useChange("records.group", ["review", "screening"]);
  const [apart, setApart] = useState<ReadonlySet<string>>(new Set());
  const keyOf = (ids: string[]): string => ids.join();
  const open =
    found.value?.filter(({ records }) => !apart.has(keyOf(records.map(({ id }) => id)))) ?? [];
  const error = group.error ?? found.error;
  return (
    <section className="group-suggestions" aria-label="Related reports">
      <div className="record-row-acts">
        <strong>{found.value ? plural(open.length, "possible group") : "Looking"}</strong>
        <span className="field-note">
          One decision counts for a whole group. Each keeps its own record and history.
        </span>
        <IconButton label="Close related reports" icon={X} onPress={onClose} />
      </div>
      {error && <Trouble error={error} />}
      {!found.value && !found.error && <Skeleton lines={3} />}
      <ul>
        {open.slice(0, shownMost).map(({ records, reason, contradictory }) => {
          const ids = records.map(({ id }) => id);
          return (
            <li key={keyOf(ids)}>
              <div>
                {records.map(({ id, title }) => (
                  <p key={id} dir="auto">
                    {title || "No title"}
                  </p>
                ))}
                <p className="field-note">
                  {reason}{" "}
                  {contradictory && <StateMark state="conflict">You decided differently</StateMark>}
                </p>
              </div>
              <Button onPress={() => void group.run({ reviewId, recordIds: ids, why: reason })}>
                Group
              </Button>
              <Button kind="quiet" onPress={() => setApart(new Set([...apart, keyOf(ids)]))}>
                Leave apart
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
