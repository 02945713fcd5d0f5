/** Home: recent reviews, what waits for you in each, and the next thing to open. */
import { FolderOpen, Plus, Stethoscope } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { ReviewSummary } from "../../../electron/api/schemas/review.ts";
import { putAsset } from "../../call.ts";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { native } from "../../native.ts";
import { Button } from "../../ui/button.tsx";
import { DropArea } from "../../ui/drop-area.tsx";
import { Bar, Empty, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { ago, plural } from "../../ui/time.ts";
import { asError, useCall, useChange } from "../../use-call.ts";
import type { AppError } from "../../../electron/api/errors.ts";
import { RecentStudies } from "./recent-studies.tsx";
import "./home.css";

export function HomePage() {
  const reviews = useCall("review.list", {});
  const [creating, setCreating] = useState(false);
  const [problem, setProblem] = useState<AppError | null>(null);
  const adopt = useChange("review.adopt");

  async function openFiles(files: File[]): Promise<void> {
    const file = files.find(({ name }) => name.endsWith(".evidesk"));
    if (!file) return;
    try {
      const asset = await putAsset(file);
      const review = await adopt.run({ assetId: asset.id, name: file.name });
      if (review) go({ page: "review", reviewId: review.id, stage: "question", recordId: null });
    } catch (thrown) {
      setProblem(asError(thrown));
    }
  }
  const choose = async (): Promise<void> =>
    openFiles(await native.chooseFiles({ accept: ".evidesk", multiple: false }));
  useShortcuts("Home", [
    { keys: "n", label: "New review", run: () => setCreating(true) },
    { keys: "o", label: "Open a review file", run: () => void choose() },
  ]);
  const error = problem ?? adopt.error ?? reviews.error;
  const list = reviews.value?.toSorted(
    (a, b) => Number(a.sample) - Number(b.sample) || b.updatedAt.localeCompare(a.updatedAt),
  );

  return (
    <DropArea
      text="Drop a .evidesk review file to open it"
      onFiles={(files) => void openFiles(files)}
      className="home-drop"
    >
      <div className="page-column home">
        {error && <Trouble error={error} onRetry={reviews.reload} />}
        <section className="home-section" aria-labelledby="reviews-heading">
          <div className="home-head">
            <h2 id="reviews-heading">Reviews</h2>
            <Button icon={FolderOpen} kind="quiet" shortcut="O" onPress={() => void choose()}>
              Open file
            </Button>
            <Button icon={Plus} kind="primary" shortcut="N" onPress={() => setCreating(true)}>
              New review
            </Button>
          </div>
          {creating && <NewReview onClose={() => setCreating(false)} />}
          {list === undefined && !error && <Skeleton />}
          {list?.length === 0 && !creating && (
            <div className="card">
              <Empty
                icon={Stethoscope}
                action={
                  <Button kind="primary" icon={Plus} onPress={() => setCreating(true)}>
                    New review
                  </Button>
                }
              >
                A review starts with one clinical question. Records, decisions and evidence stay in
                one file on this machine.
              </Empty>
            </div>
          )}
          <ul className="home-list">
            {list?.map((review) => (
              <ReviewRow key={review.id} review={review} />
            ))}
          </ul>
        </section>
        <RecentStudies />
      </div>
    </DropArea>
  );
}

function NewReview({ onClose }: { onClose: () => void }) {
  const [question, setQuestion] = useState("");
  const create = useChange("review.create");
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const title = question.trim().replace(/\s+/g, " ").slice(0, 90);
    if (title === "") return;
    const review = await create.run({ title, question: question.trim() });
    if (review) go({ page: "review", reviewId: review.id, stage: "question", recordId: null });
  }
  return (
    <form
      className="card home-new"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <label className="field">
        <span className="field-label">What do you want to know?</span>
        <textarea
          className="input"
          rows={2}
          autoFocus
          name="question"
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          placeholder="In adults with …, does … compared with … change …?"
        />
      </label>
      {create.error && <Trouble error={create.error} kept="Your question is still here." />}
      <div className="home-new-end">
        <Button kind="quiet" onPress={onClose}>
          Not now
        </Button>
        <button
          className="button"
          data-kind="primary"
          type="submit"
          disabled={question.trim() === ""}
        >
          Start the review
        </button>
      </div>
    </form>
  );
}

/** The one thing that waits next in this review, and where it is done. */
function nextAct(review: ReviewSummary): {
  text: string;
  stage: "search" | "screen" | "full-text" | "extract" | "report";
} {
  const open = review.records - review.decided;
  const missing = review.included - review.reports;
  if (review.records === 0) return { text: "Find or import records", stage: "search" };
  if (open > 0) return { text: `${plural(open, "record")} to screen`, stage: "screen" };
  if (missing > 0) return { text: `${plural(missing, "paper")} without PDF`, stage: "full-text" };
  if (review.included > 0) return { text: "Check the extraction", stage: "extract" };
  return { text: "Report", stage: "report" };
}

function ReviewRow({ review }: { review: ReviewSummary }) {
  if (review.problem !== undefined) {
    return (
      <li className="card home-row">
        <div>
          <h3 className="home-title">{review.file}</h3>
          <p className="field-note">{review.problem}</p>
        </div>
      </li>
    );
  }
  const next = nextAct(review);
  const open = (stage: typeof next.stage | "question"): void =>
    go({ page: "review", reviewId: review.id, stage, recordId: null });
  return (
    <li className="card home-row">
      <button
        type="button"
        className="home-open"
        onClick={() => open(review.records === 0 ? "question" : "screen")}
      >
        <span className="home-title">{review.title}</span>
        {review.sample && <span className="chip">Sample</span>}
        <span className="home-question">{review.question}</span>
      </button>
      <div className="home-figures numbers">
        <Bar part={review.records === 0 ? 0 : review.decided / review.records} label="Decided" />
        <span>
          {review.decided.toLocaleString()} of {plural(review.records, "record")} decided
          <br />
          {review.included.toLocaleString()} included · {ago(review.updatedAt)}
        </span>
      </div>
      <Button onPress={() => open(next.stage)}>{next.text}</Button>
    </li>
  );
}
