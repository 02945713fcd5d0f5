/** The decision on a full text: include for the synthesis, or exclude with its reason. */
import { Check, CircleSlash, Quote } from "lucide-react";
import { useState } from "react";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import type { Criterion } from "../../../electron/api/schemas/review.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { selectedInPdf } from "../../ui/pdf-selection.ts";
import { toast } from "../../ui/toast.tsx";
import { useCall, useChange } from "../../use-call.ts";

type AssessmentProps = {
  reviewId: string;
  recordId: string;
  undecided: boolean;
  reasons: string[];
  criteria: Criterion[];
};

export function Assessment({ reviewId, recordId, undecided, reasons, criteria }: AssessmentProps) {
  const [choosing, setChoosing] = useState(false);
  const [grounds, setGrounds] = useState<Passage>({ criterionId: "", quote: "", page: null });
  const takeSelected = (): void => {
    const selected = selectedInPdf();
    if (selected === null) return toast("Select the words in the paper first.");
    setGrounds({ ...grounds, quote: selected.quote, page: selected.page });
  };
  const decide = useChange("screening.decide", ["review", "extraction"]);
  const history = useCall("screening.record", { reviewId, recordId }).value?.history ?? [];
  const latest = history.findLast(({ kind }) => kind === "fullText");
  const last = latest?.action === "withdraw" ? undefined : latest;
  const undo = useChange("screening.undo", ["review", "extraction"]);
  const takeBack = async (): Promise<void> => {
    const answer = await undo.run({ reviewId });
    if (answer?.undone) toast(`Taken back: ${answer.undone.action}, ${answer.title}`);
  };
  async function choose(action: "include" | "exclude", reason?: string): Promise<void> {
    setChoosing(false);
    const decision = await decide.run({
      reviewId,
      recordId,
      action,
      stage: "fullText",
      ...(reason ? { reason } : {}),
      ...(grounds.criterionId ? { criterionId: grounds.criterionId } : {}),
      ...(grounds.quote.trim() ? { quote: grounds.quote.trim() } : {}),
      ...(grounds.quote.trim() && grounds.page ? { page: grounds.page } : {}),
    });
    if (decision)
      toast(
        action === "include"
          ? "Included at full text"
          : `Excluded at full text: ${reason ?? "no reason"}`,
        { label: "Undo", shortcut: "U", run: () => void takeBack() },
      );
  }
  useShortcuts("Full text", [
    { keys: "i", label: "Include this paper", once: true, run: () => void choose("include") },
    {
      keys: "e",
      label: "Exclude this paper, then a digit for the reason",
      once: true,
      run: () => setChoosing(true),
    },
    { keys: "q", label: "Quote the words selected in the paper", run: takeSelected },
    { keys: ["u", "mod+z"], label: "Undo the last decision", run: () => void takeBack() },
  ]);
  useShortcuts(
    "Reason for exclusion",
    [
      {
        keys: reasons.slice(0, 9).map((_, index) => String(index + 1)),
        label: "The reason with this number",
        once: true,
        hidden: true,
        run: (key) => void choose("exclude", reasons[Number(key) - 1]),
      },
      { keys: "escape", label: "Do not exclude", hidden: true, run: () => setChoosing(false) },
    ],
    choosing,
  );
  return (
    <div className="assessment" role="group" aria-label="Decision on the full text">
      {decide.error && (
        <Trouble error={decide.error} kept="The paper is still attached and undecided." />
      )}
      {last && <LastAssessment decision={last} />}
      <div className="assessment-grounds">
        <select
          className="input"
          aria-label="Criterion that decides"
          value={grounds.criterionId}
          onChange={(event) => {
            setGrounds({ ...grounds, criterionId: event.target.value });
            // The keys belong to the paper again.
            event.currentTarget.blur();
          }}
        >
          <option value="">Which criterion decides?</option>
          {criteria.map((criterion) => (
            <option key={criterion.id} value={criterion.id}>
              {criterion.kind === "exclusion" ? "Not: " : ""}
              {criterion.text}
            </option>
          ))}
        </select>
        <textarea
          className="input"
          name="passage"
          rows={1}
          dir="auto"
          aria-label="Passage of the paper that shows it"
          placeholder="The passage that shows it: select words in the paper, then Q"
          value={grounds.quote}
          onChange={(event) => setGrounds({ ...grounds, quote: event.target.value })}
        />
        <Button kind="quiet" icon={Quote} shortcut="Q" onPress={takeSelected}>
          {grounds.page === null ? "Quote" : `Page ${grounds.page}`}
        </Button>
      </div>
      {choosing ? (
        <div className="assessment-reasons">
          {reasons.map((reason, index) => (
            <Button
              key={reason}
              onPress={() => void choose("exclude", reason)}
              {...(index < 9 ? { shortcut: String(index + 1) } : {})}
            >
              {reason}
            </Button>
          ))}
          <Button kind="quiet" shortcut="Esc" onPress={() => setChoosing(false)}>
            Do not exclude
          </Button>
        </div>
      ) : (
        <div className="assessment-reasons">
          <span className="field-note">
            {undecided
              ? "Does this paper answer the question?"
              : "Decided at full text; deciding again supersedes."}
          </span>
          <Button icon={Check} shortcut="I" onPress={() => void choose("include")}>
            Include
          </Button>
          <Button icon={CircleSlash} shortcut="E" onPress={() => setChoosing(true)}>
            Exclude
          </Button>
        </div>
      )}
    </div>
  );
}

/** The decision in force with the words it rests on. */
function LastAssessment({ decision }: { decision: Decision }) {
  const { action, reason, reviewer, value } = decision;
  const grounds = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  return (
    <p className="assessment-last">
      <StateMark state={action === "include" ? "include" : "exclude"}>
        {[action, reason].filter(Boolean).join(": ")}
      </StateMark>{" "}
      <span className="field-note">
        {reviewer}
        {typeof grounds["criterion"] === "string" && ` · ${grounds["criterion"]}`}
        {typeof grounds["page"] === "number" && ` · page ${grounds["page"]}`}
      </span>
      {typeof grounds["quote"] === "string" && <q dir="auto">{grounds["quote"]}</q>}
    </p>
  );
}

type Passage = { criterionId: string; quote: string; page: number | null };
