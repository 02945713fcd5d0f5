/** What was asked, which expert was called, what it said: the expert's call as a card of its own. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Study } from "../../../electron/api/schemas/imaging.ts";
import { Button } from "../../ui/button.tsx";
import { PlannerChoice } from "./planner-choice.tsx";
import { Turn } from "./turn.tsx";

type Turns = Study["turns"];

export function Conversation({
  study,
  modality,
  turns,
  offers,
  busy,
  onAsk,
  onCancel,
  onReport,
  children,
}: {
  study: Study;
  /** Of the series that is asked about. */
  modality: string;
  turns: Turns;
  /** Requests that the installed experts can answer on this image, for who has not asked yet. */
  offers: readonly string[];
  busy: string;
  /** `category` is the reader's answer to what the image is. */
  onAsk: (text: string, category?: string) => void;
  onCancel: () => void;
  onReport: () => void;
  /** Above the question: what it is asked about. */
  children?: ReactNode;
}) {
  const [text, setText] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // The newest words are what is read next.
  useEffect(() => {
    list.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [turns.length, busy]);
  const send = (): void => {
    if (text.trim() === "" || busy !== "") return;
    onAsk(text.trim());
    setText("");
    // What comes back is decided on by keys, which would be typed into the field; "/" leads back to it.
    field.current?.blur();
  };
  return (
    <section className="talk" aria-label="Conversation">
      <ol className="talk-turns" aria-live="polite" ref={list}>
        {turns.length === 0 && busy === "" && (
          <li className="talk-offers">
            <p>
              {offers.length > 0
                ? "Ask an expert to outline or judge what you name. Its answer is a suggestion."
                : "No installed expert takes this image as it is; the Models page lists what is installed. A planner that answers by itself can still be asked."}
            </p>
            {offers.map((offer) => (
              <Button key={offer} onPress={() => onAsk(offer)}>
                {offer}
              </Button>
            ))}
          </li>
        )}
        {turns.map((turn, index) => (
          <li key={index} data-role={turn.role}>
            <Turn turn={turn} study={study} onReport={onReport} />
            {turn.choices && index === turns.length - 1 && busy === "" && (
              <WhatItIs
                choices={turn.choices}
                onChoose={(id) => onAsk(turns[index - 1]?.text ?? "", id)}
              />
            )}
          </li>
        ))}
        {busy !== "" && (
          <li data-role="assistant" className="talk-busy">
            <span>{busy}…</span>
            <Button kind="quiet" onPress={onCancel}>
              Cancel
            </Button>
          </li>
        )}
      </ol>
      {children}
      <form
        className="talk-ask"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <input
          ref={field}
          aria-label="Ask about this image"
          placeholder={offers[0] ?? "what can you do?"}
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={2000}
          data-ask
        />
        <Button kind="primary" onPress={send} disabled={busy !== "" || text.trim() === ""}>
          Ask
        </Button>
      </form>
      <PlannerChoice modality={modality} />
    </section>
  );
}

/** The likeliest kinds of image to choose from; an image that is none of them needs no answer. */
function WhatItIs({
  choices,
  onChoose,
}: {
  choices: readonly { id: string; title: string }[];
  onChoose: (id: string) => void;
}) {
  return (
    <div className="talk-choices" role="group" aria-label="What this image is">
      {choices.map(({ id, title }) => (
        <Button key={id} onPress={() => onChoose(id)}>
          It is {title}
        </Button>
      ))}
      <p className="field-note">If it is neither, leave it: no installed expert is made for it.</p>
    </div>
  );
}
