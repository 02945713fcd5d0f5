/** The fields a new review starts with, and which rules answer a field, told from its name and description. */
import type { Field } from "../../../api/schemas/extraction.ts";
import { armNames, armSizes, comparators, interventions } from "./arms.ts";
import { outcomes, primaryOutcome, primaryResult } from "./outcomes.ts";
import { age, population, sampleSize, sex } from "./people.ts";
import { blinding, concealment, dose, interests, missing, randomisation } from "./conduct.ts";
import type { Finder } from "./reading.ts";
import type { Doubt } from "./sense/asked.ts";
import { doubts } from "./sense/doubts.ts";
import { country, design, duration, funding, registration, setting } from "./trial.ts";

export type FieldKind = {
  finder: Finder;
  many: boolean;
  looksFor: string;
  /** Of several times that fit, the longest: follow-up ends with the last one. */
  longest?: boolean;
  /** Only so many of the best candidates are looked at; those after them fit by chance. */
  depth?: number;
  /** A list that lacks a member is no answer: one doubtful member makes the whole doubtful. */
  whole?: boolean;
  /** Other numbers that the paper gives as plainly are shown beside the value. */
  contested?: boolean;
  /** What speaks against a candidate as an answer to this field, though its words are in the paper. */
  doubt?: Doubt;
};

