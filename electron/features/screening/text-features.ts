/**
 * Bag-of-words features of a review's records, as ASReview's default recipe builds them: lower-case
 * words of two or more letters, 1-2-grams, sublinear term frequency, smoothed inverse document
 * frequency, document frequency at most 95 %, rows of length 1 (scikit-learn's TfidfVectorizer).
 *
 * A term that occurs in one record only cannot move any other record's score. Such terms, most
 * 2-grams, are not stored; their squared length is kept per record (`privateSquared`), which
 * gives the same classifier from a fraction of the memory.
 */

import { runAtOnce, type Work } from "./slices.ts";

export type Features = {
  /** Number of records. */
  rows: number;
  /** Number of shared terms. */
  columns: number;
  /** Row `r` holds entries `start[r]` to `start[r + 1]`. */
  start: Int32Array;
  column: Int32Array;
  value: Float32Array;
  /** Squared length of each record's unshared terms; the whole row has length 1. */
  privateSquared: Float64Array;
};

/** Texts by row: an array, or anything that makes each text when asked, so that not all are held at once. */
export type Texts = { readonly length: number; at: (row: number) => string | undefined };

export type FeatureOptions = { maxDocumentShare: number };

const word = /[\p{L}\p{N}_]{2,}/gu;

export function words(text: string): string[] {
  return text.toLowerCase().match(word) ?? [];
}

/** A list of integers that grows by two fifths; JavaScript arrays of numbers would take several times the memory. */
export class IntList {
  items = new Int32Array(1 << 16);
  length = 0;
  push(value: number): void {
    if (this.length === this.items.length) {
      const next = new Int32Array(Math.ceil(this.items.length * 1.4));
      next.set(this.items);
      this.items = next;
    }
    this.items[this.length++] = value;
  }
}

/** Records handled between two chances to let other work in. */
const rowsPerStep = 16;

type Counts = { start: Int32Array; term: IntList; count: IntList; documents: IntList };

/** Counts 1-2-grams per record. Terms are numbered as they appear; 2-grams by the pair of their words. */
function* countTerms(texts: Texts): Work<Counts> {
  const wordId = new Map<string, number>();
  const pairTerm = new Map<number, number>();
  const wordTerm: number[] = [];
  const start = new Int32Array(texts.length + 1);
  const counts: Counts = {
    start,
    term: new IntList(),
    count: new IntList(),
    documents: new IntList(),
  };
  const seen = new Map<number, number>();
  const newTerm = (): number => {
    counts.documents.push(0);
    return counts.documents.length - 1;
  };
  const add = (term: number): void => {
    seen.set(term, (seen.get(term) ?? 0) + 1);
  };
  for (let row = 0; row < texts.length; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    seen.clear();
    let previous = -1;
    for (const token of words(texts.at(row) ?? "")) {
      let id = wordId.get(token);
      if (id === undefined) {
        id = wordId.size;
        wordId.set(token, id);
        wordTerm.push(newTerm());
      }
      add(wordTerm[id] ?? 0);
      if (previous >= 0) {
        // Both ids stay below 2^26, so the pair is an exact integer.
        const key = previous * 67108864 + id;
        let term = pairTerm.get(key);
        if (term === undefined) pairTerm.set(key, (term = newTerm()));
        add(term);
      }
      previous = id;
    }
    for (const [term, count] of seen) {
      counts.term.push(term);
      counts.count.push(count);
      counts.documents.items[term] = (counts.documents.items[term] ?? 0) + 1;
    }
    start[row + 1] = counts.term.length;
  }
  return counts;
}

/** TF-IDF rows of length 1 for `texts` (title and abstract of each record). */
export function buildFeatures(
  texts: Texts,
  options: FeatureOptions = { maxDocumentShare: 0.95 },
): Features {
  return runAtOnce(featureWork(texts, options));
}

/** The same in steps. */
export function* featureWork(texts: Texts, options: FeatureOptions): Work<Features> {
  const { start, term, count, documents } = yield* countTerms(texts);
  const rows = texts.length;
  const limit = options.maxDocumentShare * rows;
  const columnOf = new Int32Array(documents.length).fill(-1);
  let columns = 0;
  for (let id = 0; id < documents.length; id += 1) {
    const df = documents.items[id] ?? 0;
    if (df < 2 || df > limit) continue;
    columnOf[id] = columns++;
  }
  const features: Features = {
    rows,
    columns,
    start: new Int32Array(rows + 1),
    // Written over the counts: what is kept never overtakes what is read, and a large review's memory is halved.
    column: term.items,
    value: new Float32Array(count.items.buffer),
    privateSquared: new Float64Array(rows),
  };
  const privateIdf = Math.log((1 + rows) / 2) + 1;
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    const first = at;
    let alone = 0;
    let shared = 0;
    for (let entry = start[row] ?? 0; entry < (start[row + 1] ?? 0); entry += 1) {
      const id = term.items[entry] ?? 0;
      const df = documents.items[id] ?? 0;
      const weight = 1 + Math.log(count.items[entry] ?? 1);
      if (df === 1 && limit >= 1) alone += (weight * privateIdf) ** 2;
      const column = columnOf[id] ?? -1;
      if (column < 0) continue;
      const value = weight * (Math.log((1 + rows) / (1 + df)) + 1);
      shared += value * value;
      features.column[at] = column;
      features.value[at++] = value;
    }
    const length = Math.sqrt(alone + shared) || 1;
    for (let entry = first; entry < at; entry += 1)
      features.value[entry] = (features.value[entry] ?? 0) / length;
    features.privateSquared[row] = alone / (length * length);
    features.start[row + 1] = at;
  }
  features.column = features.column.subarray(0, at);
  features.value = features.value.subarray(0, at);
  return features;
}
