/** One record in view: its text, its criteria, its decision. */
import { Coffee, PartyPopper } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { AppError } from "../../../electron/api/errors.ts";
import type { Decision, DecisionAction } from "../../../electron/api/schemas/ledger.ts";
import type { Review } from "../../../electron/api/schemas/review.ts";
import type { QueryOrder } from "../../../electron/api/schemas/screening.ts";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { plural } from "../../ui/time.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { CriteriaPanel } from "./criteria-panel.tsx";
import { DecisionBar } from "./decision-bar.tsx";
import { RankingWhy, withheldNote } from "./ranking-why.tsx";
import { RecordNotes } from "./record-notes.tsx";
import { RecordView } from "./record-view.tsx";
import { SessionNote, sessionSummary, useSession, type Session } from "./session.tsx";
import { useLateRefresh } from "./use-late-refresh.ts";
import { QueryOrderChoice } from "./query-order.tsx";
import { useQueue } from "./use-queue.ts";

/** With this few records left in hand the queue is asked for more at once. */
const freshLow = 16;

type Screened = "include" | "exclude" | "maybe";
const told: Partial<Record<DecisionAction, string>> = {
  include: "Included",
  exclude: "Excluded",
  maybe: "Put aside",
};

type OneByOneProps = {
  review: Review;
  topBar: HTMLElement | null;
  order: QueryOrder;
  onOrder: (order: QueryOrder) => void;
};

