/** Whose name stands under the saved report: nobody's until a reader types it. */
import { BadgeCheck } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { Report } from "../../../../electron/api/schemas/reading.ts";
import { Trouble } from "../../../ui/feedback.tsx";
import { dateTime } from "../../../ui/time.ts";
import { useChange } from "../../../use-call.ts";

type VerifyProps = { studyId: string; report: Report; unsaved: boolean };

export function Verify({ studyId, report, unsaved }: VerifyProps) {
  const verify = useChange("imaging.verifyReport");
  const [name, setName] = useState("");
  const { verified } = report;
  if (verified && !unsaved)
    return (
      <p className="report-verified">
        <BadgeCheck size={15} aria-hidden />
        <span>
          Verified by <strong>{verified.by}</strong>, {dateTime(verified.at)}
        </span>
      </p>
    );
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await verify.run({ studyId, reportId: report.id, name: name.trim() });
  }
  return (
    <form className="report-form" onSubmit={(event) => void submit(event)}>
      <p>
        <span className="report-unverified">UNVERIFIED</span>{" "}
        <span className="field-note">
          {unsaved
            ? "Save your changes before you verify."
            : `Saved by ${report.by}, ${dateTime(report.at)}. It stays so until a reader puts a name under it.`}
        </span>
      </p>
      <input
        className="input"
        aria-label="Name of the reader who verifies"
        placeholder="Your full name"
        autoComplete="off"
        maxLength={64}
        value={name}
        disabled={unsaved}
        onChange={(event) => setName(event.target.value)}
      />
      <button
        type="submit"
        className="button"
        disabled={unsaved || verify.running || name.trim().length < 2}
      >
        <BadgeCheck size={15} aria-hidden /> I{name.trim() && `, ${name.trim()},`} verify this
        report
      </button>
      {verify.error && <Trouble error={verify.error} onClose={verify.clear} />}
    </form>
  );
}
