/** The included records by what they wait for: a paper, a decision, or nothing. */
import { FileCheck2, FileText, FileX2 } from "lucide-react";
import type { Grid } from "../../../electron/api/schemas/extraction.ts";

type Study = Grid["studies"][number];
type StudyListProps = {
  studies: Study[];
  /** Included at screening and waiting for a decision of the reader. */
  undecided: ReadonlySet<string>;
  assessed: ReadonlySet<string>;
  chosen: Study | null;
  onChoose: (study: Study) => void;
};

export function StudyList({ studies, undecided, assessed, chosen, onChoose }: StudyListProps) {
  const groups = [
    {
      name: "To assess",
      icon: FileText,
      part: studies.filter((study) => study.report && undecided.has(study.recordId)),
    },
    { name: "Paper missing", icon: FileX2, part: studies.filter((study) => !study.report) },
    {
      name: "Assessed",
      icon: FileCheck2,
      part: studies.filter((study) => study.report && assessed.has(study.recordId)),
    },
    {
      name: "At hand, not included at screening",
      icon: FileText,
      part: studies.filter(
        (study) => study.report && !undecided.has(study.recordId) && !assessed.has(study.recordId),
      ),
    },
  ];
  return groups.map(({ name, icon: Icon, part }) =>
    part.length === 0 ? null : (
      <section key={name} className="study-group" aria-label={name}>
        <h3>
          {name} <span className="count">{part.length}</span>
        </h3>
        <ul>
          {part.map((study) => (
            <li key={study.recordId}>
              <button
                type="button"
                className="study-line"
                aria-current={study === chosen}
                onClick={() => onChoose(study)}
              >
                <Icon size={15} aria-hidden />
                <span>
                  <span className="study-title">{study.title}</span>
                  <span className="field-note">
                    {study.label}
                    {study.report && ` · ${study.report.name}`}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    ),
  );
}
