/** What a model is given to answer from, and what of its answer counts: sentences that cite what was given. Pure. */
import { z } from "zod";
import type { LibraryAnswer, Passage } from "../../api/schemas/library.ts";
import { findNumbers } from "../extraction/numbers.ts";

const answerSchema = z.object({
  found: z.boolean(),
  sentences: z.array(z.object({ text: z.string(), passages: z.array(z.number()) })),
});
type Read = Pick<LibraryAnswer, "found" | "sentences" | "dropped">;

/** Values of the prompt "answer". The marks that fence the passages cannot come from inside them. */
export function answerValues(
  question: string,
  passages: readonly Passage[],
): { question: string; passages: string } {
  const lines = passages.map(
    ({ title, section, text }, index) => `[${index + 1}] ${title} (${section}): ${text}`,
  );
  return { question: unfenced(question), passages: lines.map(unfenced).join("\n\n") };
}

const unfenced = (text: string): string => text.replaceAll(/<<<|>>>/g, "");

/**
 * Keeps the citations that are among the passages given, and the sentences that have one; the others are
 * counted. Null when the value is no answer at all.
 */
export function readAnswer(value: unknown, passages: readonly Passage[]): Read | null {
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return null;
  if (!parsed.data.found) return { found: false, sentences: [], dropped: 0 };
  const sentences: Read["sentences"] = [];
  for (const sentence of parsed.data.sentences) {
    const cited = [...new Set(sentence.passages)].filter(
      (n) => passages[n - 1] !== undefined && Number.isInteger(n),
    );
    // Models repeat their citations in the words; the numbers beside the sentence are the checked ones.
    const text = sentence.text.replaceAll(/\s*\[\d+(?:\s*[,;–-]\s*\d+)*\]/g, "").trim();
    if (cited.length === 0 || text === "") continue;
    const source = cited.map((n) => `${passages[n - 1]?.title} ${passages[n - 1]?.text}`).join(" ");
    sentences.push({ text, passages: cited, unsupported: numbersLacking(text, source) });
  }
  return {
    found: sentences.length > 0,
    sentences,
    dropped: parsed.data.sentences.length - sentences.length,
  };
}

/** Numbers of the text, as written, whose value stands nowhere in the source. */
function numbersLacking(text: string, source: string): string[] {
  const there = new Set(findNumbers(source).map(({ value }) => Math.abs(value)));
  return findNumbers(text)
    .filter(({ value }) => !there.has(Math.abs(value)))
    .map(({ raw }) => raw.trim());
}
