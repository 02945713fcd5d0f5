/** Attaching by keyboard, and what became of each file: where it landed, or why it did not. */
import { Paperclip, X } from "lucide-react";
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import { native } from "../../../native.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Trouble } from "../../../ui/feedback.tsx";
import type { Attach } from "./use-attach.ts";
import "./attach.css";

export function AttachButton({ attach }: { attach: Attach }) {
  const choose = async (): Promise<void> =>
    attach.files(await native.chooseFiles({ accept: "", multiple: true }));
  return (
    <Button
      kind="quiet"
      icon={Paperclip}
      className="attach-button"
      disabled={attach.progress !== ""}
      onPress={() => void choose()}
    >
      Attach files
    </Button>
  );
}

type NoticeProps = { attach: Attach; study: Study; onSeries: (seriesId: string) => void };

export function AttachNotice({ attach, study, onSeries }: NoticeProps) {
  const { progress, answer, failure } = attach;
  if (progress)
    return (
      <div className="attach-notice" role="status">
        <header>
          <span>{progress}…</span>
          <Button kind="quiet" onPress={attach.cancel}>
            Cancel
          </Button>
        </header>
      </div>
    );
  if (failure)
    return (
      <div className="attach-notice">
        <Trouble
          error={failure}
          kept="The study and all decisions are as they were."
          onClose={attach.close}
        />
      </div>
    );
  if (answer === null) return null;
  const nameOf = (seriesId?: string): string =>
    study.images.find(({ id }) => id === seriesId)?.name ?? "the study";
  return (
    <section className="attach-notice" aria-label="Attached files" role="status">
      <header>
        <h2>
          {answer.attached.length} attached, {answer.rejected.length} not
        </h2>
        <IconButton label="Close this list" icon={X} onPress={attach.close} />
      </header>
      {answer.rejected.length > 0 && (
        <ul data-kind="rejected">
          {answer.rejected.map(({ file, reason }) => (
            <li key={`${file} ${reason}`}>
              <strong>{file}</strong> {reason}
            </li>
          ))}
        </ul>
      )}
      {answer.attached.length > 0 && (
        <ul>
          {answer.attached.map(({ file, kind, seriesId, warnings }) => (
            <li key={`${file} ${seriesId ?? ""}`}>
              <strong>{file}</strong>{" "}
              {kind === "report"
                ? "is under Report, as it was written."
                : `waits on ${nameOf(seriesId)} for your decision.`}{" "}
              {seriesId && study.images.length > 1 && (
                <Button kind="quiet" onPress={() => onSeries(seriesId)}>
                  Show
                </Button>
              )}
              {warnings.map((warning) => (
                <em key={warning}>{warning}</em>
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
