/** Doubts about who took part: which people, how many, how old and of which sex. Pure. */
import { findNumbers } from "../../numbers.ts";
import { findArms } from "../arms.ts";
import { sampleSize as sizesIn } from "../people.ts";
import {
  around,
  elsewhere,
  first,
  inTable,
  oneGroup,
  sentenceOf,
  unbalanced,
  type Asked,
} from "./asked.ts";

export function population(asked: Asked): string | undefined {
  const { value, quote } = asked.candidate;
  const who =
    /\b(?:with|who|aged?|undergoing|diagnosed|suffering|admitted|scheduled|at (?:high |increased )?risk|having|receiving|requiring|following|after|older|pregnant|healthy|obese|diabetic|hypertensive|elderly|\w+ic|\w+al)\b/i;
  return first(
    elsewhere(sentenceOf(asked)),
    /\b(?:were|was) (?:excluded|not (?:eligible|included))\b|\bexclusion\b|\bexcluded\b/i.test(
      quote,
    ) &&
      !/\binclu(?:ded|sion)\b/i.test(quote) &&
      "the quote tells who was left out",
    (!who.test(value) ||
      /^(?:with |the |all )*(?:participants|patients|subjects|volunteers|individuals)$/i.test(
        value,
      )) &&
      "the value does not say which people they were",
    /\b(?:consent|contact)\b|\bwere (?:recruited|enrolled|randomi[sz]ed|included|assigned|allocated)\b/i.test(
      value,
    ) && "the value does not say which people they were",
    !someone.test(value) && "the value names no people",
    /^(?:the )?(?:control|intervention|treatment|experimental|placebo|total|whole) (?:group|arm|sample)\b/i.test(
      value,
    ) && "the value is of a part of them, or says nothing of them",
    /\([A-Z]\p{L}+ (?:and|&|et)[^)]*\d{4}/u.test(quote) && "the sentence speaks of other studies",
    /\b(?:considered to|defined as)\b/i.test(quote) && "a definition, not who took part",
    /^[^,;]*?\b(?:was|were|is|are|includes?|remained|working|of the|interviews?|number of)\b/i.test(
      value.slice(0, Math.max(0, value.search(someone))),
    ) && "the value is a part of a sentence on something else",
    /^\s*,/.test(around(asked.candidate).after) &&
      value.split(/\s+/).length < 4 &&
      "the words are cut off",
    !entered.test(quote) &&
      !/\b(?:with|undergoing|aged)\b/i.test(value) &&
      "the quote does not say that they took part",
    /\bwho (?:participated|completed|took part|received|selected|were selected|were classified|declined|reached|responded|withdrew)\b/i.test(
      value,
    ) && "the value does not say which people they were",
    /^(?:[\p{L}-]+\s+){0,3}(?:data|communications?|interviews?|information|expression|samples)\b/iu.test(
      value,
    ) && "the value is not of people",
    (/^(?:assumed|analysis|this|these|which|that)\b/i.test(value) ||
      /\bwho (?:were|was|are|is|had)(?: \w+)?$/i.test(value)) &&
      "the value is a part of a sentence on something else",
    /\bcontraindicat\w*/i.test(quote) &&
      !/\binclu(?:ded|sion)\b/i.test(quote) &&
      "the quote tells who was left out",
    /\b(?:points?|higher|lower|better|worse)\b/i.test(
      value.slice(0, Math.max(0, value.search(someone))),
    ) && "a finding, not who took part",
    /^the cases\b/i.test(value) && "the value is of a part of them",
    /^(?:subjects?|patients?|participants?|volunteers?) (?:were|was|in|from|received|are)\b/i.test(
      value,
    ) &&
      !/\b(?:with|aged|who)\b/i.test(value) &&
      "the value does not say which people they were",
    /\b(?:missing|per group|respectively)\b/i.test(value) &&
      "the value is a count of a part of them",
  );
}

const someone =
  /\b(?:patients?|participants?|subjects?|individuals?|volunteers?|children|adolescents?|infants?|neonates?|newborns?|women|men|adults?|girls|boys|persons?|people|students?|couples|fathers|mothers?|parents|veterans?|residents?|outpatients?|inpatients?|survivors?|caregivers?|smokers?|cases|workers?|nurses?|athletes?|players?|males|females|pairs|households|physicians?|drinkers|users)\b/i;
const entered =
  /\b(?:recruit\w*|enrol\w*|random\w*|includ\w*|inclusion|particip\w*|eligib\w*|assign\w*|allocat\w*|took part|stud(?:y|ied)|trial|evaluated)\b/i;
