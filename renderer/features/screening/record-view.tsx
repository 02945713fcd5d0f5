/** The record: title, where it appeared, abstract with marked words. */
import { ExternalLink } from "lucide-react";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import type { Criterion } from "../../../electron/api/schemas/review.ts";
import type { QueuedRecord } from "../../../electron/api/schemas/screening.ts";
import { StateMark } from "../../frame/state-mark.tsx";
import { native } from "../../native.ts";
import { MarkedText } from "./marked-text.tsx";

type RecordViewProps = {
  record: QueuedRecord;
  criteria: Criterion[];
  emphasised: string | null;
  decision: Decision | null;
};

export function RecordView({ record, criteria, emphasised, decision }: RecordViewProps) {
  const marks = (field: "title" | "abstract") =>
    record.highlights.filter((highlight) => highlight.field === field);
  const action = decision?.action ?? record.decision;
  return (
    <article className="record" key={record.id}>
      <p className="record-source">
        <span>
          {[authorsText(record.authors), record.journal, record.year].filter(Boolean).join(" · ")}
        </span>
        {(action === "include" || action === "exclude" || action === "maybe") && (
          <StateMark state={action}>
            {decision ? `${action} · ${initials(decision.reviewer)}` : action}
          </StateMark>
        )}
      </p>
      <h2 className="record-title" dir="auto">
        {record.title === "" && <i>This record came without a title</i>}
        <MarkedText
          text={record.title}
          highlights={marks("title")}
          criteria={criteria}
          emphasised={emphasised}
        />
      </h2>
      {record.abstract === "" ? (
        <p className="record-none">
          This record came without an abstract. Decide by its title, add the abstract under Notes
          and tags, or put it aside and look at the paper.
        </p>
      ) : (
        <p className="record-abstract" dir="auto">
          <MarkedText
            text={record.abstract}
            highlights={marks("abstract")}
            criteria={criteria}
            emphasised={emphasised}
          />
        </p>
      )}
      <p className="record-links numbers">
        {record.doi && <Link text={`DOI ${record.doi}`} url={`https://doi.org/${record.doi}`} />}
        {record.pmid && (
          <Link
            text={`PMID ${record.pmid}`}
            url={`https://pubmed.ncbi.nlm.nih.gov/${record.pmid}/`}
          />
        )}
        {record.group && <span>decided together with its group</span>}
        {record.source && <span>from {record.source}</span>}
      </p>
    </article>
  );
}

function Link({ text, url }: { text: string; url: string }) {
  return (
    <button type="button" onClick={() => native.openLink(url)}>
      {text} <ExternalLink size={11} aria-hidden />
    </button>
  );
}

function authorsText(authors: string[]): string {
  const [first, second] = authors;
  if (authors.length > 2) return `${first ?? ""} et al.`;
  return [first, second].filter(Boolean).join(" and ");
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("")
    .slice(0, 3)
    .toUpperCase();
}
