/**
 * Runs of five characters within words, as TF-IDF rows of length 1: they let "nifedipine" and "nicardipine",
 * or "depressed" and "depression", count as partly the same. (scikit-learn's TfidfVectorizer with
 * analyzer "char_wb", 5-grams, sublinear term frequency, in at least 2 records.)
 */
import type { Work } from "./slices.ts";
import { IntList, type FeatureOptions, type Features, type Texts } from "./text-features.ts";

const length = 5;
/** Records handled between two chances to let other work in. */
const rowsPerStep = 8;

/** The runs of a word, with a blank before and behind it; a short word is one run. */
export function runsOf(word: string): string[] {
  const padded = ` ${word} `;
  if (padded.length <= length) return [padded];
  return Array.from({ length: padded.length - length + 1 }, (_, at) =>
    padded.slice(at, at + length),
  );
}

type Counts = { start: Int32Array; run: IntList; count: IntList; documents: IntList };

function* countRuns(texts: Texts): Work<Counts> {
  const runId = new Map<string, number>();
  // A word's runs are found once: words come again and again.
  const runsByWord = new Map<string, Int32Array>();
  const seen = new IntList();
  const start = new Int32Array(texts.length + 1);
  const counts: Counts = {
    start,
    run: new IntList(),
    count: new IntList(),
    documents: new IntList(),
  };
  const idOf = (run: string): number => {
    let id = runId.get(run);
    if (id === undefined) {
      runId.set(run, (id = runId.size));
      counts.documents.push(0);
      seen.push(0);
    }
    return id;
  };
  for (let row = 0; row < texts.length; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    const first = counts.run.length;
    for (const word of (texts.at(row) ?? "").toLowerCase().split(/\s+/)) {
      if (word === "") continue;
      let ids = runsByWord.get(word);
      if (ids === undefined) runsByWord.set(word, (ids = Int32Array.from(runsOf(word), idOf)));
      for (const id of ids) {
        const before = seen.items[id] as number;
        if (before === 0) counts.run.push(id);
        seen.items[id] = before + 1;
      }
    }
    for (let at = first; at < counts.run.length; at += 1) {
      const id = counts.run.items[at] as number;
      counts.count.push(seen.items[id] as number);
      seen.items[id] = 0;
      counts.documents.items[id] = (counts.documents.items[id] as number) + 1;
    }
    start[row + 1] = counts.run.length;
  }
  return counts;
}

/** Character features of `texts` in steps; runs in one record only, or in nearly all, are left out. */
export function* characterWork(texts: Texts, options: FeatureOptions): Work<Features> {
  const { start, run, count, documents } = yield* countRuns(texts);
  const rows = texts.length;
  const limit = options.maxDocumentShare * rows;
  const columnOf = new Int32Array(documents.length).fill(-1);
  let columns = 0;
  for (let id = 0; id < documents.length; id += 1) {
    const df = documents.items[id] ?? 0;
    if (df >= 2 && df <= limit) columnOf[id] = columns++;
  }
  const features: Features = {
    rows,
    columns,
    start: new Int32Array(rows + 1),
    // Written over the counts: what is kept never overtakes what is read.
    column: run.items,
    value: new Float32Array(count.items.buffer),
    privateSquared: new Float64Array(rows),
  };
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    const first = at;
    let squared = 0;
    for (let entry = start[row] ?? 0; entry < (start[row + 1] ?? 0); entry += 1) {
      const id = run.items[entry] ?? 0;
      const column = columnOf[id] ?? -1;
      if (column < 0) continue;
      const idf = Math.log((1 + rows) / (1 + (documents.items[id] ?? 0))) + 1;
      const value = (1 + Math.log(count.items[entry] ?? 1)) * idf;
      squared += value * value;
      features.column[at] = column;
      features.value[at++] = value;
    }
    const norm = Math.sqrt(squared) || 1;
    for (let entry = first; entry < at; entry += 1)
      features.value[entry] = (features.value[entry] ?? 0) / norm;
    features.start[row + 1] = at;
  }
  features.column = features.column.slice(0, at);
  features.value = features.value.slice(0, at);
  return features;
}
