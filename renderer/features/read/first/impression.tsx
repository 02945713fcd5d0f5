/** The reader's own impression: written before the model's output shows in read-first mode, kept beside it afterwards. */
import { Lock, PenLine } from "lucide-react";
import { useState } from "react";
import type { Impression } from "../../../../electron/api/schemas/reading.ts";
import { Button } from "../../../ui/button.tsx";
import { Trouble } from "../../../ui/feedback.tsx";
import { dateTime } from "../../../ui/time.ts";
import { toast } from "../../../ui/toast.tsx";
import { useCall, useChange } from "../../../use-call.ts";
import { ReadFirstSwitch } from "./read-first-switch.tsx";
import "./first.css";

/** Text that is not committed yet, by study: a look at another series or page loses nothing. */
const drafts = new Map<string, string>();

type ImpressionProps = { studyId: string; withheld: boolean };

/** Asks for the impression while the model's output is held back; a committed one cannot be changed. */
export function CommitImpression({ studyId, withheld }: ImpressionProps) {
  const commit = useChange("imaging.commitImpression");
  const [text, setText] = useState(drafts.get(studyId) ?? "");
  const write = (next: string): void => {
    drafts.set(studyId, next);
    setText(next);
  };
  async function send(): Promise<void> {
    if (text.trim() === "" || commit.running) return;
    if ((await commit.run({ studyId, text })) === undefined) return;
    drafts.delete(studyId);
    setText("");
    toast(
      withheld
        ? "Committed. What models suggested is shown now."
        : "Committed. It stays as it is, beside what models suggested.",
    );
  }
  return (
    <form
      className="impression"
      aria-label="Your impression"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {withheld && (
        <p className="impression-held">
          <Lock size={14} aria-hidden /> Read first: what models and earlier reports say is held
          back until you commit your own impression.
        </p>
      )}
      <textarea
        className="input"
        aria-label="Your own impression of this study"
        placeholder="What you see, in your own words"
        rows={withheld ? 4 : 2}
        maxLength={8000}
        data-impression
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <div className="report-acts">
        <Button
          kind={withheld ? "primary" : "plain"}
          icon={PenLine}
          shortcut="Ctrl ⏎"
          disabled={text.trim() === "" || commit.running}
          onPress={() => void send()}
        >
          Commit impression
        </Button>
        <span className="field-note">It cannot be changed afterwards.</span>
      </div>
      {commit.error && (
        <Trouble error={commit.error} kept="Your text is still here." onClose={commit.clear} />
      )}
    </form>
  );
}

/** The Report tab's first part: what was committed, by whom and when, and the mode. */
export function ImpressionPart({ studyId, withheld }: ImpressionProps) {
  const impressions = useCall("imaging.reading", { studyId }).value?.impressions ?? [];
  return (
    <section className="report-part" aria-label="Own impression">
      <header>
        <h2>Own impression</h2>
      </header>
      <CommittedImpressions impressions={impressions} />
      {/* While the output is held back, the form stands above both tabs. */}
      {!withheld && <CommitImpression studyId={studyId} withheld={false} />}
      <ReadFirstSwitch />
    </section>
  );
}

/** In the conversation: one line that opens, so that own words and the model's stand on one page. */
export function ImpressionLine({ studyId }: { studyId: string }) {
  const impressions = useCall("imaging.reading", { studyId }).value?.impressions ?? [];
  if (impressions.length === 0) return null;
  return (
    <details className="impression-line">
      <summary>
        Own impression:{" "}
        {impressions
          .map(({ text }) => text)
          .join(" ")
          .slice(0, 60)}
      </summary>
      <CommittedImpressions impressions={impressions} />
    </details>
  );
}

function CommittedImpressions({ impressions }: { impressions: readonly Impression[] }) {
  return impressions.map((one) => (
    <blockquote key={one.id} className="impression-committed">
      <p>{one.text}</p>
      <footer className="field-note">
        {one.by}, {dateTime(one.at)}, {orderOf(one)}
      </footer>
    </blockquote>
  ));
}

const orderOf = ({ unseen }: Impression): string =>
  unseen ? "before any model output was shown" : "after model output had been shown";
