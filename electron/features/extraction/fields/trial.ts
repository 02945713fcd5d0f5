/** How, where, when and by whom the trial was done. */
import { findRegistrations } from "../identifiers.ts";
import { countries, demonyms } from "./countries.ts";
import { ranked, weightOf, type Candidate, type Reading } from "./reading.ts";
import type { Sentence } from "../sentences.ts";

const designs = [
  /randomi[sz]ed(?:[- ](?:controlled|clinical|comparative))?(?:[- ](?:trial|study))?/i,
  /quasi[- ](?:experimental|randomi[sz]ed)/i,
  /(?:double|single|triple|observer|assessor|investigator)[- ](?:blind(?:ed)?|masked)|(?:double|single)[- ]blind|unblinded|non-blinded/i,
  /open[- ]label/i,
  /placebo[- ]controlled|sham[- ]controlled|active[- ]controlled/i,
  /parallel(?:[- ](?:group|arm|design))*s?/i,
  /cross-?over/i,
  /cluster[- ](?:randomi[sz]ed|trial)?/i,
  /factorial/i,
  /stepped[- ]wedge/i,
  /non-?inferiority|equivalence trial|superiority/i,
  /multi-?cent(?:er|re)|single-?cent(?:er|re)/i,
  /pilot|feasibility/i,
  /single[- ]arm|before[- ]and[- ]after|pre-?post/i,
  /prospective|retrospective/i,
  /cohort|case[- ]control|cross-sectional|case series|observational/i,
  /phase (?:[1-4]|I{1,3}V?|IV)[ab]?\b/,
];

/** The design in the paper's own words, put together from the sentence that says most of them. */
export function design(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const weight = weightOf(sentence);
      if (weight <= 0 || sentence.role === "results") return [];
      const found = designs.flatMap((pattern) => {
        const match = pattern.exec(sentence.text);
        return match && match[0].trim() ? [{ at: match.index, text: match[0].trim() }] : [];
      });
      if (found.length === 0) return [];
      const value = found
        .toSorted((a, b) => a.at - b.at)
        .map((one) => one.text)
        .filter(
          (text, index, all) =>
            !all.some(
              (other, at) => at !== index && other.toLowerCase().includes(text.toLowerCase()),
            ),
        )
        .join(", ");
      const says = /\b(?:trial|study|design)\b/i.test(sentence.text) ? 1 : 0;
      const declares = /\b(?:this|present|was|were|conducted|performed|designed|we)\b/i.test(
        sentence.text,
      )
        ? 1
        : 0;
      const cites = /\b(?:previous|other|several|recent|earlier|meta-analys|review)\b/i.test(
        sentence.text,
      )
        ? -3
        : 0;
      return [
        {
          value,
          quote: sentence.text,
          near: sentence.start,
          score:
            weight +
            found.length +
            says +
            declares +
            cites +
            (/design/i.test(sentence.section) ? 1 : 0),
          method: "design words",
        },
      ];
    }),
  );
}

export function registration(reading: Reading): Candidate[] {
  const { paper, sentences } = reading;
  return ranked(
    findRegistrations(paper.text).flatMap((found): Candidate[] => {
      const sentence = sentences.find((one) => one.start <= found.start && one.end >= found.end);
      if (!sentence) return [];
      const own = /regist|trial|clinicaltrials/i.test(sentence.text + sentence.section) ? 2 : 0;
      return [
        {
          value: found.value,
          quote: sentence.text,
          near: sentence.start,
          score: own + weightOf(sentence),
          method: "registry number pattern",
          words: (quote) => quote.replaceAll(/\s+/g, "").includes(found.value),
        },
      ];
    }),
  );
}

const funders =
  /\b(?:funded|supported|sponsored|financed|funding (?:was|for)[^.]{0,40}?(?:provided|received|obtained))\b[^.]*?\b(?:by|from)\s+(?:an?\s+)?(?:(?:research |unrestricted |educational )*grants?\s+(?:\([^)]*\)\s+)?(?:from|by|of)\s+)?(?:the\s+)?((?:[^.;()]|(?<=\b[A-Z])\.(?=\s?[A-Z])|(?<=\bU\.S)\.){3,150})/i;
