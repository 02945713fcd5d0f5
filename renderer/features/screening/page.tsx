/** Screen: one abstract at a time, decided by keyboard; or the list. */
import { List, RectangleVertical, Upload } from "lucide-react";
import { useState } from "react";
import { go } from "../../frame/route.ts";
import { useRemembered } from "../../frame/remembered.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useCall } from "../../use-call.ts";
import { queueLimit } from "./use-queue.ts";
import { OneByOne } from "./one-by-one.tsx";
import { RecordList } from "./record-list.tsx";
import "./screen.css";

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
] as const;
type Mode = (typeof modes)[number]["id"];

export function ScreenPage({ reviewId }: { reviewId: string }) {
  const [mode, setMode] = useRemembered<Mode>("screen-mode", "one");
  const [barNode, setBarNode] = useState<HTMLElement | null>(null);
  const review = useCall("review.get", { reviewId });
  // The queue is asked for beside the review, not after it: the first record shows sooner.
  useCall("screening.queue", { reviewId, limit: queueLimit });
  useShortcuts("Screen", [
    {
      keys: "v",
      label: "Switch between one by one and list",
      run: () => setMode(mode === "one" ? "list" : "one"),
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
        <div className="screen-top-part" ref={setBarNode} />
      </div>
      {mode === "one" ? (
        <OneByOne review={review.value} topBar={barNode} />
      ) : (
        <RecordList review={review.value} />
      )}
    </div>
  );
}
