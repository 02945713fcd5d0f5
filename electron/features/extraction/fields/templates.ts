/**
 * Sets of fields to start from. Data items after the Cochrane Handbook for Systematic Reviews of
 * Interventions, chapter 5 (table 5.3.a); diagnostic accuracy after the Cochrane Handbook for DTA
 * reviews, chapter 8, and STARD 2015; prognostic factors after CHARMS-PF (Riley et al., BMJ 2019).
 */
import type { Field, FieldTemplate } from "../../../api/schemas/extraction.ts";

type More = Partial<Omit<Field, "id" | "name" | "description">>;
const field = (id: string, name: string, description: string, more: More = {}): Field => ({
  id,
  name,
  description,
  type: "text",
  perArm: false,
  ...more,
});

const people = field(
  "population",
  "Population",
  "Condition, its definition, eligibility criteria",
  {
    required: true,
  },
);
const sampleSize = field("sampleSize", "Sample size", "Number of participants, in total", {
  type: "number",
  required: true,
});
const country = field("country", "Country", "Where the study was done");
const setting = field("setting", "Setting", "Hospital, clinic, community");
const funding = field("funding", "Funding", "Who paid, and for what");
const age = field("age", "Age", "Mean or median age with its spread, or the eligible range");
const sex = field("sex", "Sex", "Number or share of women or men");
const followUp = field("duration", "Follow-up", "Length of follow-up, and how many were followed");

export const templates: FieldTemplate[] = [
  {
    id: "cochrane",
    title: "Cochrane data items",
    fields: [
      field(
        "design",
        "Study design",
        "Parallel, crossover, cluster, factorial; randomised or not",
        {
          required: true,
        },
      ),
      field("registration", "Registration", "Trial registration number"),
      field("randomisation", "Randomisation", "How the sequence was made and concealed"),
      field("blinding", "Blinding", "Who was unaware: participants, staff, assessors"),
      country,
      setting,
      people,
      sampleSize,
      age,
      sex,
      field("intervention", "Intervention", "What, dose, how often, how long, by whom", {
        type: "list",
        required: true,
      }),
      field("comparator", "Comparator", "The control arm, in the same detail", {
        type: "list",
        required: true,
      }),
      field("groupSize", "Group size", "Number randomised per arm", {
        type: "number",
        perArm: true,
      }),
      field("outcomes", "Outcomes", "Outcomes, how and when measured, primary first", {
        type: "list",
      }),
      followUp,
      field("missing", "Missing participants", "Lost or left out per arm, with reasons", {
        perArm: true,
      }),
      field("primaryResult", "Primary outcome result", "The result in the paper's words"),
      funding,
      field("interests", "Declarations of interest", "What the authors declare"),
    ],
  },
  {
    id: "pico",
    title: "PICO",
    fields: [
      people,
      field("intervention", "Intervention", "The experimental arm or arms", { type: "list" }),
      field("comparator", "Comparator", "The control arm", { type: "list" }),
      field("outcomes", "Outcomes", "Outcomes measured, primary first", { type: "list" }),
    ],
  },
  {
    id: "diagnostic-accuracy",
    title: "Diagnostic accuracy",
    fields: [
      field("sampling", "Design of sampling", "Consecutive, random, case-control", {
        type: "category",
        options: ["consecutive", "random", "case-control", "unclear"],
      }),
      people,
      setting,
      country,
      sampleSize,
      age,
      sex,
      field("prevalence", "Number with the target condition", "By the reference standard", {
        type: "number",
      }),
      field("indexTest", "Index test", "What, who read it, version", { required: true }),
      field("threshold", "Threshold", "Value, and whether it was set beforehand"),
      field("referenceStandard", "Reference standard", "What, and who read it", { required: true }),
      field("readers", "Blinding of readers", "Whether each test was read without the other"),
      field("interval", "Interval between tests", "Time and treatment between the two"),
      field("truePositives", "True positives", "Count", { type: "number" }),
      field("falsePositives", "False positives", "Count", { type: "number" }),
      field("falseNegatives", "False negatives", "Count", { type: "number" }),
      field("trueNegatives", "True negatives", "Count", { type: "number" }),
      field("uninterpretable", "Uninterpretable results", "How many, and how they were handled"),
      funding,
    ],
  },
  {
    id: "prognostic",
    title: "Prognostic factors",
    fields: [
      field("source", "Source of data", "Cohort, trial, registry, routine records", {
        type: "category",
        options: ["cohort", "trial participants", "case-control", "registry", "routine records"],
      }),
      people,
      setting,
      country,
      sampleSize,
      age,
      field("factor", "Prognostic factor", "Definition, how and when measured", { required: true }),
      field("cutPoint", "Cut point", "How the factor was handled: continuous, or its cut points"),
      field("outcome", "Outcome", "Definition, how assessed, by whom", { required: true }),
      followUp,
      field("eventsTotal", "Number of events", "People with the outcome", { type: "number" }),
      field("missingData", "Missing data", "How many, and how they were handled"),
      field("model", "Method of analysis", "Model, and how variables were chosen"),
      field("adjusted", "Adjustment factors", "What the estimate is adjusted for", {
        type: "list",
      }),
      field("effect", "Effect estimate", "Hazard, odds or risk ratio with its interval"),
      funding,
    ],
  },
];
