/** The decision on a full text: include for the synthesis, or exclude with its reason. */
import { Check, CircleSlash } from "lucide-react";
import { useState } from "react";
import { useShortcuts } from "../../frame/shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { toast } from "../../ui/toast.tsx";
import { useChange } from "../../use-call.ts";

type AssessmentProps = {
  reviewId: string;
  recordId: string;
  undecided: boolean;
  reasons: string[];
};

export function Assessment({ reviewId, recordId, undecided, reasons }: AssessmentProps) {
  const [choosing, setChoosing] = useState(false);
  const decide = useChange("screening.decide", ["review", "extraction"]);
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
    { keys: "i", label: "Include this paper", run: () => void choose("include") },
    {
      keys: "e",
      label: "Exclude this paper, then a digit for the reason",
      run: () => setChoosing(true),
    },
    { keys: ["u", "mod+z"], label: "Undo the last decision", run: () => void takeBack() },
  ]);
  useShortcuts(
    "Reason for exclusion",
    [
      {
        keys: reasons.slice(0, 9).map((_, index) => String(index + 1)),
        label: "The reason with this number",
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
