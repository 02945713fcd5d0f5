/** Sections of a report while they are edited: what changed and what each sentence rests on. Pure. */
import type { Study } from "../../../../electron/api/schemas/imaging.ts";
import type {
  Measurement,
  ReaderFinding,
  ReportSection,
  Sentence,
} from "../../../../electron/api/schemas/reading.ts";
import { shownValue } from "../measure/geometry.ts";

/** A changed sentence keeps what the rules had written; typed back, it is theirs again. */
export function reworded({ was, ...sentence }: Sentence, text: string): Sentence {
  const first = was ?? (sentence.sources.length > 0 ? sentence.text : undefined);
  return { ...sentence, text, ...(first === undefined || first === text ? {} : { was: first }) };
}

/** One sentence exchanged; null takes it out, an index past the end adds it. */
export function withSentence(
  sections: readonly ReportSection[],
  [sectionId, index]: [sectionId: string, index: number],
  sentence: Sentence | null,
): ReportSection[] {
  return sections.map((section) =>
    section.id === sectionId
      ? {
          ...section,
          sentences: section.sentences.toSpliced(index, 1, ...(sentence ? [sentence] : [])),
        }
      : section,
  );
}

/** Empty sentences are not stored. */
export const withoutBlank = (sections: readonly ReportSection[]): ReportSection[] =>
  sections.map((section) => ({
    ...section,
    sentences: section.sentences.filter(({ text }) => text.trim() !== ""),
  }));

type Known = {
  study: Pick<Study, "suggestions" | "decisions">;
  findings: readonly ReaderFinding[];
  measurements: readonly Measurement[];
};

/** Each source of a sentence in words; one that is no longer in force says so. */
export function sourceTexts({ sources, was }: Sentence, known: Known): string[] {
  const texts = sources.map(({ kind, id }) => {
    if (kind === "finding") {
      const found = known.findings.find((one) => one.id === id);
      return found ? `Finding “${found.label}” by ${found.by}` : "A finding that was removed";
    }
    if (kind === "measurement") {
      const found = known.measurements.find((one) => one.id === id);
      return found
        ? `Measured by ${found.by} on slice ${found.slice + 1}: ${found.values.map((value) => `${value.name.toLowerCase()} ${shownValue(value)}`).join(", ")}`
        : "A measurement that was removed";
    }
    if (kind === "segments") {
      const drawn = known.study.decisions.find((one) => one.id === id);
      return drawn ? `Drawn by hand by ${drawn.reviewer}` : "Segments that are not stored";
    }
    const suggestion = known.study.suggestions.find((one) => one.id === id);
    const decision = known.study.decisions.filter(({ suggestionId }) => suggestionId === id).at(-1);
    if (!suggestion || (decision?.action !== "accept" && decision?.action !== "correct"))
      return "A suggestion whose acceptance was taken back";
    return `Suggested by ${suggestion.model} ${suggestion.modelVersion}, ${decision.action === "accept" ? "accepted" : "corrected"} by ${decision.reviewer}`;
  });
  if (texts.length === 0) texts.push("Your own sentence");
  return was === undefined ? texts : [...texts, `Drafted as: “${was}”`];
}
