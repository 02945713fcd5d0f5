/** Cuts one line of a strategy into tokens, by the rules of its database. */
import type { Target } from "./ast.ts";
import {
  centralDescriptor,
  centralHeading,
  centralLines,
  embaseHeading,
  embaseQuoted,
  parenthesisCurly,
} from "./scan-colon.ts";
import { essieArea, luceneField, luceneProximity, luceneRange } from "./scan-lucene.ts";
import {
  ovidAdjacency,
  ovidComment,
  ovidHeading,
  ovidLines,
  ovidSuffix,
  ovidWord,
} from "./scan-ovid.ts";
import { pubmedRange, pubmedTag, pubmedWord } from "./scan-pubmed.ts";
import {
  colonSuffix,
  hashLines,
  operator,
  parenthesis,
  plainWord,
  quoted,
  slashNear,
  type Rule,
  type Scan,
  type Token,
} from "./scan.ts";

export type { Token };

/** Tokens of `text`; oddities that were read in a sensible way are named in `warnings`. */
export function tokenize(text: string, from: Target, warnings: string[]): Token[] {
  const plain = text
    .replaceAll(/[“”„‟″«»]/g, '"')
    .replaceAll(/[‘’‛′]/g, "'")
    .replaceAll(/[–—‐‑]/g, "-")
    .replaceAll("\u00a0", " ");
  const scan: Scan = { text: plain, at: 0, tokens: [], warnings };
  const rules = rulesOf(from);
  while (scan.at < plain.length) {
    if (/\s/.test(plain[scan.at] ?? "")) scan.at += 1;
    else if (!rules.some((rule) => rule(scan))) scan.at += 1;
  }
  return scan.tokens;
}

function rulesOf(from: Target): Rule[] {
  switch (from) {
    case "pubmed":
      return [parenthesis, hashLines, pubmedRange, pubmedTag, quoted, operator, pubmedWord];
    case "ovid":
      return [
        parenthesis,
        ovidComment,
        ovidLines,
        hashLines,
        ovidSuffix,
        ovidHeading,
        quoted,
        operator,
        ovidAdjacency,
        ovidWord,
      ];
    case "embase":
      return [
        parenthesis,
        hashLines,
        colonSuffix,
        embaseHeading,
        embaseQuoted,
        slashNear,
        operator,
        plainWord,
      ];
    case "central":
      return [
        centralLines,
        parenthesisCurly,
        hashLines,
        centralHeading,
        centralDescriptor,
        colonSuffix,
        quoted,
        slashNear,
        operator,
        plainWord,
      ];
    case "europepmc":
      return [parenthesis, luceneField, luceneRange, luceneProximity, quoted, operator, plainWord];
    case "ctgov":
      return [parenthesis, essieArea, quoted, operator, plainWord];
  }
}