const kinds: [RegExp, FieldKind][] = [
  [
    /\b(?:allocation concealment|conceal\w*)\b/i,
    {
      finder: concealment,
      many: false,
      looksFor:
        "sealed or opaque envelopes, central, telephone or pharmacy allocation, concealment",
      doubt: doubts.telling(
        /conceal|envelope|central|telephone|web|pharmac|independent|interactive/i,
      ),
    },
  ],
  [
    /\b(?:randomi[sz]ation|sequence generation|allocation|method of randomi[sz]ing)\b/i,
    {
      finder: randomisation,
      many: false,
      looksFor: "random numbers, lists and blocks, stratification, minimisation, drawing of lots",
      doubt: doubts.allocating,
    },
  ],
  [
    /\b(?:blind(?:ing|ed)?|mask(?:ing|ed)?)\b/i,
    {
      finder: blinding,
      many: false,
      looksFor: "blind, masked, unaware, open-label",
      doubt: doubts.blinding,
    },
  ],
  [
    /\b(?:missing|lost|attrition|drop-?outs?|withdraw\w*|losses)\b/i,
    {
      finder: missing,
      many: false,
      looksFor: "lost to follow-up, withdrew, dropped out, discontinued, excluded, with a number",
      doubt: doubts.missing,
    },
  ],
  [
    /\b(?:conflicts? of interest|competing interests?|declarations?(?: of interests?)?|disclosures?)\b/i,
    {
      finder: interests,
      many: false,
      looksFor: "conflicts of interest, competing interests, disclosures, fees",
    },
  ],
  [
    /\b(?:dos(?:e|es|age|ing)|intensity|frequency of (?:treatment|sessions))\b/i,
    {
      finder: dose,
      many: false,
      looksFor: "amounts with a unit (mg, ml, IU, sessions) in sentences on what was given",
      doubt: doubts.dose,
    },
  ],
  [
    /\b(?:registration|registry|trial id|nct|protocol number|identifier)\b/i,
    {
      finder: registration,
      doubt: doubts.registration,
      contested: true,
      many: false,
      looksFor: "registry numbers (NCT, ISRCTN, EudraCT, ACTRN, UMIN, ChiCTR and others)",
    },
  ],
  [
    /\b(?:fund\w*|sponsor\w*|financial support)\b/i,
    {
      finder: funding,
      doubt: doubts.funding,
      many: false,
      looksFor: "funded, supported, sponsored, grant",
    },
  ],
  [
    /\b(?:countr(?:y|ies)|nation)\b/i,
    {
      finder: country,
      doubt: doubts.country,
      many: false,
      looksFor: "names of countries and nationalities",
    },
  ],
  [
    /\b(?:arm size|group size|(?:number|n|participants|sample size)[^.]*\b(?:per|each|by|in)\b[^.]*\b(?:arm|group)s?|size of (?:each|the) (?:arm|group)s?)\b/i,
    {
      finder: armSizes,
      doubt: doubts.armSize,
      many: true,
      looksFor: "group sizes in table heads and sentences",
    },
  ],
  [
    /\b(?:sample size|number of (?:participants|patients|subjects)|participants? (?:randomi[sz]ed|enrolled|number)|total n|n total|randomi[sz]ed n|population size|sample)\b/i,
    {
      finder: sampleSize,
      doubt: doubts.sampleSize,
      contested: true,
      many: false,
      looksFor: "counts of people randomised, enrolled, included",
    },
  ],
  [
    /\b(?:arms?|groups?|treatment arms)\b(?!.*\bage\b)/i,
    {
      finder: armNames,
      whole: true,
      doubt: doubts.arm,
      many: true,
      looksFor: "arms in table heads and sentences of assignment",
    },
  ],
  [
    /\bage\b/i,
    {
      finder: age,
      doubt: doubts.age,
      contested: true,
      many: false,
      looksFor: "mean age, aged, years old, rows named age",
    },
  ],
  [
    /\b(?:sex|gender|female|male|women)\b/i,
    {
      finder: sex,
      doubt: doubts.sex,
      many: false,
      looksFor: "counts of women and men, rows named sex",
    },
  ],
  [
    /\b(?:(?:duration|length) of (?:the )?(?:treatment|intervention|therapy|administration)|(?:treatment|intervention|therapy) (?:duration|length|period))\b/i,
    {
      finder: duration,
      doubt: doubts.treatmentLength,
      many: false,
      looksFor: "for ... weeks, ...-month treatment",
    },
  ],
  [
    /\b(?:follow[- ]?up|duration|length of (?:study|treatment|intervention)|study period)\b/i,
    {
      finder: duration,
      doubt: doubts.followUp,
      longest: true,
      many: false,
      looksFor: "follow-up, for ... weeks, ...-month trial",
    },
  ],
  [
    /\b(?:setting|cent(?:er|re)s?|site|recruited from|location)\b/i,
    {
      finder: setting,
      doubt: doubts.setting,
      many: false,
      looksFor: "hospitals, clinics, universities, communities where the study was conducted",
    },
  ],
  [
    /\b(?:primary|main)\b.*\b(?:result|finding|effect|estimate)/i,
    {
      finder: primaryResult,
      doubt: doubts.primaryResult,
      many: false,
      looksFor: "result sentences about the primary outcome",
    },
  ],
  [
    /\bprimary (?:outcome|end ?point)/i,
    {
      finder: primaryOutcome,
      doubt: doubts.outcome,
      many: false,
      looksFor: "primary outcome, primary endpoint",
    },
  ],
  [
    /\boutcomes?\b|\bend ?points?\b|\bmeasures\b/i,
    {
      finder: outcomes,
      doubt: doubts.outcome,
      many: true,
      looksFor: "primary and secondary outcomes, endpoints",
    },
  ],
  [
    /\bdesign\b|\bstudy type\b|\bmethodolog/i,
    {
      finder: design,
      doubt: doubts.design,
      many: false,
      looksFor: "design words (randomised, double-blind, crossover, cohort and others)",
    },
  ],
  [
    /\b(?:comparators?|controls?|comparison|placebo)\b/i,
    {
      finder: comparators,
      whole: true,
      doubt: doubts.arm,
      many: true,
      looksFor: "control arms: placebo, usual care, sham, comparison",
    },
  ],
  [
    /\b(?:interventions?|treatments?|exposure|experimental|therapy)\b/i,
    {
      finder: interventions,
      whole: true,
      doubt: doubts.intervention,
      many: true,
      looksFor: "arms, versus, effect of ... on",
    },
  ],
  [
    /\b(?:populations?|participants?|patients|subjects|condition|disease|eligib\w*|inclusion|diagnos\w*)\b/i,
    {
      finder: population,
      depth: 3,
      doubt: doubts.population,
      many: false,
      looksFor: "people with, who, aged; inclusion criteria",
    },
  ],
];

/** The field's name decides; its description only when the name says nothing. */
export function kindOf(field: Field): FieldKind | undefined {
  const name = field.name.replaceAll(/([a-z])([A-Z])|[_-]/g, "$1 $2");
  // A dose as a number is one amount, not the sentence that tells how it was given.
  if (field.type === "number" && /\bdos/i.test(name)) return undefined;
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
