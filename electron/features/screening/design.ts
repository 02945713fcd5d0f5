/** Study design and population age as abstracts say them: patterns with the words that show it. */

export type Design =
  | "randomised"
  | "controlled"
  | "single-arm"
  | "observational"
  | "systematic review"
  | "case report"
  | "qualitative"
  | "protocol"
  | "animal"
  | "in vitro"
  | "editorial";

const designs: [Design, RegExp][] = [
  [
    "systematic review",
    /\b(systematic(?:ally)? review(?:s|ed)?|meta-?analys[ie]s|scoping reviews?|umbrella reviews?|cochrane reviews?)\b/gi,
  ],
  ["protocol", /\b(study protocols?|protocol for|protocol of|trial protocols?)\b/gi],
  [
    "randomised",
    /\b(randomi[sz]ed|randomi[sz]ation|randomly (?:assigned|allocated|divided|selected)|\bRCTs?\b|double-?blind|placebo-?controlled|cross-?over (?:trial|study|design))/gi,
  ],
  [
    "controlled",
    /\b(controlled (?:clinical )?trials?|quasi-?experiment\w*|quasi-?randomi[sz]ed|non-?randomi[sz]ed (?:controlled )?(?:trial|study)|control groups?)\b/gi,
  ],
  [
    "single-arm",
    /\b(single-?arm|before-?(?:and-?)?after|pre-?post|open-?label|pilot (?:trial|study)|uncontrolled (?:trial|study))\b/gi,
  ],
  [
    "observational",
    /\b(cohorts?|case-?control|cross-?sectional|retrospective(?:ly)?|prospective(?:ly)? (?:study|cohort|observational)|observational|registry|survey(?:ed)?|epidemiolog\w+|chart review)\b/gi,
  ],
  [
    "case report",
    /\b(case (?:reports?|series)|we report (?:a|the) case|we present (?:a|the) case)\b/gi,
  ],
  [
    "qualitative",
    /\b(qualitative|focus groups?|semi-?structured interviews?|thematic analysis|grounded theory)\b/gi,
  ],
  [
    "animal",
    /\b(rats?|mice|mouse|murine|rabbits?|dogs?|canine|pigs?|porcine|sheep|zebrafish|animal models?|animal stud(?:y|ies))\b/gi,
  ],
  ["in vitro", /\b(in vitro|cell lines?|cultured cells)\b/gi],
  [
    "editorial",
    /\b(editorials?|commentar(?:y|ies)|letters? to the editor|erratum|news items?)\b/gi,
  ],
];

const ages: ["children" | "adults" | "older", RegExp][] = [
  [
    "children",
    /\b(child(?:ren)?|infants?|neonat\w+|newborns?|toddlers?|adolescen\w+|teenagers?|p(?:a?e)diatric\w*|school-?age\w*|preschool\w*|boys|girls|youths?)\b/gi,
  ],
  [
    "older",
    /\b(elderly|older (?:adults?|people|persons|patients)|geriatric|nursing home|aged care)\b/gi,
  ],
  [
    "adults",
    /\b(adults?|(?:wo)?men|aged (?:1[89]|[2-9]\d)(?: years)?|elderly|older people|postmenopausal|pregnan\w+|veterans|employees|workers|nurses|physicians)\b/gi,
  ],
];

export type Sign<Kind> = { kind: Kind; start: number; end: number };

function signs<Kind>(text: string, patterns: readonly (readonly [Kind, RegExp])[]): Sign<Kind>[] {
  return patterns.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({
      kind,
      start: match.index,
      end: match.index + match[0].length,
    })),
  );
}

export const designSigns = (text: string): Sign<Design>[] => signs(text, designs);
export const ageSigns = (text: string): Sign<"children" | "adults" | "older">[] =>
  signs(text, ages);

/** Words by which a criterion asks for a design, and the designs that answer it. */
export const designWords: [RegExp, Design[]][] = [
  [/\b(randomi[sz]ed|RCTs?|randomly)\b/i, ["randomised"]],
  [/\b(controlled (clinical )?trials?|quasi)\b/i, ["randomised", "controlled"]],
  [/\b(single-?arm|before-?after|uncontrolled)\b/i, ["single-arm"]],
  [/\b(observational|cohort|case-?control|cross-?sectional)\b/i, ["observational"]],
  [/\b(systematic reviews?|meta-?analys[ie]s)\b/i, ["systematic review"]],
  [/\bqualitative\b/i, ["qualitative"]],
  [/\bcase (reports?|series)\b/i, ["case report"]],
  [/\b(protocols?)\b/i, ["protocol"]],
  [/\b(animal|in vitro|preclinical)\b/i, ["animal", "in vitro"]],
  [/\b(editorials?|comment\w*|letters?)\b/i, ["editorial"]],
];
