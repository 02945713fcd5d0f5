/** Full text: attach papers, see what is missing, read each and decide on it. */
import { FileUp, Paperclip } from "lucide-react";
import { useState } from "react";
import type { Grid } from "../../../electron/api/schemas/extraction.ts";
import { assetBytes } from "../../call.ts";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Split } from "../../frame/split.tsx";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { DropArea } from "../../ui/drop-area.tsx";
import { Empty, Progress, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { PdfViewer } from "../../ui/pdf-viewer.tsx";
import { useCall } from "../../use-call.ts";
import { AttachReport } from "./attach-report.tsx";
import { Assessment } from "./assessment.tsx";
import { StudyList } from "./study-list.tsx";
import { useAttach } from "./use-attach.ts";
import "./full-text.css";

type Study = Grid["studies"][number];

export function FullTextPage({
  reviewId,
  recordId,
}: {
  reviewId: string;
  recordId: string | null;
}) {
  const grid = useCall("extraction.grid", { reviewId });
  const open = useCall("screening.queue", { reviewId, stage: "fullText", limit: 500 });
  const review = useCall("review.get", { reviewId });
  const progress = useCall("screening.progress", { reviewId, stage: "fullText" });
  const attach = useAttach(reviewId);
  const [dropped, setDropped] = useState(0);
  const choose = async (): Promise<void> => {
    const files = await native.chooseFiles({
      accept: ".pdf,.xml,.nxml,.txt,.json",
      multiple: true,
    });
    if (files.length > 0) await attach.send(files);
  };
  const studies = grid.value?.studies ?? [];
  const undecided = new Set(open.value?.records.map(({ id }) => id) ?? []);
  const [included, excluded] = [
    useCall("review.records", { reviewId, fullText: "include", limit: 5000 }),
    useCall("review.records", { reviewId, fullText: "exclude", limit: 5000 }),
  ];
  const assessed = new Set(
    [included, excluded].flatMap(({ value }) => value?.records.map(({ id }) => id) ?? []),
  );
  const chosen =
    studies.find((study) => study.recordId === recordId) ??
    studies.find((study) => study.report) ??
    null;
  const select = (study: Study): void =>
    go(
      { page: "review", reviewId, stage: "full-text", recordId: study.recordId },
      { replace: true },
    );
  const step = (by: number): void => {
    const next = studies[studies.findIndex((study) => study === chosen) + by];
    if (next) select(next);
  };
  useShortcuts("Full text", [
    { keys: "a", label: "Attach papers", run: () => void choose() },
    { keys: ["j", "arrowdown"], label: "Next paper", hidden: true, run: () => step(1) },
    { keys: ["k", "arrowup"], label: "Previous paper", hidden: true, run: () => step(-1) },
  ]);
  if (grid.error && !grid.value)
    return (
      <div className="page-trouble">
        <Trouble error={grid.error} onRetry={grid.reload} />
      </div>
    );
  if (!grid.value) return <Skeleton />;
  const attachButton = (
    <Button kind="primary" icon={Paperclip} shortcut="A" onPress={() => void choose()}>
      Attach papers
    </Button>
  );
  const list = (
    <div className="full-text-list">
      <div className="full-text-head">
        <span className="numbers">
          {studies.filter((study) => study.report).length} of {studies.length} papers attached
          {progress.value &&
            `, ${progress.value.screened} assessed: ${progress.value.included} in, ${progress.value.excluded} out`}
        </span>
        {attachButton}
      </div>
      {attach.error && (
        <Trouble
          error={attach.error}
          kept="Papers attached before stay attached."
          onClose={attach.clear}
        />
      )}
      {attach.running && <Progress event={attach.event} onCancel={attach.cancel} />}
      <AttachReport
        key={dropped}
        results={attach.results}
        onAttach={attach.attachTo}
        onPassword={attach.open}
        onClose={attach.clear}
      />
      {studies.length === 0 ? (
        <Empty
          icon={FileUp}
          action={
            <Button
              onPress={() => go({ page: "review", reviewId, stage: "screen", recordId: null })}
            >
              Go to screening
            </Button>
          }
        >
          Papers belong to included records. Include some first, or drop a PDF here: it is matched
          by its DOI or title.
        </Empty>
      ) : (
        <StudyList
          studies={studies}
          undecided={undecided}
          assessed={assessed}
          chosen={chosen}
          onChoose={select}
        />
      )}
    </div>
  );
  return (
    <DropArea
      className="page-fixed"
      text="Drop papers (matched by DOI, then title) or registry records (by trial number)"
      onFiles={(files) => {
        setDropped((now) => now + 1);
        void attach.send(files);
      }}
    >
      <Split
        name="full-text"
        first={720}
        left={list}
        right={
          chosen?.report ? (
            <div className="full-text-paper">
              <PdfViewer id={chosen.report.assetId} load={assetBytes} marks={[]} visit={0} />
              <Assessment
                key={chosen.recordId}
                reviewId={reviewId}
                recordId={chosen.recordId}
                undecided={!assessed.has(chosen.recordId)}
                reasons={review.value?.exclusionReasons ?? []}
                criteria={review.value?.criteria.filter(({ muted }) => !muted) ?? []}
              />
            </div>
          ) : (
            <Empty icon={FileUp} action={attachButton}>
              {chosen
                ? `The paper of "${chosen.title}" is missing. Attach it, or drop it anywhere on this page.`
                : "Attach a paper to read it here."}
            </Empty>
          )
        }
      />
    </DropArea>
  );
}
