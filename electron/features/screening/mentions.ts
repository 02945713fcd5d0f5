/**
 * How a sentence speaks of what it names: as part of the study, in passing, or to say that it is not there.
 * Only wordings that deny a thing's presence count; "no difference between A and B" denies nothing of A and B.
 */

/** Before the thing, in the same clause and at most five words off. */
const deniedAhead =
  /\b(?:exclud(?:ed|es|ing)|exclusion criteri(?:a|on)(?: (?:were|was|included?|comprised))?|without(?: (?:a|any|known|prior|previous|concomitant|evidence of|history of|signs of))*|(?:did|do|does) not (?:have|suffer from|show (?:signs|symptoms) of|demonstrate|exhibit|experience|present with)|(?:had|have|has|having|with) no(?: (?:history|evidence|signs|symptoms|diagnosis) of)?|no (?:history|evidence|signs|symptoms|diagnosis) of|not (?:diagnosed with|suffering from|due to)|free (?:of|from)|absence of|other than|rather than|except(?: for)?|instead of|neither|negative for|ineligible|not eligible)(?:[\s:]+(?!and\b|but\b)[^\s,;:.()]+){0,5}[\s:(]*$/i;
/** Behind it, in the same clause. */
const deniedBehind =
  /^[^,;.]{0,60}?\b(?:(?:was|were|are|is|being|been) (?:not (?:included|eligible|enrolled|allowed|considered|studied)|excluded|ineligible|ruled out)|(?:was|were) (?:an )?exclusion criteri(?:a|on))\b/i;
/** A list of what was excluded goes on over commas. */
const deniedList =
  /\b(?:exclud(?:ed|ing)|exclusion criteri(?:a|on)(?: (?:were|was|included?|comprised))?)\s*(?::|were|if|patients|subjects|those|women|men|who|with|had|,|\s)*[^.;]{0,120}$/i;
const notExcluded = /\b(?:not|never|nor) (?:be |been )?exclud/i;

/** A score, scale or society that bears the thing's name is not the thing. */
const namesakes =
  /^(?:[\s-]+(?:outcomes?|symptoms?|quality of life|disability|severity|impact|research|international))*[\s-]+(?:scores?|scales?|ind(?:ex|ices)|questionnaires?|inventory|societ(?:y|ies)|associations?|foundation|network)\b/i;

export function isNamesake(sentence: string, end: number): boolean {
  return namesakes.test(sentence.slice(end, end + 80));
}

/** Whether the words from `start` to `end` of a sentence are said to be absent, or left out of the study. */
export function isDenied(sentence: string, start: number, end: number): boolean {
  const ahead = sentence.slice(Math.max(0, start - 160), start);
  const behind = sentence.slice(end);
  if (notExcluded.test(ahead) || notExcluded.test(behind.slice(0, 80))) return false;
  return deniedAhead.test(ahead) || deniedList.test(ahead) || deniedBehind.test(behind);
}

/** Whether the thing is named only as part of a mixture: "mixed urge-stress incontinence" is no stress incontinence. */
export function isBlended(sentence: string, start: number, end: number): boolean {
  return /\b(?:mixed|combined)\b/i.test(sentence.slice(Math.max(0, start - 30), end + 10));
}

const people =
  /\b(?:patients?|wom[ae]n|m[ae]n|participants?|subjects?|volunteers?|children|adults?|girls?|boys?|infants?|residents?|outpatients?|cases?|rats?|mice|rabbits?|dogs?|sheep|knees?|n\s*=\s*\d+|\d{2,})\b/i;
const doing =
  /\b(?:we|was|were|had|randomi[sz]\w+|assigned|allocated|enrol\w+|recruited|included|eligible|received|treated|underwent|completed|investigat\w+|evaluat\w+|compar\w+|assess\w+|examin\w+|determin\w+|stud(?:y|ied)|objective|aim|purpose|measured|collected)\b/i;

const elsewhere =
  /\b(?:whether|needed|need for|required|should|future|further|warrant\w*|recommend\w*|await\w*|ha(?:s|ve) been|previous(?:ly)?|in the literature)\b/i;

/** Whether a sentence speaks of other studies, past or wished for: "large trials are needed" is no trial. */
export function tellsOfOthers(sentence: string): boolean {
  return (
    elsewhere.test(sentence) &&
    !/\b(?:we|our|this (?:study|trial|review|report|paper))\b/i.test(sentence)
  );
}

/** Whether a sentence tells of the study itself, its people or what was done, and not of the world at large. */
export function tellsOfStudy(sentence: string): boolean {
  return doing.test(sentence) && (people.test(sentence) || /\b(?:we|this|our)\b/i.test(sentence));
}
