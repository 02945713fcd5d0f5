/** What the library holds, whether it is up to date, and which papers are not in it. */
import type { LibraryState as State } from "../../../electron/api/schemas/library.ts";
import { Button } from "../../ui/button.tsx";
import { plural } from "../../ui/time.ts";

export function LibraryState({ state, onBuild }: { state: State; onBuild: () => void }) {
  const { records, papers, passages, current, unread } = state;
  const held = `${plural(records, "record")} and ${plural(papers, "paper")}`;
  return (
    <div className="library-state">
      {current && passages !== null ? (
        <span className="field-note">
          {plural(passages, "passage")} of {held}, on this machine.
        </span>
      ) : (
        <>
          <span className="field-note">
            {passages === null ? "Not built yet" : "The review changed since"}: {held} are put into
            the library with your question, or now.
          </span>
          <Button onPress={onBuild}>{passages === null ? "Build now" : "Update now"}</Button>
        </>
      )}
      {unread.length > 0 && (
        <details className="library-unread">
          <summary>{plural(unread.length, "paper")} could not be read and are not searched</summary>
          <ul>
            {unread.map(({ recordId, name, reason }) => (
              <li key={recordId}>
                {name}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
