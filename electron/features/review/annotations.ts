/** A reviewer's tags and note on a record: kept as decisions, so that history stays and bundles carry them. */
import { z } from "zod";
import type { Decision, NewDecision } from "../../api/schemas/ledger.ts";
import { recordSubject } from "../../api/subjects.ts";
import type { Ledger } from "../audit/ledger.ts";

const annotationSchema = z.object({ tags: z.array(z.string()), note: z.string() });
export type Annotation = z.infer<typeof annotationSchema>;

export function annotationOf(decision: Decision | undefined): Annotation {
  return annotationSchema.safeParse(decision?.value).data ?? { tags: [], note: "" };
}

/** The act of writing tags and note anew; tags are trimmed, empty and repeated ones dropped. */
export function annotating(
  reviewer: string,
  recordId: string,
  { tags, note }: Annotation,
): NewDecision {
  const value = {
    tags: [...new Set(tags.map((tag) => tag.replaceAll(";", ",").trim()).filter(Boolean))],
    note: note.trim(),
  };
  return {
    kind: "annotate",
    subject: recordSubject(recordId),
    action: "annotate",
    value,
    reviewer,
  };
}

const tagsLine = /^Evidesk tags: (.*)$/;
const noteLine = /^Evidesk note: (.*)$/s;

/** Tags and note as lines that any RIS or CSV reader keeps as they are. */
export function annotationLines({ tags, note }: Annotation): string[] {
  return [
    ...(tags.length > 0 ? [`Evidesk tags: ${tags.join("; ")}`] : []),
    ...(note === "" ? [] : [`Evidesk note: ${note.replaceAll(/\s+/g, " ")}`]),
  ];
}

/** Finds what `annotationLines` wrote among the values that an import kept; null when there is none. */
export function annotationFromLines(lines: readonly string[]): Annotation | null {
  const tags = lines.flatMap((line) => tagsLine.exec(line.trim())?.[1]?.split(";") ?? []);
  const note = lines.flatMap((line) => noteLine.exec(line.trim())?.[1] ?? []).join("\n");
  if (tags.length === 0 && note === "") return null;
  return { tags: tags.map((tag) => tag.trim()).filter(Boolean), note };
}

/** Every line of text in what an import kept beside a record's own fields. */
export function textsIn(extra: unknown): string[] {
  if (typeof extra === "string") return extra.split("\n");
  return extra !== null && typeof extra === "object" ? Object.values(extra).flatMap(textsIn) : [];
}

/** Every tag in use, by how many records carry it; only those that `visible` lets through. */
export function tagsInUse(
  ledger: Ledger,
  visible: (decision: Decision) => boolean,
): { tag: string; records: number }[] {
  const subjects = new Map<string, Set<string>>();
  for (const decision of ledger.currentDecisions("annotate").filter(visible))
    for (const tag of annotationOf(decision).tags)
      subjects.set(tag, (subjects.get(tag) ?? new Set()).add(decision.subject));
  return [...subjects]
    .map(([tag, records]) => ({ tag, records: records.size }))
    .toSorted((a, b) => b.records - a.records || a.tag.localeCompare(b.tag));
}
