/** Doubts about arms, their sizes and what they were given. Pure. */
import { findNumbers } from "../../numbers.ts";
import { termsOf } from "../../terms.ts";
import { findArms, interventions, notArms, smallestArm, unspoken } from "../arms.ts";
import { sampleSize as sizesIn } from "../people.ts";
import {
  around,
  elsewhere,
  speaksOfOthers,
  first,
  sentenceOf,
  unbalanced,
  type Asked,
  type Doubt,
} from "./asked.ts";

const allocatedThere =
  /\b(?:random\w*|assign\w*|allocat\w*|receiv\w*|treated|treatment|given|administered|underwent|undergo\w*|intervention|control|arms?|groups?|versus|vs|compared|placebo)\b/i;

/** An arm is something that people were given: some sentence says so of its name. */
function armOf(name: string, { reading }: Asked): string | undefined {
  if (notArms.test(name)) return `"${name}" is no arm that people were allocated to`;
  const words = name.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const telling = words.filter((word) => !/^(?:groups?|arms?|the|and|of|with|for|in)$/i.test(word));
  if (telling.length === 0) return undefined;
  const said = reading.sentences.some(
    ({ text, kind, role }) =>
      kind !== "caption" &&
      role !== "introduction" &&
      allocatedThere.test(text) &&
      telling.filter((word) => new RegExp(String.raw`(?<![\p{L}\p{N}])${word}`, "iu").test(text))
        .length >= Math.ceil(telling.length / 2),
  );
  return said ? undefined : `no sentence says that people were given "${name}"`;
}

const verbs =
  /\b(?:was|were|is|are|had|has|have|should|would|will|can|could|did|does|received|showed|reported|notification)\b/i;

const bareArm = (name: string): string =>
  name
    .replaceAll(/\b(?:alone|only|groups?|arms?)\b/gi, "")
    .trim()
    .toLowerCase();

/** "No control group was included": the words are there, and say the opposite. */
function isDenied(value: string, quote: string): boolean {
  const at = quote.toLowerCase().indexOf(value.toLowerCase());
  return (
    at >= 0 &&
    /\b(?:no|without(?: an?)?|lack(?:ed|s|ing)?(?: of)?(?: an?)?|not (?:have|include|use|involve)(?: an?)?|absence of(?: an?)?)\s+(?:\p{L}+\s+)?$/iu.test(
      quote.slice(Math.max(0, at - 40), at),
    )
  );
}

const measurement =
  /^(?:diameter|length|age|weight|height|size|duration|period|phase|stage|grade|dose|day|week|time)s?$/i;

