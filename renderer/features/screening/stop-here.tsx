/** May the screening end here? What the stop rule says, and the rest excluded as one act that is logged and can be undone. */
import { useState } from "react";
import type { ScreeningProgress } from "../../../electron/api/schemas/screening.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

type StopHereProps = { reviewId: string; progress: ScreeningProgress };

export function StopHere({ reviewId, progress }: StopHereProps) {
  const { toPromise, open, unread, estimate } = progress;
  const [asking, setAsking] = useState(false);
  const exclude = useChange("screening.excludeRest", ["review.get", "review.list"]);
  const undo = useChange("screening.undo", ["review.get", "review.list"]);

  const mayStop = open > 0 && estimate !== null;
  useShortcuts("Screen", [
    {
      keys: "shift+s",
      label: "Stop screening here, after a question",
      run: () => setAsking(mayStop),
    },
  ]);

  async function excludeRest(): Promise<void> {
    setAsking(false);
    const answer = await exclude.run({ reviewId, expected: open });
    if (!answer) return;
    toast(`${plural(answer.excluded, "record")} excluded unread; the estimate is in the audit.`, {
      label: "Undo",
      shortcut: "U",
      run: () => void undo.run({ reviewId }),
    });
  }

  return (
    <div className="stop-here">
      {unread > 0 && (
        <p className="recall-text numbers">{plural(unread, "record")} excluded unread.</p>
      )}
      {toPromise !== null && open > 0 && (
        <p className="recall-text numbers" role="status">
          {toPromise === 0
            ? "Suggestion: you may stop. In replays of 13 reviews this rule kept 95 % of the relevant records in 95 % of runs."
            : `Suggestion: go on. 95 % recall at 95 % confidence needs ${plural(toPromise, "more record")} without an include.`}
        </p>
      )}
      {mayStop && !asking && (
        <Button shortcut="⇧S" onPress={() => setAsking(true)}>
          Stop screening here…
        </Button>
      )}
      {asking && (
        <div role="alertdialog" aria-label="Stop screening here">
          <p className="recall-text numbers">
            This excludes {plural(open, "record")} that nobody has read.
            {toPromise !== 0 && " The stop rule is not reached yet."} The estimate is written into
            the audit; undo takes all back.
          </p>
          <div className="stop-here-buttons">
            <Button onPress={() => void excludeRest()}>
              Exclude {open.toLocaleString()} unread
            </Button>
            <Button kind="plain" autoFocus onPress={() => setAsking(false)}>
              Go on screening
            </Button>
          </div>
        </div>
      )}
      {exclude.error && <Trouble error={exclude.error} />}
    </div>
  );
}
