/** A PICO question to editable term blocks, and the blocks to a Boolean query for a database. */
import { group, type FieldCode, type Node, type Target } from "./boolean/ast.ts";
import { printNode } from "./boolean/print.ts";
import { rctFilter } from "./filters.ts";
import { isEmptyComparator, suggestTerms, type BlockTerm } from "./terms.ts";

export type PicoText = {
  population?: string;
  intervention?: string;
  comparator?: string;
  outcome?: string;
  design?: string;
};
export type Block = {
  concept: "population" | "intervention" | "comparator" | "outcome";
  terms: BlockTerm[];
  /** Whether the block is part of the query. */
  used: boolean;
};
export type Compiled = {
  query: string;
  blocks: Block[];
  warnings: string[];
  filter: "none" | "rct";
};

const order = ["population", "intervention", "comparator", "outcome"] as const;

/**
 * Blocks of a question. Population and intervention make the query; comparator and outcome are offered
 * but left out, since they are poorly reported in abstracts (Cochrane Handbook, section 4.4.2), unless
 * one of the first two is missing.
 */
export function blocksOf(pico: PicoText): Block[] {
  const present = order.filter((concept) => (pico[concept] ?? "").trim() !== "");
  const core = present.filter((concept) => concept === "population" || concept === "intervention");
  return present.map((concept) => {
    const text = pico[concept] ?? "";
    const isCore = concept === "population" || concept === "intervention";
    const standsIn =
      core.length < 2 &&
      concept === present.find((other) => other !== "population" && other !== "intervention") &&
      !isEmptyComparator(text);
    return { concept, terms: suggestTerms(text), used: isCore || standsIn };
  });
}

/** Whether the wanted design asks for the randomised-trial filter. */
export function filterFor(design: string | undefined): "none" | "rct" {
  return /random|\brcts?\b/i.test(design ?? "") ? "rct" : "none";
}

/** The query of the used blocks for `target`: terms joined by OR, blocks by AND, then the filter. */
export function compile(
  blocks: Block[],
  target: Target,
  filter: "none" | "rct" = "none",
): Compiled {
  const searched = blocks.map((block) => searchedTerms(block, target));
  const leftOut = blocks.flatMap((block, index) =>
    block.used ? block.terms.filter((term) => !searched[index]?.includes(term)) : [],
  );
  const parts = blocks.flatMap((block, index) => {
    const terms = searched[index] ?? [];
    if (!block.used || terms.length === 0) return [];
    return [
      group(
        "or",
        terms.map((term) => termNode(term, target, block.concept)),
      ),
    ];
  });
  if (parts.length === 0) return { query: "", blocks, warnings: ["No block has a term."], filter };
  let node = group("and", parts);
  const trials = filter === "rct" ? rctFilter(target) : undefined;
  if (trials !== undefined) {
    node = group("and", [node, trials.keep]);
    if (trials.drop !== undefined) node = { kind: "not", keep: node, drop: trials.drop };
  }
  const { query, warnings } = printNode(node, target);
  const said =
    filter === "rct" && trials === undefined
      ? [`No trial filter is needed in ${target === "central" ? "CENTRAL" : "ClinicalTrials.gov"}.`]
      : [];
  const people =
    leftOut.length === 0
      ? []
      : [
          `Left out: ${leftOut.map(({ text }) => `"${text}"`).join(", ")}. ClinicalTrials.gov searches conditions here, and this names people; use its age and sex filters.`,
        ];
  return { query, blocks, warnings: [...warnings, ...said, ...people], filter };
}

const peopleWords =
  /^(?:(?:healthy|older|young|middle-aged) )?(?:adults?|aged|patients?|people|persons?|participants?|individuals?|subjects|men|women|males?|females?|child(?:ren)?|infants?|adolescents?|elderly|seniors?|volunteers?|humans?)$/i;

/**
 * A registry files a trial under conditions, so a term that only names people ("adults") would either
 * find nothing or, joined by OR with the condition, find other conditions' trials.
 */
function searchedTerms({ concept, terms }: Block, target: Target): BlockTerm[] {
  if (target !== "ctgov" || concept !== "population") return terms;
  return terms.filter(({ text }) => !peopleWords.test(text.trim()));
}

function termNode(term: BlockTerm, target: Target, concept: Block["concept"]): Node {
  if (term.source === "MeSH" && target !== "ctgov")
    return { kind: "heading", name: term.text, explode: true, major: false, subheadings: [] };
  const fields: FieldCode[] =
    target === "ctgov"
      ? concept === "population"
        ? ["cond"]
        : concept === "intervention"
          ? ["intr"]
          : []
      : ["ab", "kw", "ti"];
  return {
    kind: "term",
    text: term.source === "MeSH" ? uninvertedText(term.text) : term.text,
    phrase: /\s/.test(term.text),
    fields,
  };
}

function uninvertedText(heading: string): string {
  const parts = heading.split(/,\s*/);
  return parts.length === 2 ? `${parts[1] ?? ""} ${parts[0] ?? ""}` : heading;
}
