/** Published search filters, as trees that each database prints for itself. */
import { group, type Node, type Target } from "./boolean/ast.ts";

const term = (text: string, fields: ("ti" | "ab" | "kw" | "pt" | "fs" | "hw")[]): Node => ({
  kind: "term",
  text,
  phrase: /\s/.test(text),
  fields,
});
const heading = (name: string, explode: boolean): Node => ({
  kind: "heading",
  name,
  explode,
  major: false,
  subheadings: [],
});

/**
 * Randomised trials. For MEDLINE (PubMed, Ovid) and Europe PMC: the Cochrane Highly Sensitive Search
 * Strategy, sensitivity-maximising version, 2008 revision (Cochrane Handbook, technical supplement to
 * chapter 4, box 3.a). For Embase: the filter of the same supplement (Lefebvre et al.). CENTRAL and
 * ClinicalTrials.gov hold trials only, so they take none.
 */
export function rctFilter(target: Target): { keep: Node; drop?: Node } | undefined {
  if (target === "central" || target === "ctgov") return undefined;
  if (target === "embase") return { keep: embaseTrials() };
  const keep = group("or", [
    term("randomized controlled trial", ["pt"]),
    term("controlled clinical trial", ["pt"]),
    term("randomized", target === "ovid" ? ["ab"] : ["ab", "kw", "ti"]),
    term("placebo", target === "ovid" ? ["ab"] : ["ab", "kw", "ti"]),
    { kind: "term", text: "dt", phrase: false, fields: ["fs"] },
    term("randomly", target === "ovid" ? ["ab"] : ["ab", "kw", "ti"]),
    term("trial", target === "ovid" ? ["ab"] : ["ab", "kw", "ti"]),
    term("groups", target === "ovid" ? ["ab"] : ["ab", "kw", "ti"]),
  ]);
  return {
    keep,
    drop: {
      kind: "not",
      keep: heading("Animals", true),
      drop: heading("Humans", target !== "ovid"),
    },
  };
}

function embaseTrials(): Node {
  const words = [
    "random*",
    "factorial*",
    "crossover*",
    "placebo*",
    "assign*",
    "allocat*",
    "volunteer*",
  ].map((word) => term(word, ["ab", "ti"]));
  const blind = (word: string): Node => ({
    kind: "near",
    distance: 1,
    ordered: false,
    items: [term(word, ["ab", "ti"]), term("blind*", ["ab", "ti"])],
  });
  const crossed: Node = {
    kind: "near",
    distance: 1,
    ordered: true,
    items: [term("cross", ["ab", "ti"]), term("over*", ["ab", "ti"])],
  };
  const headings = [
    "crossover procedure",
    "double blind procedure",
    "randomized controlled trial",
    "single blind procedure",
  ].map((name) => heading(name, false));
  return group("or", [...words, crossed, blind("doubl*"), blind("singl*"), ...headings]);
}
