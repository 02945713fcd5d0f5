/** The report text of a study while it is edited; what is typed outlives a change of series or page. */
import { useState } from "react";
import type { Report, ReportSection } from "../../../../electron/api/schemas/reading.ts";

export type Draft = { templateId: string; sections: ReportSection[] };

/** Unsaved drafts by study, for as long as this page is open. */
const drafts = new Map<string, Draft>();

export function useDraft(studyId: string, saved: Report | null) {
  const [edited, setEdited] = useState<Draft | null>(drafts.get(studyId) ?? null);
  return {
    draft: edited ?? saved,
    unsaved: edited !== null,
    /** null: as it was saved last. */
    change: (draft: Draft | null): void => {
      if (draft === null) drafts.delete(studyId);
      else drafts.set(studyId, draft);
      setEdited(draft);
    },
  };
}
