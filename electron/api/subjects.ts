/** The spelling of what a suggestion or decision is about, in one place. */

export function recordSubject(recordId: string): string {
  return `record:${recordId}`;
}

/** One cell of the extraction grid: `record:12/field:sampleSize` or `…/arm:Placebo`. */
export function cellSubject(recordId: string, fieldId: string, arm?: string): string {
  return `record:${recordId}/field:${fieldId}${arm === undefined ? "" : `/arm:${arm}`}`;
}

/** The parts of a subject; an arm's name may hold any character, so it comes last. */
export function parseSubject(subject: string): {
  recordId?: string;
  fieldId?: string;
  arm?: string;
} {
  const match = /^record:([^/]+)(?:\/field:([^/]+)(?:\/arm:(.*))?)?$/s.exec(subject);
  if (!match) return {};
  const [, recordId, fieldId, arm] = match;
  return {
    ...(recordId === undefined ? {} : { recordId }),
    ...(fieldId === undefined ? {} : { fieldId }),
    ...(arm === undefined ? {} : { arm }),
  };
}
