/** What was asked, which expert was called, what it said: the expert's call as a card of its own. */
import { Bot, Cpu, User } from "lucide-react";
import { useState } from "react";
import type { Study } from "../../../electron/api/schemas/imaging.ts";
import { Button } from "../../ui/button.tsx";
import { deviceName } from "../../ui/device-names.ts";
import { PlannerChoice } from "./planner-choice.tsx";

type Turns = Study["turns"];

export function Conversation({
  turns,
  offers,
  busy,
  onAsk,
  onCancel,
}: {
  turns: Turns;
  /** Requests that the installed experts can answer on this image, for who has not asked yet. */
  offers: readonly string[];
  busy: string;
  /** `category` is the reader's answer to what the image is. */
  onAsk: (text: string, category?: string) => void;
  onCancel: () => void;
}) {
  const [text, setText] = useState("");
  const send = (): void => {
    if (text.trim() === "" || busy !== "") return;
    onAsk(text.trim());
    setText("");
  };
  return (
    <section className="talk" aria-label="Conversation">
      <ol className="talk-turns" aria-live="polite">
        {turns.length === 0 && busy === "" && (
          <li className="talk-offers">
            <p>Ask an expert to outline or judge what you name. Its answer is a suggestion.</p>
            {offers.map((offer) => (
              <Button key={offer} onPress={() => onAsk(offer)}>
                {offer}
              </Button>
            ))}
          </li>
        )}
        {turns.map((turn, index) => (
          <li key={index} data-role={turn.role}>
            <Turn turn={turn} />
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
      <form
        className="talk-ask"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <input
          aria-label="Ask about this image"
          placeholder="Ask, for example: outline the lungs"
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={2000}
          data-ask
        />
        <Button kind="primary" onPress={send} disabled={busy !== "" || text.trim() === ""}>
          Ask
        </Button>
      </form>
      <PlannerChoice />
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

function Turn({ turn }: { turn: Turns[number] }) {
  const Icon = turn.role === "user" ? User : turn.role === "expert" ? Cpu : Bot;
  const name = { user: "You", assistant: "Planner", expert: "Expert" }[turn.role];
  return (
    <>
      <span className="talk-who">
        <Icon size={13} aria-hidden /> {name}
        {turn.planner && <span className="talk-planner">{turn.planner}</span>}
      </span>
      <p>{turn.text}</p>
      {turn.call && (
        <dl className="expert-call">
          <dt>Expert</dt>
          <dd>
            {turn.call.expert} {turn.call.version}
          </dd>
          <dt>Device</dt>
          <dd>{deviceName(turn.call.device)}</dd>
          <dt>Time</dt>
          <dd>{Math.round(turn.call.ms)} ms</dd>
          {turn.why && (
            <>
              <dt>Why this one</dt>
              <dd className="expert-why">{turn.why}</dd>
            </>
          )}
        </dl>
      )}
    </>
  );
}
