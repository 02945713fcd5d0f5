/** Sentences of a paper with their place, part of the paper and kind of block. Pure. */
import type { Block, Paper } from "../../api/schemas/extraction.ts";

export type Sentence = {
  text: string;
  start: number;
  end: number;
  role: string;
  section: string;
  kind: Block["kind"];
  block: number;
};

const abbreviations =
  /(?:\b(?:e\.g|i\.e|vs|cf|et al|Fig|Figs|Tab|Dr|Prof|Mr|Mrs|St|No|Nos|Ref|approx|ca|resp|vol|Inc|Ltd|Co|Corp|spp|sp|min|max|al|Eq|p|P|n|N|S\.D|U\.S\.A|U\.S|U\.K)|\b[A-Z])\.$/;

/** Splits at full stops that end sentences: not after abbreviations, initials or inside numbers. */
export function splitSentences(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let start = 0;
  for (const match of text.matchAll(
    /[.!?]["”’)\]]*(?:\s*\[[\d,\s–-]+\])?\s+(?=[\p{Lu}\d"“([])/gu,
  )) {
    const end = match.index + match[0].trimEnd().length;
    const upTo = text.slice(start, match.index + 1);
    if (
      abbreviations.test(upTo) &&
      !/\b(?:min|max|p|n)\.$/i.test(upTo) &&
      !endsLetteredName(upTo, text.slice(match.index + match[0].length))
    )
      continue;
    spans.push({ start, end });
    start = match.index + match[0].length;
  }
  if (text.slice(start).trim() !== "") spans.push({ start, end: text.trimEnd().length });
  return spans;
}

/** "... in group K. There was ..." ends a sentence; "J. Smith" does not. */
function endsLetteredName(upTo: string, next: string): boolean {
  if (!/\b[A-Z]\.$/.test(upTo)) return false;
  return (
    /\b(?:groups?|arms?|vitamins?|types?|hepatitis|cohorts?|grades?|class|child|phase|step|model|study|trial|and|or) [A-Z]\.$/i.test(
      upTo,
    ) ||
    /^(?:There|The|This|These|In|No|We|It|However|Of|All|After|Both|Patients|Participants)\b/.test(
      next,
    )
  );
}

/** All sentences but those of references and tables, in order. */
export function sentencesOf(paper: Paper): Sentence[] {
  return paper.blocks.flatMap((block, index) => {
    if (block.kind === "reference" || block.kind === "table") return [];
    const section = paper.sections[block.section];
    const role = block.kind === "title" ? "title" : (section?.role ?? "front");
    if (role === "references") return [];
    return splitSentences(paper.text.slice(block.start, block.end)).map(
      ({ start, end }): Sentence => ({
        text: paper.text.slice(block.start + start, block.start + end),
        start: block.start + start,
        end: block.start + end,
        role,
        section: section?.title ?? "",
        kind: block.kind,
        block: index,
      }),
    );
  });
}
