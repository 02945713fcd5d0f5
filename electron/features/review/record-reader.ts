/** Records with what was decided and noted on them, as one reviewer may see it, or as the review's outcome. */
import type { Decision } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import type { TeamPlan } from "../../api/schemas/team.ts";
import { recordSubject } from "../../api/subjects.ts";
import type { Ledger } from "../audit/ledger.ts";
import { annotationOf } from "./annotations.ts";
import { groupsOf } from "./groups.ts";
import {
  adjudicationKind,
  adjudicationsIn,
  inForce,
  maySeeOthers,
  outcomeOf,
  outcomesOf,
} from "./outcomes.ts";
import type { Outcome, Stage } from "./outcomes.ts";
import { sharesWork, teamPlan } from "./team-plan.ts";

const selectRecords = `SELECT r.id, r.title, r.abstract, r.authors, r.year, r.journal, r.doi, r.pmid, r.source, p.assetId AS report
  FROM records r LEFT JOIN reports p ON p.recordId = r.id`;

type Known = { screen: Outcome | undefined; fullText: Outcome | undefined; notes: Decision[] };
/** The reviewer's own decisions, or what the stages came to, as far as the reviewer may read it. */
export type RecordView = "own" | "outcome";
type Row = Record<string, unknown>;

export function createRecordReader(ledger: Ledger) {
  /** Live records (duplicates left out) in id order; see `recordFrom` for what `reviewer` changes. */
  function records(reviewer?: string, view: RecordView = "own"): ReviewRecord[] {
    const plan = teamPlan(ledger);
    const [screen, fullText] = [outcomesOf(ledger, "screen"), outcomesOf(ledger, "fullText")];
    const notes = Map.groupBy(ledger.currentDecisions("annotate"), ({ subject }) => subject);
    const groups = groupsOf(ledger);
    return ledger.all(`${selectRecords} WHERE r.duplicateOf IS NULL ORDER BY r.id`).map((row) => {
      const subject = recordSubject(String(row["id"]));
      const known = {
        screen: screen.get(subject),
        fullText: fullText.get(subject),
        notes: notes.get(subject) ?? [],
      };
      return recordFrom(row, known, groups.get(String(row["id"])) ?? null, {
        reviewer,
        view,
        plan,
      });
    });
  }

  /** Ids of live records in id order. */
  function liveIds(): string[] {
    return ledger
      .all("SELECT id FROM records WHERE duplicateOf IS NULL ORDER BY id")
      .map((row) => String(row["id"]));
  }

  /** Id, title and abstract of live records, at most `limit` of them, from the one after `afterId` up to `lastId`. */
  function texts({ afterId, lastId, limit }: { afterId: string; lastId: string; limit: number }) {
    return ledger
      .all(
        "SELECT id, title, abstract FROM records WHERE duplicateOf IS NULL AND id > ? AND id <= ? ORDER BY id LIMIT ?",
        Number(afterId),
        Number(lastId),
        limit,
      )
      .map((row) => ({
        id: String(row["id"]),
        title: String(row["title"]),
        abstract: String(row["abstract"]),
      }));
  }

  function outcome(subject: string, stage: Stage): Outcome {
    const settled = adjudicationsIn(ledger.decisions(adjudicationKind[stage], subject));
    const adjudication = settled.get(subject) ?? null;
    const decisions = inForce(ledger.decisions(stage, subject));
    return outcomeOf(decisions, adjudication, teamPlan(ledger).reviewers);
  }

  /** One live record or null; cheap in a large review. */
  function record(id: string, reviewer?: string): ReviewRecord | null {
    const row = ledger.all(
      `${selectRecords} WHERE r.duplicateOf IS NULL AND r.id = ?`,
      Number(id),
    )[0];
    if (row === undefined) return null;
    const subject = recordSubject(id);
    const known = {
      screen: outcome(subject, "screen"),
      fullText: outcome(subject, "fullText"),
      notes: inForce(ledger.decisions("annotate", subject)),
    };
    const group = groupsOf(ledger).get(String(row["id"])) ?? null;
    return recordFrom(row, known, group, { reviewer, view: "own", plan: teamPlan(ledger) });
  }

  return { records, record, outcome, liveIds, texts };
}

/**
 * `reviewer` sees the own decisions (of anyone, where the work is shared), and others' tags only where
 * blinding has ended; `outcome`, or no reviewer, shows what each stage came to.
 */
function recordFrom(
  row: Row,
  known: Known,
  group: string | null,
  { reviewer, view, plan }: { reviewer: string | undefined; view: RecordView; plan: TeamPlan },
): ReviewRecord {
  const whole = reviewer === undefined || view === "outcome";
  const shown = (outcome: Outcome | undefined): Decision | undefined =>
    whole || sharesWork(plan)
      ? (outcome?.decision ?? undefined)
      : outcome?.decisions.find((decision) => decision.reviewer === reviewer);
  const screen = shown(known.screen);
  const fullText = shown(known.fullText);
  const open =
    reviewer === undefined || maySeeOthers(known.screen?.decisions ?? [], reviewer, plan.reviewers);
  const notes = known.notes.filter((note) => open || note.reviewer === reviewer);
  const mine = notes.filter((note) => whole || note.reviewer === reviewer);
  return {
    id: String(row["id"]),
    title: String(row["title"]),
    abstract: String(row["abstract"]),
    authors: JSON.parse(String(row["authors"])),
    year: row["year"] === null ? null : Number(row["year"]),
    journal: String(row["journal"]),
    doi: String(row["doi"]),
    pmid: String(row["pmid"]),
    source: String(row["source"]),
    decision: screenedAction(screen),
    reason: screen?.reason ?? "",
    report: row["report"] === null ? null : String(row["report"]),
    fullText: screenedAction(fullText),
    fullTextReason: fullText?.reason ?? "",
    tags: [...new Set(notes.flatMap((note) => annotationOf(note).tags))].toSorted(),
    note: mine
      .map((note) => annotationOf(note).note)
      .filter((text) => text !== "")
      .join("\n"),
    group,
  };
}

function screenedAction(decision: Decision | undefined): ReviewRecord["decision"] {
  const action = decision?.action;
  return action === "include" || action === "exclude" || action === "maybe" ? action : null;
}