const grants =
  /\b(?:grants?|funding|financial support|fellowship|scholarship)s?\b[^.;]{0,50}?\b(?:from|by|of)\s+(?:the\s+)?((?:[^.;()]|(?<=\b[A-Z])\.(?=\s?[A-Z])|(?<=\bU\.S)\.){3,150})/i;
const none =
  /\b(?:no (?:specific |external |outside )?(?:funding|financial support|grant)|(?:did not receive|received no|without) (?:any )?(?:specific )?(?:funding|grant|financial))[^.;]*/i;

export function funding(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const match =
        none.exec(sentence.text) ?? funders.exec(sentence.text) ?? grants.exec(sentence.text);
      if (
        !match ||
        /\bsupported by (?:the |these |our |this )?(?:finding|result|evidence|data|stud)/i.test(
          sentence.text,
        )
      )
        return [];
      const section =
        ["funding", "acknowledgements", "conflicts"].includes(sentence.role) ||
        /fund|acknowledg|support|disclos/i.test(sentence.section)
          ? 4
          : 0;
      const opening = /^(?:this|the) (?:study|work|trial|research|project)|funding|financial/i.test(
        sentence.text,
      )
        ? 2
        : 0;
      const late =
        sentence.role === "introduction" ||
        sentence.role === "discussion" ||
        sentence.role === "results"
          ? -3
          : 0;
      return [
        {
          value: (match[1] ?? match[0]).trim().replace(/,$/, ""),
          quote: sentence.text,
          near: sentence.start,
          score: section + opening + late,
          method: "funding words",
        },
      ];
    }),
  ).filter((one) => one.score > 0);
}

export const countryPattern = new RegExp(
  String.raw`\b(?<!\bBeth )(?:${countries.join("|")})\b`,
  "g",
);
const demonymPattern = new RegExp(String.raw`\b(?:${Object.keys(demonyms).join("|")})\b`, "g");

/** The country named where the paper says where it was done, else in the authors' addresses. */
export function country(reading: Reading): Candidate[] {
  const candidates = reading.sentences.flatMap((sentence): Candidate[] => {
    const weight = countryWeight(sentence);
    const named = [...sentence.text.matchAll(countryPattern)]
      .map((match) => match[0])
      .filter((name) => !madeThere(sentence.text, name));
    const people = [...sentence.text.matchAll(demonymPattern)].map((match) => match[0]);
    return [
      ...named.map((name): Candidate => ({
        value: canonical(name),
        quote: sentence.text,
        near: sentence.start,
        score: weight,
        method: "country name",
        words: (quote) => quote.includes(name),
      })),
      ...people.map((name): Candidate => ({
        value: demonyms[name] ?? name,
        quote: sentence.text,
        near: sentence.start,
        score: weight - 1.5,
        method: "nationality",
        words: (quote) => quote.includes(name),
      })),
    ];
  });
  const votes = new Map<string, number>();
  for (const one of candidates) votes.set(one.value, (votes.get(one.value) ?? 0) + 1);
  return ranked(
    candidates.map((one) => ({
      ...one,
      score: one.score + Math.min(3, (votes.get(one.value) ?? 0) * 0.4),
    })),
  ).filter((one) => one.score > 0);
}

function countryWeight(sentence: Sentence): number {
  const place =
    /\b(?:conducted|performed|carried out|recruited|enrolled|took place|cent(?:er|re)s? in|hospitals?|clinics?|universit|approved|ethic|setting|admitted|study was)\b/i.test(
      sentence.text,
    )
      ? 2
      : 0;
  const base: Record<string, number> = {
    methods: 3,
    abstract: 3,
    title: 4,
    front: 2,
    other: 1,
    results: 0.5,
    introduction: -2,
    discussion: -3,
  };
  return (base[sentence.role] ?? 0) + place;
}

/** Makers of devices and software are named with their country: "(SPSS Inc., Chicago, USA)". */
function madeThere(text: string, name: string): boolean {
  const at = text.indexOf(name);
  const open = text.lastIndexOf("(", at);
  return (
    open >= 0 &&
    text.indexOf(")", open) > at &&
    /\b(?:Inc|Ltd|Co|Corp|GmbH|version|SPSS|SAS|Stata|AG|LLC|Sigma|Pharma|Company|AB|Laborator)/.test(
      text.slice(open, at + 10),
    )
  );
}

