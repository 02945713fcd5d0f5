/** Screen: one abstract at a time, decided by keyboard; or the list. */
import {
  GitCompareArrows,
  List,
  Maximize2,
  Minimize2,
  RectangleVertical,
  Upload,
  UsersRound,
} from "lucide-react";
import { useEffect, useState } from "react";
import type { QueryOrder } from "../../../electron/api/schemas/screening.ts";
import { go } from "../../frame/route.ts";
import { useRemembered } from "../../frame/remembered.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { plural } from "../../ui/time.ts";
import { useCall } from "../../use-call.ts";
import { queueLimit } from "./use-queue.ts";
import { Conflicts } from "./conflicts.tsx";
import { OneByOne } from "./one-by-one.tsx";
import { RecordList } from "./record-list.tsx";
import { Team } from "./team.tsx";
import "./screen.css";
import "./list.css";
import "./team.css";

const modes = [
  {
    id: "one",
    text: (
      <>
        <RectangleVertical size={14} aria-hidden /> One by one
      </>
    ),
  },
  {
    id: "list",
    text: (
      <>
        <List size={14} aria-hidden /> List
      </>
    ),
  },
  {
    id: "conflicts",
    text: (
      <>
        <GitCompareArrows size={14} aria-hidden /> Conflicts
      </>
    ),
  },
  {
    id: "team",
    text: (
      <>
        <UsersRound size={14} aria-hidden /> Team
      </>
    ),
  },
] as const;
type Mode = (typeof modes)[number]["id"];

export function ScreenPage({ reviewId }: { reviewId: string }) {
  const [mode, setMode] = useRemembered<Mode>("screen-mode", "one");
  const [order, setOrder] = useRemembered<QueryOrder>("screen-order", "certain");
  const [barNode, setBarNode] = useState<HTMLElement | null>(null);
  const review = useCall("review.get", { reviewId });
  // The queue is asked for beside the review, not after it: the first record shows sooner.
  useCall("screening.queue", { reviewId, limit: queueLimit, order });
  // Another person has another queue, and nothing of the last one's walk.
  const reviewer = useCall("settings.get", {}).value?.reviewer ?? "";
  const conflicts = useCall("team.get", { reviewId }).value?.conflicts;
  const open = (conflicts?.screen ?? 0) + (conflicts?.fullText ?? 0);
  const [focus, setFocus] = useState(false);
  useEffect(() => {
    document.documentElement.toggleAttribute("data-focus", focus);
    return () => document.documentElement.removeAttribute("data-focus");
  }, [focus]);
  useShortcuts("Screen", [
    {
      keys: "f",
      label: "Focus: only the record, or everything again",
      run: () => setFocus(!focus),
    },
    {
      keys: "v",
      label: "Next view: one by one, list, conflicts, team",
      run: () => {
        const place = modes.findIndex(({ id }) => id === mode);
        setMode(modes[(place + 1) % modes.length]?.id ?? "one");
      },
    },
  ]);
  if (review.error && !review.value)
    return (
      <div className="page-trouble">
        <Trouble error={review.error} onRetry={review.reload} />
      </div>
    );
  if (!review.value) return <Skeleton />;
  if (review.value.records === 0) {
    return (
      <Empty
        icon={Upload}
        action={
          <Button
            kind="primary"
            onPress={() => go({ page: "review", reviewId, stage: "search", recordId: null })}
          >
            Find or import records
          </Button>
        }
      >
        There is nothing to screen yet. Run a search, or import a reference file.
      </Empty>
    );
  }
  return (
    <div className="page-fixed screen">
      <div className="screen-top">
        <Segmented label="Mode" options={modes} value={mode} onChange={setMode} />
        {open > 0 && mode !== "conflicts" && (
          <Button kind="quiet" onPress={() => setMode("conflicts")}>
            <StateMark state="conflict">{plural(open, "conflict")}</StateMark>
          </Button>
        )}
        <div className="screen-top-part" ref={setBarNode} />
        <IconButton
          label={focus ? "Leave focus" : "Focus: only the record"}
          icon={focus ? Minimize2 : Maximize2}
          shortcut="F"
          pressed={focus}
          onPress={() => setFocus(!focus)}
        />
      </div>
      {mode === "one" && (
        <OneByOne
          key={reviewer}
          review={review.value}
          topBar={barNode}
          order={order}
          onOrder={setOrder}
        />
      )}
      {mode === "list" && <RecordList key={reviewer} review={review.value} />}
      {mode === "conflicts" && <Conflicts review={review.value} />}
      {mode === "team" && <Team review={review.value} />}
    </div>
  );
}
