/** Library: a question to the review's own records and papers; the answer left, the source right. */
import { Library, MessageCircleQuestion } from "lucide-react";
import { useRef, useState } from "react";
import type { LibraryAnswer } from "../../../electron/api/schemas/library.ts";
import { assetBytes } from "../../call.ts";
import { go } from "../../frame/route.ts";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Split } from "../../frame/split.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, Progress, Skeleton, Trouble } from "../../ui/feedback.tsx";
import { PdfViewer } from "../../ui/pdf-viewer.tsx";
import { useCall, useChange } from "../../use-call.ts";
import { Answer } from "./answer.tsx";
import { LibraryState } from "./library-state.tsx";
import { Question } from "./question.tsx";
import "./library.css";

type Passage = LibraryAnswer["passages"][number];

export function LibraryPage({ reviewId }: { reviewId: string | null }) {
  if (reviewId === null)
    return (
      <Empty
        icon={Library}
        action={<Button onPress={() => go({ page: "home" })}>Go to Home</Button>}
      >
        The library is made of a review's records and papers. Open a review first.
      </Empty>
    );
  return <ReviewLibrary reviewId={reviewId} />;
}

function ReviewLibrary({ reviewId }: { reviewId: string }) {
  const state = useCall("library.state", { reviewId });
  const ask = useChange("library.ask");
  const index = useChange("library.index");
  const [asked, setAsked] = useState({ text: "", packId: "" });
  const [answer, setAnswer] = useState<LibraryAnswer | null>(null);
  const [chosen, setChosen] = useState<Passage | null>(null);
  const [visit, setVisit] = useState(0);
  const question = useRef<HTMLTextAreaElement>(null);
  const busy = ask.running || index.running;

  const send = async (text: string, packId: string): Promise<void> => {
    setAsked({ text, packId });
    setAnswer(null);
    setChosen(null);
    const given = await ask.run({ reviewId, question: text, ...(packId === "" ? {} : { packId }) });
    if (!given) return;
    setAnswer(given);
    const cited = given.sentences[0]?.passages[0] ?? 1;
    setChosen(given.passages.find(({ n }) => n === cited) ?? null);
    // From the box to the answer, so that its keys work at once.
    question.current?.blur();
  };
  const open = (n: number): void => {
    const passage = answer?.passages.find((one) => one.n === n);
    if (!passage) return;
    setChosen(passage);
    setVisit((now) => now + 1);
    document.getElementById(`passage-${n}`)?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts("Library", [
    { keys: "/", label: "Ask a question", run: () => question.current?.focus() },
    {
      keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
      label: "Open a passage by its number",
      hidden: true,
      run: (key) => open(Number(key)),
    },
    {
      keys: ["j", "arrowdown"],
      label: "Next passage",
      hidden: true,
      run: () => open((chosen?.n ?? 0) + 1),
    },
    {
      keys: ["k", "arrowup"],
      label: "Previous passage",
      hidden: true,
      run: () => open((chosen?.n ?? 2) - 1),
    },
  ]);
  if (state.error && !state.value)
    return (
      <div className="page-trouble">
        <Trouble error={state.error} onRetry={state.reload} />
      </div>
    );
  if (!state.value) return <Skeleton />;
  if (state.value.records === 0)
    return (
      <Empty
        icon={Library}
        action={
          <Button
            kind="primary"
            onPress={() => go({ page: "review", reviewId, stage: "search", recordId: null })}
          >
            Go to Search
          </Button>
        }
      >
        The library holds this review's records and papers. Import some records first.
      </Empty>
    );
  const error = ask.error ?? index.error;
  const left = (
    <div className="library-left">
      <Question box={question} busy={busy} onAsk={(text, packId) => void send(text, packId)} />
      {busy ? (
        <Progress
          event={ask.event ?? index.event}
          onCancel={() => {
            ask.cancel();
            index.cancel();
          }}
        />
      ) : (
        <LibraryState state={state.value} onBuild={() => void index.run({ reviewId })} />
      )}
      {error && (
        <Trouble
          error={error}
          kept="The review is as it was."
          {...(ask.error ? { onRetry: () => void send(asked.text, asked.packId) } : {})}
          onClose={() => {
            ask.clear();
            index.clear();
          }}
        />
      )}
      {answer && (
        <Answer question={asked.text} answer={answer} chosen={chosen?.n ?? null} onOpen={open} />
      )}
    </div>
  );
  return (
    <div className="page-fixed">
      <Split
        name="library"
        first={620}
        left={left}
        right={<Source passage={chosen} visit={visit} />}
      />
    </div>
  );
}

/** The paper at the words; a record's own text where the words are the record's. */
function Source({ passage, visit }: { passage: Passage | null; visit: number }) {
  if (passage === null)
    return (
      <Empty icon={MessageCircleQuestion}>
        What the answer rests on opens here: the paper at the words, or the record.
      </Empty>
    );
  if (passage.assetId !== null && passage.page !== null)
    return (
      <div className="library-paper">
        <PdfViewer id={passage.assetId} load={assetBytes} marks={passage.boxes} visit={visit} />
      </div>
    );
  return (
    <article className="library-record" aria-label="Source">
      <p className="field-note">
        {passage.assetId === null ? "Record" : "Paper"} · {passage.section}
      </p>
      <h2>{passage.title}</h2>
      <p className="library-record-text">
        {passage.text.startsWith(passage.title)
          ? passage.text.slice(passage.title.length).trim() || "This record has no abstract."
          : passage.text}
      </p>
    </article>
  );
}