/** The largest count of people in the quote, those left aside who only were looked at. */
function largerCount(quote: string): number {
  const counts = [
    ...quote.matchAll(
      /(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)\s+(?:[\p{L}-]+\s+){0,3}?(?:patients?|participants?|subjects?|women|men|children|infants?|newborns?|adults|students|individuals|volunteers)\b(?![^.;]{0,50}\b(?:screened|assessed|approached|invited|eligible|contacted|considered|identified|registered|interested|excluded)\b)/giu,
    ),
  ].map(([, number = ""]) => Number(number.replaceAll(",", "")));
  const asided =
    /\b(?:screened|assessed|approached|invited|eligible|contacted|considered|identified)\b/i;
  return asided.test(quote) ? 0 : Math.max(0, ...counts);
}

export function sampleSize(asked: Asked): string | undefined {
  const { candidate, reading } = asked;
  const { before, after } = around(candidate);
  const number = findNumbers(candidate.value)[0]?.value ?? Number.NaN;
  const arms = findArms(reading).filter(({ size }) => size !== null && size > 2);
  const largest = Math.max(0, ...arms.map(({ size }) => size ?? 0));
  const total = arms.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return first(
    elsewhere(sentenceOf(asked)),
    !(number >= 8) && "so few are a part of a sentence on something else",
    !someone.test(candidate.quote) && "the quote does not speak of people",
    largerCount(candidate.quote) > number && "the quote counts more people: this is a part of them",
    /\b(?:after|group \w+) \(?$/i.test(before) && "the number is of a part of them",
    /^[^.;,]{0,30}\bcomplet\w+/i.test(after) &&
      !/random/i.test(after) &&
      "the number is of those who completed the study",
    /\b(?:every|each|per|blocks? (?:sizes? )?of|groups? of|sets? of|at least|least|another|additional|further|than)\s*$/i.test(
      before,
    ) && "the number is of a part, or a bound",
    /^\s*(?:[\p{L}-]+\s){0,2}(?:returned|replied|responded|applied|attended)\b/iu.test(after) &&
      "the number is of people who answered, not of those who took part",
    /^\s*potential\b/i.test(after) && "the number is of people who could have taken part",
    /^\s\d{3}\b/.test(after) && "the number goes on",
    /^\s*(?:[\p{L}-]+\s){0,2}(?:clusters?|practices|sites|schools|villages|hospitals|cent(?:er|re)s|wards|eyes|teeth|samples)\b/iu.test(
      after,
    ) && "the number is not of people",
    /\bsub(?:set|group|sample)s?\b/i.test(candidate.quote) &&
      "the quote speaks of a part of the people",
    /^\s*(?:[\p{L}-]+\s){0,3}(?:per|in each|in either)\b/iu.test(after) &&
      "the number is of each group",
    /\b(?:need|required|necessary|calculat|power|detect|assum|anticipat|estimat|target|planned|aim(?:ed)? to (?:recruit|enrol))\w*/i.test(
      candidate.quote,
    ) &&
      !/\b(?:were|was) (?:\w+ )?(?:random|enrol|includ|recruit|assign|allocat|analy)\w*/i.test(
        candidate.quote,
      ) &&
      "the quote tells how many were planned",
    /^\s*(?:[\p{L}-]+\s){0,4}(?:were |was |had been )?(?:screened|assessed for|approached|invited|contacted|identified|interested|excluded|declined|withdrew|lost|dropped|refused|died|did not)\b/iu.test(
      after,
    ) && "the number is of people screened or lost",
    arms.length >= 2 && number < largest && `one arm alone had ${largest}`,
    arms.length >= 2 &&
      number < total &&
      arms.some(({ size }) => size === number) &&
      "the number is of one arm",
  );
}

const otherAges =
  /\b(?:smok\w*|educat\w*|schooling|experience|since diagnosis|disease duration|duration of|age at (?:onset|diagnosis|menarche|menopause|first)|menarche|gestational age|age[- ]adjusted|age[- ]matched|age[- ]standardi[sz]ed|bone age|symptoms? for)\b/i;

export function age(asked: Asked): string | undefined {
  const { candidate, field } = asked;
  const asksMean = /\b(?:mean|average|median)\b/i.test(field.name);
  const isMean =
    /\b(?:mean|average|median)\s+(?:\p{L}+\s+)?age\b[^.;\d]*$/iu.test(around(candidate).before) ||
    /\b(?:mean|average|median|SD)\b|±|\+\/-|\+-|\d\s*\(\s*\d/i.test(candidate.value);
  const { before, after } = around(candidate);
  const near = `${before.slice(-40)}${candidate.value}${after.slice(0, 25)}`;
  return first(
    elsewhere(sentenceOf(asked)),
    unbalanced(candidate.value) && "the words are cut off",
    /\b(?:among|these)\b|\bof (?:the|all)\s+\d+$/i.test(candidate.value) &&
      "the number is not the age",
    /^(?:maternal|mothers?|fathers?|parental|paternal|caregiver)/i.test(candidate.value) &&
      !/\b(?:maternal|mother|father|parent|caregiver)/i.test(field.name) &&
      "the age is of somebody else",
    otherAges.test(near) && "the number is of something else than the people's age",
    asksMean &&
      !isMean &&
      !(
        inTable(asked) &&
        /^(?:mean|median|average)|\bmean\b|\bSD\b|,? years?\b/i.test(candidate.value) &&
        /\d\.\d|\(/.test(candidate.value)
      ) &&
      "a range or limit of age, not the mean that is asked for",
    asksMean &&
      /\bn\s*\(%\)|%/i.test(candidate.value) &&
      "shares of age groups, not the mean that is asked for",
    !inTable(asked) &&
      (oneGroup.test(after) || /\bgroup(?: (?:had|was|were)\b|[;:,])/i.test(before)) &&
      "the number is of one group only",
    /\b(?:exclu|inclusion|eligib|criteria)\w*/i.test(candidate.quote) &&
      asksMean &&
      "the quote gives who was eligible",
  );
}

/** Counts of the sexes in a sentence, and whether they can be all people of the trial. */
function countsAll({ candidate, reading }: Asked): boolean {
  const size = Number(sizesIn(reading)[0]?.value ?? Number.NaN);
  const counts = [
    ...candidate.quote.matchAll(
      /\b(\d+|\p{L}+(?:-\p{L}+)?)\s+(?:(?:\(\d[^)]*\)|were|was|healthy)\s+)?(?:wom[ae]n|females?|m[ae]n|males?|girls|boys)\b/giu,
    ),
  ]
    .map(([, number = ""]) => findNumbers(number)[0]?.value ?? Number.NaN)
    .filter((number) => number > 0);
  if (/\d\s*%/.test(candidate.value) || counts.length === 0 || Number.isNaN(size)) return true;
  return (
    counts.reduce((sum, one) => sum + one, 0) >= 0.8 * size && counts.every((one) => one <= size)
  );
}

const sexLabel =
  /^(?:sex|gender|(?:fe)?males?|(?:wo)?m[ae]n|boys?|girls?|no|n|number|percent\w*|frequency|of|or|and|vs|f|m|patients|participants|subjects|ratio|baseline|distribution|[^\p{L}])+$/iu;
export function sex(asked: Asked): string | undefined {
  const { candidate } = asked;
  if (inTable(asked))
    return first(
      !sexLabel.test(candidate.value.split(";")[0] ?? "") &&
        "the row is of something that women or men did",
      /(?:^|[;(\s])[-−–]\d/.test(candidate.value) && "coefficients, not counts of people",
    );
  const { after, before } = around(candidate);
  return first(
    elsewhere(sentenceOf(asked)),
    /\b(?:pregnan|lactat|childbearing|menopaus|excluded|eligib|criteria|contracept)\w*/i.test(
      candidate.quote,
    ) && "the quote tells who was eligible",
    oneGroup.test(after) && "the number is of one group only",
    !countsAll(asked) && "these are not all people of the study",
    /\b(?:who )?received\b|\bgroup\b/i.test(before) && "the number is of one group only",
    /\b(?:aged?|years?|weeks?|months?|[<>≥≤=±])\s*$/i.test(before) &&
      "the number is of something else",
    /\d\s*(?:lb|kg|g|mg|cm|mm|ml|years?|months?)\b/i.test(candidate.value) &&
      !/\baged?\b|\bold\b/i.test(candidate.value) &&
      "an amount, not a count of people",
    /^(?:and|or|in|of|for|the|age)\b/i.test(candidate.value) && "the number is of something else",
    !/^\W*(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|all|half|most|wom|fem|male|m[ae]n|girl|boy)/i.test(
      candidate.value,
    ) && "no count stands before the sex",
  );
}
