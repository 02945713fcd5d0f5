/** One classifier's findings: above or below the operating point, the reader's own word on each, and the decision. */
import { Check, Undo2, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { stateOf } from "../use-study.ts";
import { calibratedText, pointText, splitText, type Answer, type Judged } from "./judged.ts";

export type OwnFinding = { label: string; present: boolean };
type AnswerProps = {
  answer: Answer;
  onDecide: (action: "accept" | "reject" | "withdraw") => void;
  onCorrect: (findings: OwnFinding[]) => void;
};

export function AnswerList({ answer, onDecide, onCorrect }: AnswerProps) {
  const { decision, findings, present } = answer;
  const [own, setOwn] = useState<ReadonlyMap<string, boolean>>(present);
  const changed = findings.some(({ label }) => own.get(label) !== present.get(label));
  const differs = findings.some(({ label, above }) => own.get(label) !== above);
  return (
    <>
      <ul className="judged">
        {findings.map((finding) => (
          <Finding
            key={finding.label}
            finding={finding}
            present={own.get(finding.label) ?? finding.above}
            locked={decision !== undefined && decision.action !== "correct"}
            onChange={(next) => setOwn(new Map(own).set(finding.label, next))}
          />
        ))}
      </ul>
      <details className="judged-points">
        <summary>What above and below mean</summary>
        <ul>
          {findings.map((finding) => (
            <li key={finding.label}>
              {finding.label}: {pointText(finding)}
            </li>
          ))}
        </ul>
      </details>
      <div className="finding-acts">
        {decision === undefined && !differs && (
          <Button kind="primary" icon={Check} onPress={() => onDecide("accept")}>
            Accept findings
          </Button>
        )}
        {changed && (
          <Button
            kind="primary"
            icon={Check}
            onPress={() =>
              onCorrect(
                findings.map(({ label, above }) => ({ label, present: own.get(label) ?? above })),
              )
            }
          >
            Save my findings
          </Button>
        )}
        {decision === undefined ? (
          <Button icon={X} onPress={() => onDecide("reject")}>
            Reject findings
          </Button>
        ) : (
          <Button icon={Undo2} onPress={() => onDecide("withdraw")}>
            Take the decision back
          </Button>
        )}
      </div>
    </>
  );
}

type FindingProps = {
  finding: Judged;
  present: boolean;
  locked: boolean;
  onChange: (present: boolean) => void;
};

function Finding({ finding, present, locked, onChange }: FindingProps) {
  const { label, above } = finding;
  return (
    <li>
      <span className="judged-mark" data-above={above}>
        <i aria-hidden>{above ? "▲" : "▽"}</i> {above ? "above" : "below"}
      </span>
      <strong>{label}</strong>
      <label className="judged-own">
        <input
          type="checkbox"
          aria-label={`${label} is present`}
          checked={present}
          disabled={locked}
          onChange={(event) => onChange(event.target.checked)}
        />
        present
      </label>
      {splitText(finding) && <p>{splitText(finding)}</p>}
      {calibratedText(finding) && <p>{calibratedText(finding)}</p>}
    </li>
  );
}

export const answerState = (answer: Answer): ReturnType<typeof stateOf> => stateOf(answer.decision);
