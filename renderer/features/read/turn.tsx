/** One turn of the conversation: a sentence for the reader, and behind it what was written, shown and run. */
import { Bot, Cpu, TriangleAlert, User } from "lucide-react";
import type { Study, Turn as Said } from "../../../electron/api/schemas/imaging.ts";
import type { ReportSection } from "../../../electron/api/schemas/reading.ts";
import { Button } from "../../ui/button.tsx";
import { deviceName } from "../../ui/device-names.ts";
import { useCall } from "../../use-call.ts";
import { sourceTexts } from "./report/sentences.ts";

type TurnProps = { turn: Said; study: Study; onReport: () => void };

export function Turn({ turn, study, onReport }: TurnProps) {
  const Icon = turn.role === "user" ? User : turn.role === "expert" ? Cpu : Bot;
  // What an image is, is asked before anything is planned.
  const asks = turn.choices !== undefined;
  const name = { user: "You", assistant: asks ? "Evidesk" : "Planner", expert: "Expert" }[
    turn.role
  ];
  return (
    <>
      <span className="talk-who">
        <Icon size={13} aria-hidden /> {name}
        {turn.planner && !asks && <span className="talk-planner">{turn.planner}</span>}
      </span>
      <p>{turn.text}</p>
      {turn.differs && turn.differs.length > 0 && (
        <div className="talk-differs" role="note">
          <TriangleAlert size={13} aria-hidden />
          <p>
            Planner and expert differ: {turn.differs.join(" ")} Neither is accepted; look at the
            image.
          </p>
        </div>
      )}
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
      {turn.draft && <Draft sections={turn.draft} study={study} onReport={onReport} />}
      <Behind turn={turn} />
    </>
  );
}

function Behind({ turn: { written, shown = [] } }: { turn: Said }) {
  if (written === undefined && shown.length === 0) return null;
  const [only] = shown;
  return (
    <details className="talk-behind">
      <summary>
        {shown.length > 1 ? `Shown ${shown.length} sequences` : "As it was written"}
      </summary>
      {written !== undefined && <code>{written}</code>}
      {shown.length > 1 ? (
        <ul>
          {shown.map(({ name, series, slice }) => (
            <li key={name}>
              {name}: {series}, axial slice {slice}
            </li>
          ))}
        </ul>
      ) : (
        only && (
          <p>
            It was shown {only.series}, slice {only.slice}.
          </p>
        )
      )}
    </details>
  );
}

/** The draft as it was when it was asked for; a source that is gone since says so. */
function Draft({
  sections,
  study,
  onReport,
}: { sections: ReportSection[] } & Omit<TurnProps, "turn">) {
  const reading = useCall("imaging.reading", { studyId: study.id }).value;
  const known = {
    study,
    findings: reading?.findings ?? [],
    measurements: reading?.measurements ?? [],
  };
  return (
    <div className="talk-draft">
      {sections.map(({ id, title, sentences }) => (
        <section key={id} aria-label={title}>
          <strong>{title}</strong>
          <ul>
            {sentences.map((sentence, index) => (
              <li key={index}>
                {sentence.text}
                {reading && <small>{sourceTexts(sentence, known).join("; ")}</small>}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Button onPress={onReport}>Open the Report tab</Button>
    </div>
  );
}
