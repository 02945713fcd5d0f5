/** Read first: the model's output of a study is held back from a reader until that reader has committed an impression. */
import { AppError } from "../../api/errors.ts";
import type { Study, Turn } from "../../api/schemas/imaging.ts";
import type { ReadFirst } from "../../api/schemas/reading.ts";
import type { Ledger } from "../audit/ledger.ts";
import type { Studies } from "./studies.ts";

const table = `
CREATE TABLE IF NOT EXISTS seen(studyId TEXT NOT NULL REFERENCES studies(id), reviewer TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(studyId, reviewer)) STRICT;
`;
const key = "readFirst";

/** The mode, and who was shown model output of what; both in the audit trail as well. */
export function openReadFirst(ledger: Ledger) {
  ledger.database.exec(table);
  const mode = (): ReadFirst => {
    const stored = ledger.meta(key);
    return stored === undefined ? { on: false, set: null } : JSON.parse(stored);
  };
  const wasShown = (studyId: string, reviewer: string): boolean =>
    ledger.all("SELECT 1 FROM seen WHERE studyId = ? AND reviewer = ?", studyId, reviewer).length >
    0;
  return {
    mode,
    set: (by: string, on: boolean): ReadFirst => {
      ledger.transaction(() => {
        const at = new Date().toISOString();
        ledger.setMeta(key, JSON.stringify({ on, set: { by, at } }));
        ledger.record(by, on ? "readFirstOn" : "readFirstOff", { on });
      });
      return mode();
    },
    wasShown,
    /** Noted once for each reader and study. */
    shown: (studyId: string, reviewer: string): void => {
      if (wasShown(studyId, reviewer)) return;
      ledger.transaction(() => {
        ledger.database
          .prepare("INSERT INTO seen(studyId, reviewer, at) VALUES (?,?,?)")
          .run(studyId, reviewer, new Date().toISOString());
        ledger.record(reviewer, "shownModelOutput", { studyId });
      });
    },
  };
}

/** Whether the model's output of a study is held back from this reader. */
export function isWithheld(studies: Studies, studyId: string, reviewer: string): boolean {
  return (
    studies.readFirst.mode().on &&
    !studies.entries.of(studyId).impressions.some(({ by }) => by === reviewer)
  );
}

/** A study as this reader may see it. */
export function studyFor(studies: Studies, studyId: string, reviewer: string): Study {
  const study = studies.get(studyId);
  if (isWithheld(studies, studyId, reviewer)) return withholding(study);
  if (study.suggestions.length > 0 || study.reports.length > 0)
    studies.readFirst.shown(studyId, reviewer);
  return study;
}

/** @throws conflict for what would tell of the model's output, or make use of it */
export function refuseWithheld(studies: Studies, studyId: string, reviewer: string): void {
  if (!isWithheld(studies, studyId, reviewer)) return;
  throw new AppError(
    "conflict",
    "Read-first is on: commit your own impression of this study before you see or use what a model or an earlier report says of it.",
    { studyId },
  );
}

/** The study without a word of a model: the reader's own questions and drawings stay. */
function withholding(study: Study): Study {
  return {
    ...study,
    withheld: true,
    undecided: 0,
    reports: [],
    suggestions: [],
    decisions: study.decisions.filter(({ suggestionId }) => suggestionId === undefined),
    turns: heldTurns(study.turns),
  };
}

/** Questions stay, also what the reader is asked of the image; that something was answered is said, and nothing of it. */
export function heldTurns<Said extends Turn>(turns: readonly Said[]): Said[] {
  return turns.flatMap((turn, index) => {
    if (turn.role === "user" || turn.choices !== undefined) return [turn];
    const before = turns[index - 1];
    // Several turns of one answer are held back as one.
    return before === undefined || before.role === "user" ? [held(turn)] : [];
  });
}

function held<Said extends Turn>(turn: Said): Said {
  return {
    ...("seriesId" in turn ? { seriesId: turn.seriesId } : {}),
    at: turn.at,
    role: "assistant",
    text: "There is an answer. It is held back until you commit your own impression.",
  } as unknown as Said;
}
