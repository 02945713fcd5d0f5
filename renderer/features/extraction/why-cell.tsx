/** Why a cell says what it says: quote, checks, how it was found, and everything that happened to it. */
import { CircleCheck, CircleX } from "lucide-react";
import type { Decision, Suggestion } from "../../../electron/api/schemas/ledger.ts";
import { StateMark, stateMeaning } from "../../frame/state-mark.tsx";
import { Why } from "../../frame/why.tsx";
import { dateTime } from "../../ui/time.ts";
import { useCall } from "../../use-call.ts";
import { sourceOf, textOf, type Place } from "./cells.ts";
import { DualCell } from "./dual-cell.tsx";
import { RegistryBeside } from "./registry-beside.tsx";

export function WhyCell({
  reviewId,
  place,
  fieldName,
  onTakeRegistry,
}: {
  reviewId: string;
  place: Place;
  fieldName: string;
  onTakeRegistry: () => void;
}) {
  const { study, cell } = place;
  const history = useCall("extraction.history", {
    reviewId,
    recordId: study.recordId,
    fieldId: cell.fieldId,
    arm: cell.arm,
  }).value;
  const suggestion = cell.suggestion;
  const selected = sourceOf(cell.decision);
  return (
    <>
      <Why title={`${fieldName}${cell.arm ? `, ${cell.arm}` : ""}`}>
        <p>
          <StateMark state={cell.state} />
        </p>
        <p className="field-note">{stateMeaning(cell.state)}</p>
        {selected && (
          <blockquote className="why-quote" data-by="person">
            {selected.quote}
            <footer>
              selected by {cell.decision?.reviewer}, page {selected.page}
            </footer>
          </blockquote>
        )}
        {suggestion?.evidence.map((evidence, index) => (
          <blockquote key={index} className="why-quote">
            {evidence.quote}
            {evidence.page ? (
              <footer>page {evidence.page}</footer>
            ) : (
              suggestion.id === cell.registry?.id && <footer>{evidence.source}</footer>
            )}
          </blockquote>
        ))}
      </Why>
      <RegistryBeside cell={cell} onTake={onTakeRegistry} />
      <DualCell reviewId={reviewId} place={place} />
      {suggestion && (
        <Why title="How it was found">
          <p>{suggestion.method}</p>
          <ul className="why-checks">
            {suggestion.checks.map((check, index) => (
              <li key={index} data-ok={check.ok}>
                {check.ok ? (
                  <CircleCheck size={14} aria-label="Passed" />
                ) : (
                  <CircleX size={14} aria-label="Not passed" />
                )}
                <span>{check.message}</span>
              </li>
            ))}
          </ul>
          <p className="field-note">
            {suggestion.model} {suggestion.modelVersion}
            {suggestion.score !== undefined && `, score ${suggestion.score.toFixed(2)}`}
          </p>
        </Why>
      )}
      {history && history.suggestions.length + history.decisions.length > 0 && (
        <Why title="History">
          <ol className="why-history">
            {[...history.suggestions.map(suggestionLine), ...history.decisions.map(decisionLine)]
              .toSorted((a, b) => b.at.localeCompare(a.at))
              .map((line) => (
                <li key={line.id}>
                  <span>{line.text}</span>
                  <time className="field-note" dateTime={line.at}>
                    {dateTime(line.at)}
                  </time>
                </li>
              ))}
          </ol>
        </Why>
      )}
    </>
  );
}

type Line = { id: string; at: string; text: string };

/** The value in quotation marks after what was done with it; nothing where there is none. */
function quoted(value: unknown): string {
  const text = textOf(value);
  return text === "" ? "" : ` "${text}"`;
}

function suggestionLine({ id, at, model, modelVersion, value }: Suggestion): Line {
  return { id, at, text: `${model} ${modelVersion} suggested${quoted(value)}` };
}

function decisionLine({ id, at, kind, reviewer, action, value, note }: Decision): Line {
  const acts = {
    accept: "accepted",
    correct: "corrected to",
    reject: "rejected it",
    notReported: "marked it not reported",
    withdraw: "took the decision back",
    annotate: "wrote a note",
    include: "included",
    exclude: "excluded",
    maybe: "put aside",
  };
  if (kind === "adjudicateExtract")
    return {
      id,
      at,
      text:
        action === "withdraw"
          ? `${reviewer} opened the settled cell again`
          : `${reviewer} settled it${quoted(value) || `: ${acts[action]}`}`,
    };
  return { id, at, text: `${reviewer} ${acts[action]}${quoted(value)}${note ? ` (${note})` : ""}` };
}
