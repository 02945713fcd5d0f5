/** The question, and who answers it: the passages alone, or a language model that reads them. */
import type { RefObject } from "react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { SendsAway } from "../../ui/sends-away.tsx";
import { useWriter } from "../../use-writer.ts";

export function Question({
  box,
  busy,
  onAsk,
}: {
  box: RefObject<HTMLTextAreaElement | null>;
  busy: boolean;
  onAsk: (question: string, packId: string) => void;
}) {
  const [text, setText] = useState("");
  const { writers, id: writer, choose, host, mayAsk, allow } = useWriter("library");
  const ready = !busy && mayAsk && text.trim().length >= 3;
  const send = (): void => {
    if (ready) onAsk(text.trim(), writer);
  };
  return (
    <form
      className="library-ask"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        className="input"
        rows={2}
        maxLength={2000}
        aria-label="Question to the library"
        placeholder="Ask your records and papers, for example: does valerian help against insomnia?"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div className="library-ask-line">
        <label>
          Answered by
          <select className="input" value={writer} onChange={(event) => choose(event.target.value)}>
            <option value="">the passages themselves</option>
            {writers.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <Button kind="primary" disabled={!ready} onPress={send}>
          {host === undefined ? "Ask" : `Ask ${host}`}
        </Button>
      </div>
      {host !== undefined && (
        <SendsAway host={host} allowed={mayAsk} onAllow={allow}>
          your question, and the passages of your records and papers that answer it, leave this one
          each time you ask.
        </SendsAway>
      )}
      {writers.length === 0 && (
        <p className="field-note">
          A language model that writes answers from the passages can be added on the Models page.
        </p>
      )}
    </form>
  );
}
