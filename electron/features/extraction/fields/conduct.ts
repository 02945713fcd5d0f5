/** How people were allocated and kept unaware, who was lost, what was given and what the authors declare. */
import { findNumbers } from "../numbers.ts";
import { ranked, weightOf, type Candidate, type Reading } from "./reading.ts";
import type { Sentence } from "../sentences.ts";

const roles = new Set([
  "abstract",
  "methods",
  "results",
  "other",
  "title",
  "registration",
  "front",
]);
const toldIn = ({ kind, role, text }: Sentence): boolean =>
  roles.has(role) && kind !== "heading" && /[.!?)\]]\s*$|\s\S+\s/.test(text);

/** Whole sentences that say one of `signs`, each sign with its worth; the more of them, the better. */
function sentencesSaying(
  reading: Reading,
  signs: readonly (readonly [RegExp, number])[],
  method: string,
): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (!toldIn(sentence) || /^\s*(?:table|fig)/i.test(sentence.text)) return [];
      const worth = signs.reduce(
        (sum, [sign, points]) => sum + (sign.test(sentence.text) ? points : 0),
        0,
      );
      if (worth <= 0) return [];
      return [
        {
          value: sentence.text,
          quote: sentence.text,
          near: sentence.start,
          score: worth + 0.2 * weightOf(sentence) + (sentence.role === "methods" ? 0.5 : 0),
          method,
        },
      ];
    }),
  );
}

/** Cited work, and what is said of trials in general. */
const others: readonly [RegExp, number] = [
  /\b(?:previous|prior|other|earlier|several) (?:\w+ )?(?:stud|trial|work)|et al\b|meta-?analys/i,
  -4,
];

export const randomisation = (reading: Reading): Candidate[] =>
  sentencesSaying(
    reading,
    [
      [
        /\brandom[- ](?:number|digit|sequence|allocation|permut|list)|computer[- ]?(?:ized|ised|generated|based)?[^.;]{0,30}random|randomi[sz]ation (?:list|schedule|sequence|code|table|program|software|scheme)/i,
        3,
      ],
      [
        /\b(?:permuted|blocks? (?:of|size|randomi)|block(?:ed)?[- ]random|minimi[sz]ation (?:method|procedure|algorithm|program)|stratified (?:by|random)|coin|drawing (?:of )?lots|lottery|shuffl|dice)/i,
        2.5,
      ],
      [/\brandom(?:ly|i[sz]ed|i[sz]ation)\b/i, 1],
      [/\b(?:envelopes?|centrally|allocation|concealed)\b/i, 0.5],
      [
        /\b(?:random effects?|random sample|random(?:ly)? select|randomly chosen|k-means|imputation|forest|probability|distribution|simulat\w*|Poisson)\b/i,
        -3,
      ],
      others,
    ],
    "sentence on the random sequence",
  ).filter(({ score }) => score > 2.8);

export const concealment = (reading: Reading): Candidate[] =>
  sentencesSaying(
    reading,
    [
      [
        /\b(?:opaque|sealed)\b[^.;]{0,40}\benvelopes?|\benvelopes?\b[^.;]{0,40}\b(?:opaque|sealed)/i,
        3.5,
      ],
      [
        /\ballocation[^.;]{0,30}\bconceal|\bconceal\w*[^.;]{0,30}\b(?:allocation|assignment|randomi)/i,
        3,
      ],
      [
        /\b(?:central(?:ly|i[sz]ed)?|telephone|web[- ]based|interactive (?:voice|web)|pharmacy)\b[^.;]{0,50}\b(?:random|allocat|assign)/i,
        2.5,
      ],
      [
        /\b(?:random|allocat|assign)\w*[^.;]{0,60}\b(?:by (?:a|an) (?:independent|third)|independent (?:statistician|researcher|person)|central(?:ly|i[sz]ed)? |telephone|pharmacist)/i,
        2,
      ],
      others,
    ],
    "sentence on concealment",
  ).filter(({ score }) => score > 2);

const blindWords =
  /\b(?:(?:double|single|triple|observer|assessor|investigator|rater|evaluator|patient|participant|outcome)[- ]?(?:assessor[- ]?)?(?:blind(?:ed|ing)?|masked)|(?:double|single)[- ]blind|un-?blinded|non-?blinded|open[- ]label(?:led)?|(?:were|was|being|kept|remained) (?:\w+ )?(?:blind(?:ed)?|masked|unaware)(?: (?:to|of) [^.;,()]{3,80})?|(?:blind(?:ed)?|masked|unaware) (?:to|of|as to) [^.;,()]{3,80}|not (?:be )?(?:blind(?:ed)?|masked|possible to (?:blind|mask))[^.;,()]{0,80})/gi;

/** The words that say who was unaware, from the sentence that says most. */
export function blinding(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (!toldIn(sentence) || others[0].test(sentence.text)) return [];
      const matches = [...sentence.text.matchAll(blindWords)];
      // "Neither staff nor families were blinded": cut out, the words would say the opposite.
      const denied = matches.some(({ index }) =>
        /\b(?:neither|nor|not|no|none|never|nobody)\b/i.test(
          sentence.text.slice(Math.max(0, index - 80), index),
        ),
      );
      const found = denied ? [sentence.text] : [...new Set(matches.map(([words]) => words.trim()))];
      if (matches.length === 0) return [];
      const who =
        /\b(?:assessors?|investigators?|patients?|participants?|observers?|staff|clinicians?|personnel|raters?|nurses?|physicians?|surgeons?)\b/i;
      return [
        {
          value: found.join("; "),
          quote: sentence.text,
          near: sentence.start,
          score:
            weightOf(sentence) +
            found.length +
            (who.test(found.join(" ")) ? 1.5 : 0) +
            (sentence.role === "results" ? -1 : 0),
          method: "blinding words",
        },
      ];
    }),
  );
}

