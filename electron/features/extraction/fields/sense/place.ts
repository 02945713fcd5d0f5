/** Doubts about where the study was done, who paid it and where it is registered. Pure. */
import { countryPattern } from "../trial.ts";
import { elsewhere, first, sentenceOf, type Asked } from "./asked.ts";

const maker =
  /\b(?:Inc|Ltd|Co|Corp|GmbH|AG|LLC|S\.?A|Pty|BV|AB)\b|\b(?:kits?|software|system|device|version|assay|ELISA|instrument|manufactur\w*|purchased|obtained from|supplied by|scanner|analy[sz]er|monitor|equipment|machine|reagents?|compan(?:y|ies)|pharmaceuticals?)\b/i;
const people =
  /\b(?:patients?|participants?|subjects?|women|men|children|volunteers?|residents?|recruit\w*|enrol\w*|conducted|carried out|performed|took place|hospitals?|clinics?|cent(?:er|re)s?|universit\w+|practices|schools?|villages?|district|province|city|population|this (?:study|trial))\b/i;

/** "(LapMentor, Simbionix, Israel)": a country that ends a bracketed list of names is a maker's address. */
const makersAddress = /\([^()]*\p{Lu}[^(),]*,\s*\p{Lu}[^()]*\)/u;

/** Another country than the candidate's stands where the paper tells of its people or its conduct. */
function toldElsewhere({ candidate, reading }: Asked): boolean {
  return reading.sentences.some(({ role, text }) => {
    if (!["title", "abstract", "methods"].includes(role) || !people.test(text)) return false;
    const named = [...text.matchAll(countryPattern)].map(([name]) => name);
    return named.length > 0 && !maker.test(text) && !candidate.words?.(text);
  });
}

export function country(asked: Asked): string | undefined {
  const { quote } = asked.candidate;
  const sentence = sentenceOf(asked);
  const bracketed = [...quote.matchAll(/\([^()]*\)/g)].map(([words]) => words);
  const outside = bracketed.reduce((left, words) => left.replace(words, " "), quote);
  if (sentence?.role === "title") return undefined;
  if (sentence?.role === "front")
    return toldElsewhere(asked)
      ? "an author's address, while the paper names another country for the study"
      : undefined;
  return first(
    elsewhere(sentence),
    maker.test(quote) &&
      !/\b(?:recruit\w*|enrol\w*|conducted|carried out|took place|hospitals? in)\b/i.test(quote) &&
      "the quote names where something was made, not where the study was done",
    /\b(?:registry|registered|guidelines?|supported by|funded by|grant|criteria|version of)\b/i.test(
      quote,
    ) &&
      !/\b(?:recruit\w*|enrol\w*|conducted|carried out|took place)\b/i.test(quote) &&
      "the quote names a registry, a guideline or a funder, not where the study was done",
    !asked.candidate.words?.(outside) &&
      bracketed.some((words) => makersAddress.test(words)) &&
      !/\b(?:hospitals?|universit\w+|institut\w+|clinics?|cent(?:er|re)s?|committee|ethic\w*)\b/i.test(
        quote,
      ) &&
      "the quote names where something was made, not where the study was done",
    /\b(?:views|opinions?) of\b|\bgovernment\b/i.test(quote) &&
      !/\b(?:recruit\w*|enrol\w*|conducted|took place|ethic\w*|hospitals?)\b/i.test(quote) &&
      "the quote names a government",
    /\b(?:conference(?! on harmoni)|congress|meeting|symposium|annual session)\b/i.test(quote) &&
      !/\b(?:recruit\w*|enrol\w*|conducted|took place)\b/i.test(quote) &&
      "the quote names where the results were told",
    (sentence?.role === "acknowledgements" || sentence?.role === "conflicts") &&
      "it stands among the thanks, not where the study is told",
    /\b(?:million|prevalence|incidence|burden|disease of|worldwide)\b/i.test(quote) &&
      "the quote speaks of a disease in general",
    !people.test(quote) && "the quote does not say that the study was done there",
  );
}

export function setting(asked: Asked): string | undefined {
  const { quote } = asked.candidate;
  const says =
    /\b(?:recruit\w*|enrol\w*|conducted|performed|carried out|took place|undertaken|admitted|attending|visited|setting|treated (?:at|in))\b/i;
  return first(
    elsewhere(sentenceOf(asked)),
    /\b(?:ethic\w*|approv(?:ed|al)|review board|committee)\b/i.test(quote) &&
      !/\b(?:recruit\w*|enrol\w*|took place|carried out|conducted at|conducted in)\b/i.test(
        quote,
      ) &&
      "the quote tells who approved the study",
    !says.test(quote) && "the quote does not say that the study was done there",
    /\b(?:fulfill?|attend|could|not|who|which|we)\b/i.test(asked.candidate.value) &&
      "the value is a part of a sentence on something else",
    /\b(?:criteria of|measurements?|tests?|ECG|analy[sz]ed|researchers|material)\b/i.test(quote) &&
      !/\b(?:recruit\w*|enrol\w*|admitted)\b/i.test(quote) &&
      "the quote tells where something else was done",
    /^(?:safety|clinical|central|local|hospital) laborator/i.test(asked.candidate.value) &&
      "the value is of tests, not of a place",
    /\bcollege of\b/i.test(asked.candidate.value) &&
      /\bcriteria\b/i.test(quote) &&
      "the quote names who made the criteria",
    /\bonline\b|\bweb-based\b/i.test(asked.candidate.value) &&
      !/\b(?:recruit\w*|conducted|performed|carried out)\b[^.;]{0,25}\b(?:online|web-based)\b/i.test(
        quote,
      ) &&
      "the words are not of a place",
    (/\bguidelines?\b/i.test(quote) ||
      /^(?:as|well|during|lieu|before|after)\b/i.test(asked.candidate.value)) &&
      "the words are not of a place",
  );
}

export function registration(asked: Asked): string | undefined {
  return elsewhere(sentenceOf(asked));
}

export function funding(asked: Asked): string | undefined {
  const { value, quote } = asked.candidate;
  const none = /\b(?:no|not|without|none)\b/i.test(value);
  return first(
    elsewhere(sentenceOf(asked)),
    !/\b(?:fund\w*|support\w*|grants?|sponsor\w*|financ\w*|fellowship|scholarship|award\w*)\b/i.test(
      quote,
    ) && "no word of who paid",
    none &&
      !/\b(?:fund|grant|financial (?:support|assistance)|sponsor|support)\w*/i.test(value) &&
      "the words are not on funding",
    !none && !/\p{Lu}/u.test(value) && "no body that paid is named",
    /\b[A-Z]$/.test(value) && "the words are cut off",
    /\b(?:honorari\w*|consult\w*|speakers?|advisory|employ\w*|holds?)\b/i.test(quote) &&
      "the quote declares interests, not who paid the study",
    /\bunrelated to\b|\boutside the submitted\b/i.test(quote) && "what was paid is not this study",
    /\b(?:support(?:ed|s)? (?:by|the) (?:the |these |our |this )?(?:finding|result|evidence|data|hypothesis|observ|fact))\b/i.test(
      quote,
    ) && "the words are not on funding",
  );
}
