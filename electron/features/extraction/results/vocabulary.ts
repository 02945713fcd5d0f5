/** Words of trial reports that decide which of several numbers is meant. */

export const early =
  /\b(baseline|before|pre-?(?:treatment|test|intervention|op(?:erative)?|trial|dose|training)?|week 0|day 0|month 0|initial|on admission|at admission|entry|enrolment|enrollment|randomi[sz]ation|T0|screening)\b/i;
export const changeWords =
  /\b(change[sd]?|difference|delta|improvement|reduction|decrease[sd]?|increase[sd]?|gain|loss|drop|fall)\b|Δ|∆/i;
/** A row or column of those to whom the outcome did not happen. */
export const withoutWords =
  /^\s*(?:no(?![.\d])|none|not|non|absent|absence|without|negative|never|did not)(?![\p{L}])|^\s*no\s/iu;
export const baselineTable = /\b(?:baseline|demographics?|demographical|characteristics)\b/i;
export const wholeWords =
  /\b(total|all (?:patients|subjects|participants|hh|households)|overall|itt|intention[- ]to[- ]treat|intent[- ]to[- ]treat|any)\b/i;
export const subgroupWords =
  /\b(per[- ]protocol|pp|sub-?group|subset|responders|non-?responders|completers|sensitivity|adjusted|children|adolescents|women|men|males?|females?|boys|girls|normal weight|obese|overweight|smokers?|non-?smokers|right|left|severe|mild|moderate|urban|rural|aged?|years? old|<\s?\d+ years?|≥\s?\d+ years?)\b/i;
