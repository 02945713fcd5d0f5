/** The doubts by field, as `kinds.ts` names them. */
import { arm, armSize, dose, intervention } from "./arms.ts";
import { telling, type Asked } from "./asked.ts";
import { allocating, blinding, design, length, missing } from "./conduct.ts";
import { outcome, primaryResult } from "./outcomes.ts";
import { age, population, sampleSize, sex } from "./people.ts";
import { country, funding, registration, setting } from "./place.ts";

export const doubts = {
  age,
  allocating,
  arm,
  armSize,
  blinding,
  country,
  design,
  dose,
  funding,
  intervention,
  missing,
  outcome,
  population,
  primaryResult,
  registration,
  sampleSize,
  setting,
  sex,
  telling,
  followUp: (asked: Asked) => length(asked, false),
  treatmentLength: (asked: Asked) => length(asked, true),
};
