/** What classifiers said of the series in view: each answer a suggestion until the reader decides. */
import { useState } from "react";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import { call } from "../../../call.ts";
import { toast } from "../../../ui/toast.tsx";
import { asError, invalidate } from "../../../use-call.ts";
import type { Stage } from "../look/viewer.tsx";
import { AnswerList, answerState, type OwnFinding } from "./answer-list.tsx";
import { Heat } from "./heat.tsx";
import { WhyExpert } from "../why-expert.tsx";
import { answersOn, askedText } from "./judged.ts";
import "./classify.css";

type ClassifiedProps = {
  study: Study;
  series: Series;
  stage: Stage | null;
  onDecide: (suggestionId: string, action: "accept" | "reject" | "withdraw") => void;
};

/** Whether other packs were asked beside the one that was called; an ensemble's members are its own. */
const isOfPacks = ({ asked, suggestion }: ReturnType<typeof answersOn>[number]): boolean =>
  asked?.experts.some((name) => name.startsWith(`${suggestion.model} `)) === true;

export function Classified({ study, series, stage, onDecide }: ClassifiedProps) {
  const answers = answersOn(study, series);
  const [chosen, choose] = useState("");
  const answer = answers.find(({ suggestion }) => suggestion.id === chosen) ?? answers[0];
  if (answer === undefined) return null;
  const { suggestion, decision } = answer;
  const nameOf = ({ suggestion: one }: typeof answer): string => `${one.model} ${one.modelVersion}`;

  async function correct(findings: OwnFinding[]): Promise<void> {
    try {
      await call("imaging.decide", {
        studyId: study.id,
        suggestionId: suggestion.id,
        action: "correct",
        findings,
      });
      toast("Your findings are saved beside the model's.");
    } catch (thrown) {
      toast(`Not saved: ${asError(thrown).message}`);
    }
    invalidate("imaging");
  }
  const state = answerState(answer);
  return (
    <section className="classified" aria-label="Suggested findings">
      <header>
        <span className="state" data-state={state}>
          {state}
        </span>
        {answers.length > 1 ? (
          <select
            className="input"
            aria-label="Classifier's answer in view"
            value={suggestion.id}
            onChange={(event) => choose(event.target.value)}
          >
            {answers.map((one) => (
              <option key={one.suggestion.id} value={one.suggestion.id}>
                {nameOf(one)}
              </option>
            ))}
          </select>
        ) : (
          <strong>{nameOf(answer)}</strong>
        )}
        <span className="finding-by">
          {decision ? `by ${decision.reviewer}` : "a suggestion, not a diagnosis"}
        </span>
      </header>
      <WhyExpert suggestion={suggestion} />
      {askedText(answer) && <p className="field-note asked-of">{askedText(answer)}</p>}
      <AnswerList
        key={`${suggestion.id} ${decision?.id ?? ""}`}
        answer={answer}
        onDecide={(action) => onDecide(suggestion.id, action)}
        onCorrect={(findings) => void correct(findings)}
      />
      <Heat
        key={suggestion.id}
        studyId={study.id}
        suggestionId={suggestion.id}
        series={series}
        stage={stage}
        alone={(answer.asked?.experts.length ?? 0) > 1 && isOfPacks(answer) ? suggestion.model : ""}
      />
    </section>
  );
}