const lost =
  /\b(?:lost to follow[- ]?up|loss to follow[- ]?up|withdr[ae]w(?:n|als?)?\b(?! of\b)|dropped[- ]out|drop-?outs?|discontinu\w+|did not (?:complete|return|finish|attend)|failed to (?:complete|return)|attrition|non-?completers?|(?:were|was) excluded (?:from|because|due|after)|not (?:available|included) (?:for|in) (?:the )?(?:analys|follow))/i;

/** Who was lost or left out after allocation, with the number. */
export function missing(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (!["abstract", "methods", "results"].includes(sentence.role)) return [];
      if (!toldIn(sentence) || sentence.kind === "caption") return [];
      const match = lost.exec(sentence.text);
      if (!match) return [];
      const near = sentence.text
        .slice(Math.max(0, match.index - 70), match.index + 90)
        .replaceAll(/\b(?:fig(?:ure|\.)?|tables?)\s*\d+/gi, "");
      const persons =
        /\b(?:patients?|participants?|subjects?|women|men|children|infants?|mothers|pairs|couples|people|individuals?|volunteers?|students?|adults|one|two|three|four|five|six|seven|eight|nine|ten|were|who)\b|\d\s*%|\d \(/i;
      if (!persons.test(near)) return [];
      const counted = findNumbers(near).some(({ percent, value }) => percent || value >= 1);
      if (!counted || others[0].test(sentence.text)) return [];
      const base = sentence.role === "results" ? 3 : sentence.role === "abstract" ? 1.5 : 1;
      const criteria =
        /\b(?:if they|criteria|eligib|screen|assum|anticipat|estimat|expect|allow|account(?:ing)? for|sample size|power|would|will|defined|considered|did not enter|cancelled|before (?:randomi|enrol|inclusion))/i.test(
          sentence.text,
        )
          ? -4
          : 0;
      const follow = /lost to|loss to|drop|withdr|attrition/i.test(match[0]) ? 1 : 0;
      return [
        {
          value: sentence.text,
          quote: sentence.text,
          near: sentence.start,
          score: base + criteria + follow,
          method: "sentence on those lost",
        },
      ];
    }),
  ).filter(({ score }) => score > 0);
}

const amount =
  /\b\d[\d.,]*\s*(?:mg|µg|μg|mcg|g|kg|ml|mL|IU|U|mmol|mM|ppm|Gy|mg\/kg|units?|tablets?|capsules?|drops?|puffs?|sessions?|times|minutes?|min|hours?|%)\b/i;
const given =
  /\b(?:receiv|administ|given|dos(?:e|es|age|ed)|took|tak(?:e|en|ing)|treated|infus|inject|inhal|suppl|appl|orally|intravenous|subcutaneous|daily|per day|a day|twice|weekly|times (?:a|per) week|sessions?)\w*/i;

/** How much was given, how often: the sentence with an amount, a way of giving and an arm's act. */
export const dose = (reading: Reading): Candidate[] =>
  ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (!toldIn(sentence) || sentence.kind === "caption" || sentence.role === "results")
        return [];
      const measure = amount.exec(sentence.text);
      if (!measure || !given.test(sentence.text) || others[0].test(sentence.text)) return [];
      const how =
        /\b(?:daily|per day|a day|twice|once|weekly|per week|a week|every|hourly|over \d+)\b/i;
      const arm = /\b(?:group|arm|random|assign|allocat|patients|participants|subjects|placebo)\b/i;
      const assay =
        /\b(?:assay|buffer|centrifug|incubat|serum|plasma|samples?|antibod|stain|reagent|kit|medium|cells?|concentration of)\b/i;
      return [
        {
          value: sentence.text,
          quote: sentence.text,
          near: sentence.start,
          score:
            weightOf(sentence) +
            (how.test(sentence.text) ? 1.5 : 0) +
            (arm.test(sentence.text) ? 1.5 : 0) +
            (/\bdos/i.test(sentence.text) ? 0.5 : 0) +
            (assay.test(sentence.text) ? -4 : 0),
          method: "sentence with an amount",
        },
      ];
    }),
  ).filter(({ score }) => score > 2);

const declared =
  /\b(?:(?:no|any|potential|declare\w*|report\w*|disclos\w*|state\w*)\b[^.;]{0,60}\b(?:conflicts?|competing|interests?|disclosures?)|conflicts? of interests?|competing interests?|(?:received|has received|have received)\b[^.;]{0,40}\b(?:honorari|consult|speaker|fees|grants? from)|employees? of|nothing to disclose|stockholder)/i;

export const interests = (reading: Reading): Candidate[] =>
  ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (sentence.kind === "heading" || !declared.test(sentence.text)) return [];
      if (sentence.text.split(/\s+/).length < 4) return [];
      const end = ["conflicts", "acknowledgements", "funding"].includes(sentence.role);
      const elsewhere = /interest|disclos|competing|conflict/i.test(sentence.section);
      if (
        !end &&
        !elsewhere &&
        ["results", "methods", "introduction", "discussion"].includes(sentence.role)
      )
        return [];
      return [
        {
          value: sentence.text,
          quote: sentence.text,
          near: sentence.start,
          score: (end || elsewhere ? 3 : 1) + (/\bdeclar|\bno\b/i.test(sentence.text) ? 1 : 0),
          method: "words of declaration",
        },
      ];
    }),
  );
