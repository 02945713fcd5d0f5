/** Records on which two reviewers differ: both decisions side by side, and a third one that settles it. */
import { Handshake } from "lucide-react";
import { useState } from "react";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import type { Review } from "../../../electron/api/schemas/review.ts";
import type { Conflict } from "../../../electron/api/schemas/team.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { dateTime } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { DecisionBar } from "./decision-bar.tsx";

const stages = [
  { id: "screen", text: "Titles and abstracts" },
  { id: "fullText", text: "Full texts" },
] as const;
type Stage = (typeof stages)[number]["id"];
type Action = "include" | "exclude" | "maybe";

export function Conflicts({ review }: { review: Review }) {
  const reviewId = review.id;
  const [stage, setStage] = useState<Stage>("screen");
  const [at, setAt] = useState(0);
  const [choosingReason, setChoosingReason] = useState(false);
  const found = useCall("team.conflicts", { reviewId, stage });
  const adjudicate = useChange("team.adjudicate", ["review", "screening", "audit"]);
  const reopen = useChange("team.reopen", ["review", "screening", "audit"]);
  const [settled, setSettled] = useState<string | null>(null);
  const conflicts = found.value?.conflicts ?? [];
  const index = Math.min(at, Math.max(0, conflicts.length - 1));
  const shown = conflicts[index] ?? null;

  async function settle(action: Action, reason?: string): Promise<void> {
    if (!shown || adjudicate.running) return;
    setChoosingReason(false);
    const recordId = shown.record.id;
    const done = await adjudicate.run({
      reviewId,
      recordId,
      stage,
      action,
      ...(reason ? { reason } : {}),
    });
    if (!done) return;
    setSettled(recordId);
    toast(`Settled: ${action}, ${shown.record.title.slice(0, 56)}`, {
      label: "Open again",
      run: () => void reopen.run({ reviewId, recordId, stage }),
    });
  }
  const exclude = (): void =>
    review.exclusionReasons.length > 0 ? setChoosingReason(true) : void settle("exclude");
  const step = (by: number): void => setAt(Math.min(conflicts.length - 1, Math.max(0, index + by)));
  useShortcuts("Conflicts", [
    {
      keys: ["u", "mod+z"],
      label: "Open the conflict settled last again",
      run: () => {
        if (settled === null) return toast("You settled no conflict here yet.");
        setSettled(null);
        void reopen.run({ reviewId, recordId: settled, stage });
      },
    },
    { keys: "i", label: "Settle: include", once: true, run: () => void settle("include") },
    { keys: "e", label: "Settle: exclude, then a digit for the reason", once: true, run: exclude },
    { keys: "m", label: "Settle: maybe", once: true, run: () => void settle("maybe") },
    { keys: ["j", "arrowdown"], label: "Next conflict", hidden: true, run: () => step(1) },
    { keys: ["k", "arrowup"], label: "Previous conflict", hidden: true, run: () => step(-1) },
  ]);
  useShortcuts(
    "Reason for exclusion",
    [
      {
        keys: review.exclusionReasons.slice(0, 9).map((_, place) => String(place + 1)),
        label: "The reason with this number",
        once: true,
        hidden: true,
        run: (key) => void settle("exclude", review.exclusionReasons[Number(key) - 1]),
      },
      {
        keys: ["enter", "e"],
        label: "Without a reason",
        once: true,
        hidden: true,
        run: () => void settle("exclude"),
      },
      {
        keys: "escape",
        label: "Do not exclude",
        hidden: true,
        run: () => setChoosingReason(false),
      },
    ],
    choosingReason,
  );
  const error = adjudicate.error ?? reopen.error ?? (found.value ? null : found.error);
  return (
    <>
      <div className="conflicts">
        <div className="conflict-list">
          <div className="conflict-bar">
            <Segmented label="Stage" options={stages} value={stage} onChange={setStage} />
          </div>
          {error && <Trouble error={error} kept="Both reviewers' decisions are unchanged." />}
          <ul aria-label="Conflicts">
            {conflicts.map((conflict, place) => (
              <li key={conflict.record.id}>
                <button
                  type="button"
                  className="conflict-line"
                  aria-current={place === index}
                  onClick={() => setAt(place)}
                >
                  <StateMark state={conflict.state === "conflict" ? "conflict" : "accepted"}>
                    {conflict.state === "conflict" ? "Conflict" : "Settled"}
                  </StateMark>
                  <span className="conflict-title">{conflict.record.title || "No title"}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
        {shown ? (
          <ConflictView conflict={shown} />
        ) : found.value ? (
          <Empty icon={Handshake}>
            No two reviewers differ at this stage. A record shows here once two have decided and
            disagree.
          </Empty>
        ) : (
          <Skeleton />
        )}
      </div>
      {shown && (
        <DecisionBar
          decision={shown.adjudication}
          busy={adjudicate.running}
          reasons={choosingReason ? review.exclusionReasons : null}
          onInclude={() => void settle("include")}
          onExclude={exclude}
          onMaybe={() => void settle("maybe")}
          onReason={(reason) => void settle("exclude", reason)}
          onCloseReasons={() => setChoosingReason(false)}
        >
          {shown.adjudication && (
            <Button
              kind="quiet"
              onPress={() => void reopen.run({ reviewId, recordId: shown.record.id, stage })}
            >
              Open again
            </Button>
          )}
        </DecisionBar>
      )}
    </>
  );
}

function ConflictView({ conflict }: { conflict: Conflict }) {
  const { record, decisions, adjudication } = conflict;
  return (
    <article className="conflict-view">
      <div className="conflict-sides">
        {decisions.map((decision) => (
          <Side key={decision.id} decision={decision} />
        ))}
        {adjudication && <Side decision={adjudication} settles />}
      </div>
      <p className="record-source">
        {[record.authors.slice(0, 3).join(", "), record.journal, record.year]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <h2 className="record-title" dir="auto">
        {record.title || "This record came without a title"}
      </h2>
      <p className={record.abstract ? "record-abstract" : "record-none"} dir="auto">
        {record.abstract || "This record came without an abstract."}
      </p>
    </article>
  );
}

function Side({ decision, settles = false }: { decision: Decision; settles?: boolean }) {
  const { action } = decision;
  const state =
    action === "include" || action === "exclude" || action === "maybe" ? action : "empty";
  return (
    <section className="conflict-side" aria-label={`Decision of ${decision.reviewer}`}>
      <h3>
        {decision.reviewer}
        {settles && ", who settled it"}
      </h3>
      <p>
        <StateMark state={state} /> {decision.reason}
      </p>
      {decision.note && <p>{decision.note}</p>}
      <p className="field-note">{dateTime(decision.at)}</p>
    </section>
  );
}
