/** Doubts about how the study was done: design, allocation, blinding, times. Pure. */
import { namesTreatment } from "./arms.ts";
import { around, elsewhere, first, sentenceOf, telling, type Asked, type Doubt } from "./asked.ts";

const allocated =
  /\b(?:random\w*|quasi|controlled|cross-?over|cohort|case[- ]control|cross-sectional|observational|prospective|retrospective|single[- ]arm|before[- ]and[- ]after (?:study|design|trial)|factorial|parallel|open[- ]label|blind(?:ed)?)\b/i;
export function design(asked: Asked): string | undefined {
  const { value, quote } = asked.candidate;
  const own =
    /\b(?:trial|stud(?:y|ies)|design(?:ed)?|randomi[sz]ed (?:to|into)|randomly (?:assigned|allocated|divided)|were randomi[sz]ed)\b/i;
  return first(
    elsewhere(sentenceOf(asked)),
    !allocated.test(value) && "no word of how people came to their group, or were followed",
    !own.test(quote) && "the quote does not speak of the study's design",
    /\b(?:cluster(?:ing)?s? (?:algorithm|analysis|median)|k-means|random (?:effect|initiali|forest|intercept))/i.test(
      quote,
    ) && "the words are of a calculation, not of the design",
    /\b(?:participated in|selected for inclusion|data (?:from|of)|follow[- ]?up (?:of|study)|post[- ]hoc|secondary analysis|enrolled in)\b/i.test(
      quote,
    ) && "the quote speaks of the trial that the data come from",
  );
}

export function blinding(asked: Asked): string | undefined {
  return first(
    elsewhere(sentenceOf(asked)),
    !/blind|mask|unaware|open[- ]label/i.test(asked.candidate.value) && "no word of blinding",
  );
}

const otherTimes =
  /\b(?:smok\w*|diar(?:y|ies)|journal|worksheet|recall|questionnaire|history of|diagnos\w*|since|age[ds]?|old|older|years of age|educat\w*|experience|wash-?out|run-?in|previous|prior|preceding|past|last|before (?:the )?(?:study|enrol|inclusion|randomi)|within|shelf|storage|stored|incubat\w*|cultur\w*|half-life|life expectancy|expir\w*|contracepti\w*|GA|gestation\w*|amenorrh\w*|pregnan\w*|recruitment of|loan|borrow\w*|rental|window|interval between)\b/i;
const treating =
  /\b(?:treat\w*|therap\w*|interventions?|program(?:me)?s?|training|supplement\w*|receiv\w*|administ\w*|given|tak(?:e|en|ing)|took|infus\w*|diet|exercise|sessions?|dos\w*|double-blind|placebo|course|randomi[sz]ed (?:to|controlled|trial)|trial|study|period)\b/i;
const givenFor =
  /\b(?:treat\w*|therap\w*|interventions?|program(?:me)?s?|training|supplement\w*|receiv\w*|administ\w*|given|tak(?:e|en|ing)|took|infus\w*|diet|exercise|daily|twice|once|sessions?|dos\w*|double-blind|placebo|course)\b/i;
const following =
  /\b(?:follow(?:ed|ing)?[- ]?up|followed|assess\w*|measured|evaluat\w*|outcomes?|visits?|end ?points?|observ\w*|after|at|post)\b/i;
export function length(asked: Asked, ofTreatment: boolean): string | undefined {
  const { candidate } = asked;
  const { before, after } = around(candidate);
  const near = `${before} ${candidate.value} ${after}`;
  const close = `${before.slice(-35)} ${candidate.value} ${after.slice(0, 30)}`;
  return first(
    elsewhere(sentenceOf(asked)),
    /\b(?:from|between)\s+(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)\w*[ ,]/.test(
      near,
    ) &&
      !/follow/i.test(close) &&
      "the time is of recruiting",
    !ofTreatment &&
      /\b(?:admitted|admissions?|recruited|recruitment|enrolled)\b[^.;]{0,40}$/i.test(before) &&
      "the time is of recruiting",
    /\b(?:power|sample size|assum\w*)\b/i.test(near) && "the time is of a calculation",
    (otherTimes.test(close) ||
      /\b(?:diar(?:y|ies)|journal|worksheets?|recall|questionnaires?|gestation\w*|accelerometers?|borrow\w*|loans?|smok\w*|run-?in|wash-?out)\b/i.test(
        near,
      )) &&
      "the time is of something else",
    /\b(?:every|each|per|first|interval(?:s)? of|intervals?)\s*$/i.test(before) &&
      "the time is of an interval, not of the whole",
    /^[- ]?hours?\b|^\d+(?:\.\d+)?[- ]?hours?$/i.test(candidate.value) &&
      !/follow(?:ed)?[- ]?up|followed/i.test(close) &&
      "hours of something within the study",
    !ofTreatment &&
      /^\s*(?:[\p{L}]+\s)?(?:before|prior to|preceding)\b/iu.test(after) &&
      "the time is before what was done",
    /\b(?:AEs?|adverse|complaints?|mood|onset|lasted|persisted|continued)\b/i.test(close) &&
      "the time is of a complaint",
    ofTreatment
      ? first(
          !givenFor.test(close) && "the quote does not speak of treating",
          sentenceOf(asked)?.role === "results" &&
            "a time in the results, not how long was treated",
          !namesTreatment(asked) &&
            !/\b(?:treatment|intervention|supplementation|training) (?:period|phase|duration)\b|\b(?:double|single)-blind|\bplacebo\b/i.test(
              asked.candidate.quote,
            ) &&
            "the quote does not name what an arm was given",
          /\b(?:mortality|died|deaths?|surviv\w*|differ\w*)\b/i.test(close) &&
            "the time at which people were counted",
          /\b(?:rated|ratings?|recorded|recording)\b/i.test(close) &&
            "how long was recorded, not how long was treated",
          /\bafter\s*$/i.test(before) && "the time after which something came",
          /\bpost-?(?:treatment|intervention)|\bafter (?:the )?(?:treatment|intervention|end|completion)/i.test(
            close,
          ) && "the time is after the treatment",
          /\bfollow(?:ed)?[- ]?up\b|\bfollowed\b/i.test(close) &&
            "the time is of follow-up, not of treatment",
        )
      : /\d\.\d/.test(candidate.value) && !/\b(?:mean|median|average|follow\w*)\b/i.test(near)
        ? "the time after which something came"
        : !(following.test(near) || treating.test(near)) &&
          "the quote does not speak of following people",
  );
}

/** How the sequence was made is told of people or groups, not of stimuli or programs. */
export const allocating: Doubt = (asked) =>
  first(
    telling(/random|minimi[sz]|lots|coin|lottery|allocat|assign/i)(asked),
    /\b(?:blind|mask)\w*/i.test(asked.candidate.quote) &&
      !/\b(?:sequence|computer|list|block|envelope|generated|table)\w*/i.test(
        asked.candidate.quote,
      ) &&
      "the quote speaks of blinding",
    !/\b(?:allocat\w*|assign\w*|patients?|participants?|subjects?|children|women|groups?|arms?|treatments?|randomi[sz]ation|randomi[sz]ed)\b/i.test(
      asked.candidate.quote,
    ) && "the quote does not speak of people or groups",
  );

/** People who are lacking are counted; whom a rule would have taken out is no count. */
export const missing: Doubt = (asked) =>
  first(
    telling(/\d|one|two|three|four|five|six|seven|eight|nine|ten|no /i)(asked),
    /\bif\b.*\b(?:was|were|would be) (?:excluded|withdrawn)\b/i.test(asked.candidate.quote) &&
      "a rule on whom to exclude, not who was lacking",
  );