export function OneByOne({ review, topBar, order, onOrder }: OneByOneProps) {
  const reviewId = review.id;
  const walk = useQueue(reviewId, order);
  const { shown, queue } = walk;
  const [choosingReason, setChoosingReason] = useState(false);
  // Set at once, unlike state: two presses may come before the page is drawn again.
  const writing = useRef(false);
  const tooSoon = useRef(0);
  const [emphasised, setEmphasised] = useState<string | null>(null);
  const session = useSession();
  const suggestions = useCall("team.get", { reviewId }).value?.plan.suggestions ?? "before";
  // Once it is decided, a record shows what was withheld before.
  const decided = useCall(
    "screening.record",
    shown && walk.decision ? { reviewId, recordId: shown.id } : null,
  ).value;
  const record = shown && decided?.id === shown.id ? { ...decided, rank: shown.rank } : shown;
  const decide = useChange("screening.decide", [], "byCaller");
  const refresh = useLateRefresh();
  const undo = useChange("screening.undo", ["review.get", "review.list"]);

  /** Another window decided first: its decision shows, and deciding again is then knowing. */
  const showStanding = useEffectEvent((error: AppError) => {
    const { standing } = Object(error.data) as { standing?: Decision | null };
    if (shown && error.code === "conflict" && standing !== undefined)
      walk.noteDecision(shown.id, standing);
  });
  useEffect(() => {
    if (decide.error) showStanding(decide.error);
  }, [decide.error]);

  async function decideShown(action: Screened, reason?: string): Promise<void> {
    if (!shown || session.over) return;
    // Kept for later it would fall on a record that nobody has read, so it decides nothing and is told.
    if (writing.current) return void (tooSoon.current += 1);
    setChoosingReason(false);
    const place = { rank: shown.rank, score: shown.score, order };
    writing.current = true;
    tooSoon.current = 0;
    const decision = await decide
      .run({
        reviewId,
        recordId: shown.id,
        action,
        shown: place,
        standing: walk.decision?.id ?? null,
        ...(reason ? { reason } : {}),
      })
      .finally(() => {
        writing.current = false;
      });
    if (!decision) return;
    walk.noteDecision(shown.id, decision);
    session.note();
    walk.next();
    refresh();
    // One request for more is enough, however fast the keys come.
    if (walk.fresh <= freshLow && !queue.loading) queue.reload();
    const ignored =
      tooSoon.current > 0
        ? ` · ${plural(tooSoon.current, "press", "presses")} came too soon after and decided nothing`
        : "";
    toast(
      `${told[action] ?? action}: ${shorten(shown.title)}${reason ? ` (${reason})` : ""}${ignored}`,
      {
        label: "Undo",
        shortcut: "U",
        run: () => void takeBack(),
      },
    );
  }
  async function takeBack(): Promise<void> {
    const answer = await undo.run({ reviewId });
    if (!answer) return;
    if (!answer.undone) return toast("There is nothing of yours left to undo.");
    session.takeBack();
    const recordId = answer.undone.subject.replace(/^record:/, "");
    walk.noteDecision(recordId, null);
    walk.goTo(recordId);
    toast(
      `Taken back: ${told[answer.undone.action]?.toLowerCase() ?? answer.undone.action}, ${shorten(answer.title)}`,
    );
  }
  function exclude(): void {
    if (review.exclusionReasons.length === 0 || writing.current) void decideShown("exclude");
    else setChoosingReason(true);
  }

  useShortcuts("Screen", [
    { keys: "i", label: "Include", once: true, run: () => void decideShown("include") },
    { keys: "e", label: "Exclude, then a digit for the reason", once: true, run: exclude },
    { keys: "m", label: "Maybe, put aside", once: true, run: () => void decideShown("maybe") },
    {
      keys: ["u", "mod+z"],
      label: "Undo the last decision",
      once: true,
      run: () => void takeBack(),
    },
    { keys: ["j", "arrowdown"], label: "Next record", hidden: true, run: walk.next },
    { keys: ["k", "arrowup"], label: "Previous record", hidden: true, run: walk.back },
  ]);
  const digits = review.exclusionReasons.slice(0, 9).map((_, index) => String(index + 1));
  useShortcuts(
    "Reason for exclusion",
    [
      {
        keys: digits,
        label: "The reason with this number",
        once: true,
        hidden: true,
        run: (key) => void decideShown("exclude", review.exclusionReasons[Number(key) - 1]),
      },
      {
        keys: ["enter", "e"],
        label: "Without a reason",
        once: true,
        hidden: true,
        run: () => void decideShown("exclude"),
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

  const error = decide.error ?? undo.error ?? (queue.value ? null : queue.error);
  return (
    <>
      {topBar &&
        createPortal(
          <>
            <QueryOrderChoice order={order} onChoose={onOrder} />
            <SessionNote session={session} remaining={queue.value?.remaining ?? 0} />
            {session.size === 0 && <RankingNote queue={queue.value} />}
          </>,
          topBar,
        )}
      <div className="screen-body">
        <div className="screen-record">
          {error && (
            <Trouble
              error={error}
              kept="Earlier decisions are on disk; this record is not decided yet."
              onRetry={queue.reload}
            />
          )}
          {session.over ? (
            <SessionOver session={session} />
          ) : record ? (
            <RecordView
              record={record}
              criteria={review.criteria}
              emphasised={emphasised}
              decision={walk.decision}
            />
          ) : queue.loading && !queue.value?.records.length ? (
            <Skeleton lines={10} />
          ) : (
            queue.value && <Done reviewId={reviewId} />
          )}
        </div>
        {record && !session.over && (
          <CriteriaPanel
            review={review}
            record={record}
            withheld={withheldNote(suggestions)}
            onEmphasise={setEmphasised}
          />
        )}
      </div>
      {shown && !session.over && (
        <DecisionBar
          decision={walk.decision}
          busy={decide.running}
          reasons={choosingReason ? review.exclusionReasons : null}
          onInclude={() => void decideShown("include")}
          onExclude={exclude}
          onMaybe={() => void decideShown("maybe")}
          onReason={(reason) => void decideShown("exclude", reason)}
          onCloseReasons={() => setChoosingReason(false)}
        />
      )}
      {record && (
        <RankingWhy
          record={record}
          decision={walk.decision}
          queue={queue.value}
          suggestions={suggestions}
        />
      )}
      {shown && <RecordNotes key={shown.id} reviewId={reviewId} record={shown} />}
    </>
  );
}

function SessionOver({ session }: { session: Session }) {
  useShortcuts("Session", [
    { keys: "enter", label: "Another session", run: () => session.begin(session.size) },
  ]);
  return (
    <Empty
      icon={Coffee}
      action={
        <span className="record-row-acts">
          <Button kind="primary" shortcut="⏎" onPress={() => session.begin(session.size)}>
            Another {session.size}
          </Button>
          <Button onPress={() => session.begin(0)}>Go on without a session</Button>
        </span>
      }
    >
      {sessionSummary(session)} Everything is on disk; a break helps the next ones.
    </Empty>
  );
}

function shorten(title: string): string {
  return title.length > 56 ? `${title.slice(0, 55).trimEnd()}…` : title;
}

function RankingNote({ queue }: { queue: ReturnType<typeof useQueue>["queue"]["value"] }) {
  if (!queue) return null;
  const text = `${queue.remaining.toLocaleString()} left · ${
    queue.trained
      ? `best first by ${plural(queue.learnedFrom, "decision")}`
      : queue.model === "criteria"
        ? "best first by your criteria, until there are decisions to learn from"
        : "in file order until one record is included and one excluded"
  }${queue.pending ? " · ranking anew" : ""}`;
  // On a narrow screen the end of it is cut off.
  return (
    <span className="screen-note numbers" title={text}>
      {text}
    </span>
  );
}

function Done({ reviewId }: { reviewId: string }) {
  return (
    <Empty
      icon={PartyPopper}
      action={
        <Button
          kind="primary"
          onPress={() => go({ page: "review", reviewId, stage: "full-text", recordId: null })}
        >
          Go to the full texts
        </Button>
      }
    >
      Every record has a decision. Attach the papers of the included ones next.
    </Empty>
  );
}