export function arm(asked: Asked): string | undefined {
  const { value } = asked.candidate;
  return first(
    armOf(value, asked),
    speaksOfOthers(sentenceOf(asked)) && "the sentence speaks of other studies",
    (asked.field.type === "list" ? value.split(/;\s*/) : [value]).some((one) =>
      measurement.test(one),
    ) && "it names a measurement, not what was given",
    isDenied(value, asked.candidate.quote) && "the quote says that there was none",
    notOfAll(asked) && "the groups together are not the people of the trial",
    (/[+“"(]$/.test(value) || /^(?:of|in|with the|from)\b/i.test(value) || unbalanced(value)) &&
      "the words of the arm are cut off",
    findArms(asked.reading).some(
      ({ name }) => name !== value && bareArm(name) === bareArm(value),
    ) && "two arms have the same name here: what one had more is not in it",
    value.split(/\s+/).length > 14 && "a whole clause is no arm's name",
    verbs.test(value) && "a clause is no arm's name",
    /^traditional \w+ benef|^(?:one|two|three|each|both|either|same|other)\b/i.test(value) &&
      "it names no treatment",
    /\bwith or without\b/i.test(asked.candidate.quote) &&
      sentenceOf(asked) &&
      "what one arm had more is not plain from the words",
    sentenceOf(asked) &&
      !allocatedThere.test(asked.candidate.quote) &&
      !/\b(?:effects?|efficacy|effectiveness|trial|stud(?:y|ied))\b/i.test(asked.candidate.quote) &&
      "the quote does not say that people were given it",
  );
}

/** A table of a part of the people, or of more than them: its groups make up less than two thirds of all, or a quarter more. */
function notOfAll({ reading }: Asked): boolean {
  const sizes = findArms(reading).flatMap(({ size }) => (size === null ? [] : [size]));
  const all = Number(sizesIn(reading)[0]?.value ?? Number.NaN);
  const together = sizes.reduce((sum, one) => sum + one, 0);
  return sizes.length > 1 && (together < (2 / 3) * all || together > 1.25 * all);
}

export function armSize(asked: Asked): string | undefined {
  const { candidate } = asked;
  const number = findNumbers(candidate.value)[0]?.value ?? Number.NaN;
  return first(
    number < smallestArm && "fewer than three is no group of a trial",
    notOfAll(asked) && "the groups together are not the people of the trial",
    number === Number(sizesIn(asked.reading)[0]?.value) && "the number is of all people",
    armOf(candidate.arm ?? "", asked),
    measurement.test(candidate.arm ?? "") && "it names a measurement, not what was given",
    /^\W*(?:were|was) (?:then )?(?:randomly )?(?:assigned|allocated|randomi[sz]ed|divided)\b/i.test(
      around(candidate).after,
    ) && "the number is of all people",
    (/[+“"(]$/.test(candidate.arm ?? "") || unbalanced(candidate.arm ?? "")) &&
      "the words of the arm are cut off",
    findArms(asked.reading).some(
      ({ name }) => name !== candidate.arm && bareArm(name) === bareArm(candidate.arm ?? ""),
    ) && "two arms have the same name here",
    sentenceOf(asked) &&
      /\/\s*$/.test(around(candidate).before) &&
      "the number is of a part of the arm",
    sentenceOf(asked) &&
      /\b(?:clusters?|practices|sites|(?:pre|kinder)?schools|kindergartens|class(?:es|rooms)|villages|wards|hospitals|pharmacies|clinics|centres|centers|households|families)\b/i.test(
        candidate.quote,
      ) &&
      "the number may be of clusters, not of people",
    verbs.test(candidate.arm ?? "") && "a clause is no arm's name",
  );
}

/** Whether the quote names what an arm was given: a telling word of an arm or of the intervention. */
export function namesTreatment({ candidate, reading }: Asked): boolean {
  const names = [
    ...findArms(reading).map(({ name }) => name),
    ...interventions(reading).map(({ value }) => value),
  ];
  const words = new Set(
    names.flatMap((name) => termsOf(name)).filter((term) => term.length > 1 && !labels.has(term)),
  );
  const there = new Set(termsOf(candidate.quote));
  return words.size > 0 && [...words].some((word) => there.has(word));
}
const labels = new Set(
  termsOf(
    "intervention interventions treatment treated experimental study active test control controls group groups arm arms placebo standard usual care patients of and with the plus mg daily therapy",
  ),
);

export function dose(asked: Asked): string | undefined {
  const { quote } = asked.candidate;
  return first(
    elsewhere(sentenceOf(asked)),
    !namesTreatment(asked) && "the quote does not name what an arm was given",
    /\b(?:significant\w*|reduced|increased|improved|similar to|compared (?:with|to) baseline|p\s*[<=])\b/i.test(
      quote,
    ) && "a finding, not what was given",
    /\b(?:antibod\w*|assays?|buffer|centrifug\w*|incubat\w*|stain\w*|accelerometers?|wore|power|sample size|questionnaire\w*|measured (?:with|by|using))\b/i.test(
      quote,
    ) && "the amount is of a measurement, not of what was given",
    /\b(?:lethal|euthan\w*|killed|sacrific\w*|costs?|needles?|gauge|contrast agent|restricted)\b/i.test(
      quote,
    ) && "the amount is of something else",
    !/\d\s*(?:mg|[µμ]g|mcg|ng|g|kg|ml|l|IU|U|units?|m?mol|[µμ]mol|Gy|J|W|Hz|mA|%|kcal|mEq|MBq|drops?|puffs?|tablets?|capsules?|sessions?|min|minutes?|hours?|h|times|weeks?)(?![\p{L}])/iu.test(
      quote,
    ) &&
      !/\b(?:once|twice|three times|daily|weekly|per (?:day|week))\b/i.test(quote) &&
      "no amount of what was given",
  );
}

/** What was given has to be named; "intervention group" is only its label. */
export const intervention: Doubt = (asked) =>
  first(
    unspoken.test(asked.candidate.value) && "the label of an arm, not what was given",
    /^(?:chemo|radio|physio|psycho)?therapy$|^(?:drugs?|medications?|surgery|capsules?|tablets?)$/i.test(
      asked.candidate.value,
    ) && "a kind of treatment, not the one that was given",
    arm(asked),
  );