const canonical = (name: string): string =>
  ({
    USA: "United States",
    "U.S.A": "United States",
    "United States of America": "United States",
    UK: "United Kingdom",
    England: "United Kingdom",
    Scotland: "United Kingdom",
    Wales: "United Kingdom",
    "The Netherlands": "Netherlands",
    "the Netherlands": "Netherlands",
  })[name] ?? name;

const places =
  /\b((?:[\p{Lu}][\p{L}’'.-]+\s+(?:(?:of|de|for|and|the|di|del)\s+)?){0,6}(?:University|Hospital|Hospitals|Clinic|Institute|Medical Cent(?:er|re)|College|Cent(?:er|re)|School)(?:\s+(?:of|de|for)\s+(?:[\p{Lu}][\p{L}’'-]+\s?)+)?|(?:\p{L}+\s+){0,3}(?:hospitals?|clinics?|primary care|general practices?|intensive care units?|ICUs?|emergency departments?|(?:out|in)patient (?:clinics?|departments?|units?|wards?)|outpatients?|inpatients?|nursing homes?|schools?|universit(?:y|ies)|drug shops|health cent(?:er|re)s?|laborator(?:y|ies)|communit(?:y|ies)|online|web-based))\b/u;

export function setting(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      if (!["methods", "abstract", "other"].includes(sentence.role)) return [];
      const match = places.exec(sentence.text);
      if (!match?.[1] || /software|\bSAS\b|SPSS|statistical/i.test(sentence.text)) return [];
      const says =
        /\b(?:conducted|performed|carried out|recruited|took place|setting|undertaken|enrolled|admitted|attending|visited)\b/i.test(
          sentence.text,
        )
          ? 3
          : 0;
      const ethics = /\bethic|approved|committee|review board|consent\b/i.test(sentence.text)
        ? -3
        : 0;
      return says > 0
        ? [
            {
              value: match[1]
                .trim()
                .replace(
                  /^(?:(?:to|at|in|from|of|the|a|an|and|by|for|with|was|were|recruited|conducted|performed|enrolled|carried|out|study|trial|undertaken|admitted|attending)\s+)+/i,
                  "",
                ),
              quote: sentence.text,
              near: sentence.start,
              score:
                weightOf(sentence) +
                says +
                ethics +
                (/setting|participants|design|patients/i.test(sentence.section) ? 1 : 0),
              method: "place words",
            },
          ]
        : [];
    }),
  );
}

const span = String.raw`((?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty-four)[-\s]?(?:day|week|month|year|hour)s?)`;
const durations: [RegExp, number][] = [
  [new RegExp(String.raw`\bfollow(?:ed)?[- ]?up\b[^.;\d]{0,40}?\b${span}`, "i"), 4],
  [new RegExp(String.raw`\b${span}[- ](?:of )?follow[- ]?up`, "i"), 4],
  [
    new RegExp(
      String.raw`\bfollowed (?:up )?(?:for|until|over)\s+(?:up to |a (?:mean|median) of )?${span}`,
      "i",
    ),
    4,
  ],
  [new RegExp(String.raw`\b(?:duration|period)\b[^.;\d]{0,30}?\b${span}`, "i"), 2],
  [
    new RegExp(
      String.raw`\b${span}[- ](?:(?:double|single)-blind|randomi[sz]ed|intervention|treatment|trial|study|period|program(?:me)?|parallel|prospective|supplementation)`,
      "i",
    ),
    2.5,
  ],
  [
    new RegExp(
      String.raw`\b(?:for|over|during|at|after)\s+(?:a (?:period|total) of\s+)?${span}`,
      "i",
    ),
    1,
  ],
];

export function duration(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const weight = weightOf(sentence);
      if (weight <= 0) return [];
      return durations.flatMap(([pattern, worth]): Candidate[] => {
        const match = pattern.exec(sentence.text);
        return match?.[1]
          ? [
              {
                value: match[1].trim(),
                quote: sentence.text,
                near: sentence.start,
                score: weight + worth + (sentence.role === "results" ? -1 : 0),
                method: "duration words",
              },
            ]
          : [];
      });
    }),
  );
}
