/** Whether an outcome is asked for as counts of people (binary) or as a measure (continuous), from its words. */
import type { CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import { kindSaid } from "./kind-said.ts";

const counts =
  /\b(incidence|number of (?:patients|participants|subjects|women|people|events|cases)|(?:patients|participants|subjects|women|people|those|who) (?:with|who|requiring|achieving|needing|reporting)|mortality|deaths?|died|events?|adverse|complications?|response|responders?|remission|recurrence|relapse|success|failure|proportion|percent(?:age)? of|prevalence|infections?|pregnan(?:cy|cies)|live births?|birth status|vomiting|nausea|bleeding|withdrawals?|discontinu\w+|drop-?outs?|cure[ds]?|abstinence|hospitali[sz]ations?|cessation|quit|need for|requirement for|thrombosis|infarction|stroke|revasculari[sz]ation|syndrome|hypogly\w+|side effects?|reactions?|diagnos[ei]s|positive|negative|clicked|intake|use of|stillbirth|miscarriage|hypertension|diabetes|anaemia|anemia|defecation|reappearance|toxicit(?:y|ies)|PONV|shivering|hypotension|bradycardia)\b|%|\brates? of\b/i;
/**
 * What befalls people or is done to them, so that people are counted. Collected from the outcomes of RCT-ART
 * (Whitton and Hunter 2022, Apache-2.0) that are given in per cent or as counts, which share no article with
 * the questions that results are measured on.
 */
const befalls =
  /\b(?:ha?emorrhag\w*|bleeds?|embol\w+|\w+(?:penia|rrhagia|rrh(?:o?ea|agia)|plegia|ectasia)|(?:re)?stenos[ie]s|mucositis|hepatitis|nephritis|pancreatitis|phlebitis|\w*thrombosis|infarct\w*|MI|TIA|stroke|fractures?|falls|fallers|seizures?|delirium|agitation|hallucinations?|somnolence|drowsiness|dizziness|fever|rash|pruritus|alopecia|headaches?|diarrh\w+|constipation|sepsis|pneumonia|abscess\w*|fistulas?|leaks?|leakage|prolapse|hernias?|ulcers?|arrhythmias?|fibrillation|tachycardia|successful\w*|respond(?:ed|ing)|improved|worsened|resol(?:ved|ution)|heal(?:ed|ing)|recovered|relie(?:f|ved)|dropped out|crossed over|completed|completers|attended|uptake|vaccinat\w+|screened|conversions?|reoperations?|re-?interventions?|re-?admi\w+|transfus\w+|intubat\w+|rejection|occlusion|patency|ca?esarean|preterm|deliver(?:y|ies)|abortion|fatal\w*|surviv(?:ed|ors)|end-?points?|dissatisf\w+|satisfied|willing\w*|interested|smok(?:ing|ers)|employed|ownership)\b/i;
const measures =
  /\b(scores?|levels?|duration|length|time|mean|average|median|heart rate|pulse|pressure|weight|mass|volume|thickness|concentrations?|changes? (?:in|from)|index|scale|questionnaire|quality of life|function|strength|cost|distance|density|diameter|loss|HbA1c|cholesterol|glucose|triglycerides?|insulin|temperature|height|age|months of|days of|weeks of|hours|minutes|intensity|severity|rating|values?|amount|dose|onset|ratio|capacity|VAS|BMI|FPG|respiratory rate|symptoms?|pain|knowledge|efficacy|stiffness|sharpness|flexion|bending|interval|progression-?free|PFS|OS|overall survival|area|range)\b/i;
const rate = /\brates?\b/i;
const notRate =
  /\b(?:heart|pulse|respiratory|respiration|filtration|metabolic|growth|flow|sedimentation|cleavage) rates?\b/i;

const people = String.raw`(?:patients|participants|subjects|women|men|people|persons|individuals|children|infants|adults|students|smokers|households|cases|eyes|teeth|those)`;
/** An outcome that names whom it counts, asks yes or no, or draws a line that people pass or do not. */
const countsPeople = new RegExp(
  String.raw`\b(?:percentages?|proportions?|shares?|fractions?|numbers?|%)\s+of\s+(?:the\s+)?(?:[\w-]+\s+){0,2}${people}\b|\byes or no\b|\bhistory of\b|\bclinically (?:meaningful|important|relevant|significant) (?:improvement|worsening|change|reduction|increase|decrease|decline)`,
  "i",
);
/** Words beside a percentage that say it is a share of people. */
const sharesPeople = new RegExp(
  String.raw`\b(?:more|fewer|less|most|all|many|proportions?|percentages?|%)\s+(?:of\s+)?(?:the\s+)?(?:[\w-]+\s+)?${people}\b|\b${people}\s+(?:who\s+)?(?:achiev|report|show|experienc|develop)`,
  "i",
);
const likelihood =
  /\b(?:any|with|likely|likelihood|probability|proportion|share|coverage|own\w*)\b/i;

/** Log-odds-like leaning of an outcome's words: above 0 binary, below 0 continuous. */
export function leansBinary(outcome: string): number {
  if (countsPeople.test(outcome)) return 1;
  let score = -0.4;
  if (counts.test(outcome)) score += 1;
  // "Frequency of attacks in hernia": what follows "in" is the condition, not what is counted.
  else if (befalls.test(outcome.split(/\b(?:in|among)\b/i)[0] ?? "")) score += 0.9;
  if (rate.test(outcome) && !notRate.test(outcome)) score += 1;
  if (measures.test(outcome)) score -= 0.9;
  return score;
}

/** Leaning by the outcome's words and, as much, by how the paper gives it: no list knows every outcome. */
export function leaningOf(inquiry: Inquiry): number {
  return leansBinary(inquiry.outcome.text) + kindSaid(inquiry);
}

/** Measures that are themselves given in per cent. */
const inPercent =
  /HbA1c|A1c|ejection|LVEF|fraction|saturation|SpO2|ha?ematocrit|FEV|change|reduction|improvement|increase|decrease|scores?|levels?|density|fat\b|stenosis|cells|concentration|percentage of (?:time|days|body|weight|the)|compliance|adherence|volume|loss|maturation|variab|coefficient|inhibition|power|expression/i;

/** Both people and measures improve; what stands beside the number tells which it is. */
const turnsOnly = /\b(?:change|reduction|improvement|increase|decrease)s?\b/gi;

export const asksForMedian = (outcome: string): boolean => /\bmedian\b/i.test(outcome);

/** The kind of a reading from what its value is, or, for a bare number, from the outcome's words and those beside it. */
export function kindOfValue(
  inquiry: Inquiry,
  value: CellValue,
  { about, quote, sized }: { about: string; quote: string; sized: boolean },
): "binary" | "continuous" {
  if (value.kind === "count") return "binary";
  if (value.kind === "mean") return "continuous";
  const outcome = inquiry.outcome.text;
  const leaning = leaningOf(inquiry);
  const beside = `${about} ${quote}`;
  if (value.kind === "percent") {
    if (value.percent < 0 || value.percent > 100) return "continuous";
    const measure = leaning < 0.5 && inPercent.test(outcome);
    const ofMeasure = measures.test(outcome) || inPercent.test(outcome.replaceAll(turnsOnly, " "));
    return measure && (ofMeasure || !sharesPeople.test(beside)) ? "continuous" : "binary";
  }
  const share = sized && value.number > 0 && value.number < 1 && !measures.test(outcome);
  return leaning > 0.3 || (share && likelihood.test(beside)) ? "binary" : "continuous";
}

/** How well a value's form fits the asked outcome: -1 (a mean for deaths) to 1. */
export function kindsFit(inquiry: Inquiry, value: CellValue, near: string): number {
  const leaning = Math.max(-1, Math.min(1, leaningOf(inquiry)));
  const said = /\bmean\b|\bSD\b/i.test(near) ? -0.3 : 0;
  switch (value.kind) {
    case "count":
      return leaning + 0.2;
    case "percent":
      return 0.7 * leaning;
    case "mean":
      return value.of === "iqr" || value.of === "range" ? -leaning - 0.2 : -leaning + 0.2;
    default:
      return -0.35 + said;
  }
}
