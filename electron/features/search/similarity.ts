/** What de-duplication compares of two records, prepared once per record, and how alike each part is. */
import { familyKey, foldedWords, titleKey } from "./keys.ts";

export type Comparable = {
  id: string;
  title: string;
  abstract: string;
  authors: string[];
  year: number | null;
  journal: string;
  doi: string;
  pmid: string;
  volume: string;
  issue: string;
  pages: string;
};

export type Prepared = {
  id: string;
  title: string;
  titleWords: string[];
  trigrams: Uint32Array;
  /** Numbers and part words of the title: "part 2" is not "part 3". */
  numbers: string;
  families: Set<string>;
  firstFamily: string;
  year: number | null;
  journalWords: string[];
  doi: string;
  pmid: string;
  volume: string;
  issue: string;
  firstPage: string;
  lastPage: string;
  abstract: string;
};

const smallWords = new Set([
  "of",
  "the",
  "and",
  "in",
  "for",
  "on",
  "de",
  "la",
  "le",
  "der",
  "die",
  "und",
  "et",
  "a",
  "an",
  "y",
  "e",
  "section",
  "series",
  "official",
  "publication",
]);
const romans: Record<string, string> = {
  i: "1",
  ii: "2",
  iii: "3",
  iv: "4",
  v: "5",
  vi: "6",
  vii: "7",
  viii: "8",
};

export function prepare(record: Comparable): Prepared {
  const title = titleKey(record.title);
  const titleWords = title === "" ? [] : title.split(" ");
  const families = record.authors
    .flatMap((author) => namesIn(author))
    .filter((name) => name.length > 1);
  const { firstPage, lastPage } = pageNumbers(record.pages);
  return {
    id: record.id,
    title,
    titleWords,
    trigrams: trigramsOf(title.replaceAll(" ", "")),
    numbers: titleWords
      .map((word) => romans[word] ?? word)
      .filter((word) => /^[a-z]?\d+$/.test(word))
      .toSorted()
      .join(" "),
    families: new Set(families),
    firstFamily: families[0] ?? "",
    year: record.year,
    journalWords: foldedWords(record.journal.replace(/[([].*?[)\]]/g, " "))
      .split(" ")
      .filter((word) => word !== "" && !smallWords.has(word)),
    doi: record.doi,
    pmid: record.pmid,
    volume: /\d+/.exec(record.volume)?.[0]?.replace(/^0+/, "") ?? "",
    issue: /\d+/.exec(record.issue)?.[0]?.replace(/^0+/, "") ?? "",
    firstPage,
    lastPage,
    abstract: foldedWords(record.abstract.slice(0, 400)).slice(0, 160),
  };
}

/** One name's family; where an export glued names together ("Adeli K.Lewis G. F."), each one's. */
function namesIn(author: string): string[] {
  const parts = author.split(/(?<=\p{Lu}\.)(?=\p{Lu}\p{Ll}|[a-z]+ \p{Lu})/u);
  return parts.map((part) => familyKey(part.trim())).filter(Boolean);
}

/** "1329-38" → 1329 and 1338; letters before the number are kept, zeros in front are not. */
function pageNumbers(pages: string): { firstPage: string; lastPage: string } {
  // "Suppl-42" names the last page only, with the first one lost.
  const supplement = /^\s*suppl?\w*[-.]\s*(\d+)\s*$/i.exec(pages)?.[1];
  if (supplement !== undefined) return { firstPage: "", lastPage: "" };
  const found = /([A-Za-z]{0,3})\s*0*(\d+)\s*(?:[-–—]+\s*[A-Za-z]{0,3}0*(\d+))?/.exec(pages);
  if (found === null) return { firstPage: "", lastPage: "" };
  const first = found[2] ?? "";
  let last = found[3] ?? "";
  if (last !== "" && last.length < first.length)
    last = first.slice(0, first.length - last.length) + last;
  return { firstPage: (found[1] ?? "").toLowerCase() + first, lastPage: last };
}

function trigramsOf(text: string): Uint32Array {
  if (text.length < 3) return new Uint32Array();
  const codes = new Uint32Array(text.length - 2);
  for (let at = 0; at < codes.length; at += 1) {
    codes[at] =
      (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1)) * 961 + text.charCodeAt(at + 2);
  }
  return codes.sort();
}

/**
 * How far two titles share their letter triples: `dice` is the Dice coefficient, `contained` the share
 * of the shorter title's triples found in the longer; both 0 to 1.
 */
export function titleOverlap(left: Prepared, right: Prepared): { dice: number; contained: number } {
  if (left.title === right.title)
    return left.title === "" ? { dice: 0, contained: 0 } : { dice: 1, contained: 1 };
  const least = Math.min(left.trigrams.length, right.trigrams.length);
  if (least === 0) return { dice: 0, contained: 0 };
  const common = shared(left.trigrams, right.trigrams);
  return {
    dice: (2 * common) / (left.trigrams.length + right.trigrams.length),
    contained: common / least,
  };
}

function shared(left: Uint32Array, right: Uint32Array): number {
  let count = 0;
  let at = 0;
  let other = 0;
  while (at < left.length && other < right.length) {
    const difference = (left[at] ?? 0) - (right[other] ?? 0);
    if (difference === 0) count += 1;
    if (difference <= 0) at += 1;
    if (difference >= 0) other += 1;
  }
  return count;
}

/** Share of the shorter author list found in the longer, spelling forgiven by its first letters; null when one is empty. */
export function authorSimilarity(left: Prepared, right: Prepared): number | null {
  if (left.families.size === 0 || right.families.size === 0) return null;
  const [few, many] =
    left.families.size <= right.families.size
      ? [left.families, right.families]
      : [right.families, left.families];
  let count = 0;
  for (const name of few)
    if (many.has(name) || [...many].some((other) => nearName(name, other))) count += 1;
  return count / few.size;
}

function nearName(left: string, right: string): boolean {
  if (left.length < 4 || right.length < 4) return false;
  if (
    left.startsWith(right) ||
    right.startsWith(left) ||
    left.endsWith(right) ||
    right.endsWith(left)
  )
    return true;
  return left.length > 5 && Math.abs(left.length - right.length) <= 1 && oneEdit(left, right);
}

function oneEdit(left: string, right: string): boolean {
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  return leftEnd - start <= 1 && rightEnd - start <= 1;
}

/** Whether two journal names can be one: equal, abbreviated word by word ("J Clin Oncol"), or an acronym; null when one is unknown. */
export function sameJournal(left: Prepared, right: Prepared): boolean | null {
  const [few, many] =
    left.journalWords.length <= right.journalWords.length
      ? [left.journalWords, right.journalWords]
      : [right.journalWords, left.journalWords];
  if (few.length === 0) return null;
  if (few.length === 1 && few[0] === many.map((word) => word[0]).join("")) return true;
  let at = 0;
  let matched = 0;
  for (const word of few) {
    const found = many.findIndex(
      (other, index) =>
        index >= at &&
        (other.startsWith(word) || word.startsWith(other) || contracted(word, other)),
    );
    if (found < 0) continue;
    at = found + 1;
    matched += 1;
  }
  return matched === few.length || matched / Math.max(few.length, 3) >= 0.75;
}

/** "Dtsch" for "Deutsche", "Natl" for "National". */
function contracted(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short.length < 3 || short[0] !== long[0]) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length;
}
