/** What counts as the same word when criteria are read against abstracts. */

const stopWords = new Set(
  "a about above after all also an and any are as at be been being below between both but by can did do does due during each either etc for from had has have having he her his how if in including included include excluded exclude into is it its least less may more most must no nor not of off on only or other our out over own per same she should since so some such than that the their them then there these they this those through to too two under until up upon used using very was we were what when where which while who whom why will with within without would you your study studies trial trials patient patients participant participants people person subjects who whose eligible eligibility criteria criterion compared comparison versus vs reported report reports measured effect effects outcome outcomes treatment treatments treated therapy group groups years year months month weeks week days day older younger aged age ages".split(
    " ",
  ),
);

/** Stems by word: the same words come again and again. Emptied when it grows past a review's vocabulary. */
const known = new Map<string, string>();
const mostKnown = 200_000;

function stemOf(word: string): string {
  let found = known.get(word);
  if (found === undefined) {
    if (known.size >= mostKnown) known.clear();
    known.set(word, (found = stem(word)));
  }
  return found;
}

/** Endings cut so that "randomised", "randomized" and "randomisation" meet; light on purpose. */
export function stem(word: string): string {
  let base = word
    .toLowerCase()
    .replaceAll(/isation|ization/g, "ize")
    .replaceAll(/is(?=e|ed|ing|es)/g, "iz")
    .replaceAll("aemi", "emi")
    .replaceAll("oedem", "edem")
    .replaceAll("tumour", "tumor")
    .replace(/^pregnan(?:t|cy|cies)$/, "pregnan");
  for (const ending of [
    "ivities",
    "ivity",
    "ations",
    "ation",
    "ions",
    "ion",
    "ives",
    "ive",
    "ements",
    "ement",
    "ities",
    "ity",
    "ingly",
    "ings",
    "ing",
    "ically",
    "ical",
    "ally",
    "edly",
    "ies",
    "ied",
    "ers",
    "er",
    "ed",
    "es",
    "ly",
    "al",
    "ic",
    "s",
    "e",
  ]) {
    if (base.length - ending.length >= 4 && base.endsWith(ending)) {
      base = base.slice(0, -ending.length);
      break;
    }
  }
  return base;
}

export type Term = { stem: string; start: number; end: number };

/** Content words with offsets; numbers stay, stop words go. */
export function termsOf(text: string): Term[] {
  const terms: Term[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)) {
    const word = match[0];
    if (word.length < 2 || stopWords.has(word.toLowerCase())) continue;
    for (const part of /[-’']/.test(word) ? word.split(/[-’']/) : [word]) {
      if (part.length < 2 || stopWords.has(part.toLowerCase())) continue;
      terms.push({ stem: stemOf(part), start: match.index, end: match.index + word.length });
    }
  }
  return terms;
}
