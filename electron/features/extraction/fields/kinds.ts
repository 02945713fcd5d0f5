/** The fields a new review starts with, and which rules answer a field, told from its name and description. */
import type { Field } from "../../../api/schemas/extraction.ts";
import { armNames, armSizes, comparators, interventions } from "./arms.ts";
import { outcomes, primaryOutcome, primaryResult } from "./outcomes.ts";
import { age, population, sampleSize, sex } from "./people.ts";
import type { Finder } from "./reading.ts";
import { country, design, duration, funding, registration, setting } from "./trial.ts";

export type FieldKind = { finder: Finder; many: boolean; looksFor: string };

const kinds: [RegExp, FieldKind][] = [
  [
    /\b(?:registration|registry|trial id|nct|protocol number|identifier)\b/i,
    {
      finder: registration,
      many: false,
      looksFor: "registry numbers (NCT, ISRCTN, EudraCT, ACTRN, UMIN, ChiCTR and others)",
    },
  ],
  [
    /\b(?:fund\w*|sponsor\w*|financial support)\b/i,
    { finder: funding, many: false, looksFor: "funded, supported, sponsored, grant" },
  ],
  [
    /\b(?:countr(?:y|ies)|nation)\b/i,
    { finder: country, many: false, looksFor: "names of countries and nationalities" },
  ],
  [
    /\b(?:arm size|group size|(?:number|n|participants|sample size)[^.]*\b(?:per|each|by|in)\b[^.]*\b(?:arm|group)s?|size of (?:each|the) (?:arm|group)s?)\b/i,
    { finder: armSizes, many: true, looksFor: "group sizes in table heads and sentences" },
  ],
  [
    /\b(?:sample size|number of (?:participants|patients|subjects)|participants? (?:randomi[sz]ed|enrolled|number)|total n|n total|randomi[sz]ed n|population size|sample)\b/i,
    {
      finder: sampleSize,
      many: false,
      looksFor: "counts of people randomised, enrolled, included",
    },
  ],
  [
    /\b(?:arms?|groups?|treatment arms)\b(?!.*\bage\b)/i,
    { finder: armNames, many: true, looksFor: "arms in table heads and sentences of assignment" },
  ],
  [/\bage\b/i, { finder: age, many: false, looksFor: "mean age, aged, years old, rows named age" }],
  [
    /\b(?:sex|gender|female|male|women)\b/i,
    { finder: sex, many: false, looksFor: "counts of women and men, rows named sex" },
  ],
  [
    /\b(?:follow[- ]?up|duration|length of (?:study|treatment|intervention)|study period)\b/i,
    { finder: duration, many: false, looksFor: "follow-up, for ... weeks, ...-month trial" },
  ],
  [
    /\b(?:setting|cent(?:er|re)s?|site|recruited from|location)\b/i,
    {
      finder: setting,
      many: false,
      looksFor: "hospitals, clinics, universities, communities where the study was conducted",
    },
  ],
  [
    /\b(?:primary|main)\b.*\b(?:result|finding|effect|estimate)/i,
    { finder: primaryResult, many: false, looksFor: "result sentences about the primary outcome" },
  ],
  [
    /\bprimary (?:outcome|end ?point)/i,
    { finder: primaryOutcome, many: false, looksFor: "primary outcome, primary endpoint" },
  ],
  [
    /\boutcomes?\b|\bend ?points?\b|\bmeasures\b/i,
    { finder: outcomes, many: true, looksFor: "primary and secondary outcomes, endpoints" },
  ],
  [
    /\bdesign\b|\bstudy type\b|\bblinding\b|\bmethodolog/i,
    {
      finder: design,
      many: false,
      looksFor: "design words (randomised, double-blind, crossover, cohort and others)",
    },
  ],
  [
    /\b(?:comparators?|controls?|comparison|placebo)\b/i,
    {
      finder: comparators,
      many: true,
      looksFor: "control arms: placebo, usual care, sham, comparison",
    },
  ],
  [
    /\b(?:interventions?|treatments?|exposure|experimental|therapy)\b/i,
    { finder: interventions, many: true, looksFor: "arms, versus, effect of ... on" },
  ],
  [
    /\b(?:populations?|participants?|patients|subjects|condition|disease|eligib\w*|inclusion|diagnos\w*)\b/i,
    { finder: population, many: false, looksFor: "people with, who, aged; inclusion criteria" },
  ],
];

/** The field's name decides; its description only when the name says nothing. */
export function kindOf(field: Field): FieldKind | undefined {
  const name = field.name.replaceAll(/([a-z])([A-Z])|[_-]/g, "$1 $2");
  return (
    kinds.find(([pattern]) => pattern.test(name)) ??
    kinds.find(([pattern]) => pattern.test(field.description))
  )?.[1];
}

const field = (
  id: string,
  name: string,
  description: string,
  type: Field["type"] = "text",
  perArm = false,
): Field => ({ id, name, description, type, perArm });

export const defaultFields: Field[] = [
  field(
    "design",
    "Study design",
    "Randomisation, control, blinding, parallel or crossover, in the paper's words",
  ),
  field("population", "Population", "The people studied: condition, age, setting of eligibility"),
  field("intervention", "Intervention", "The experimental arm or arms", "list"),
  field("comparator", "Comparator", "The control arm", "list"),
  field("outcomes", "Outcomes", "Outcomes measured, primary first", "list"),
  field("arms", "Arms", "Names of all arms", "list"),
  field("sampleSize", "Sample size", "Number of participants randomised, in total", "number"),
  field("groupSize", "Group size", "Number of participants per arm", "number", true),
  field("age", "Age", "Mean or median age with spread, or the eligible range"),
  field("duration", "Follow-up", "Duration of treatment or follow-up"),
  field("country", "Country", "Where the trial was done"),
  field("setting", "Setting", "Hospital, clinic, community"),
  field("registration", "Registration", "Trial registration number"),
  field("funding", "Funding", "Who paid"),
  field(
    "primaryResult",
    "Primary outcome result",
    "The result sentence for the primary outcome, with its numbers",
  ),
];
