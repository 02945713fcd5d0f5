/**
 * Precision, recall and F1 of `deduplicate` over pairs, on the gold sets of the shared data folder.
 * Run: `node electron/features/search/dedupe-score.ts [--errors SET]`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { deduplicate } from "./dedupe.ts";
import { toComparable } from "./comparable.ts";
import { parseReferences } from "./parse.ts";
import type { Comparable } from "./similarity.ts";

const folder = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text/dedup/dev");
const gunzip = (path: string): Buffer => gunzipSync(readFileSync(join(folder, path)));

export type SetScore = {
  set: string;
  records: number;
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  ms: number;
  wrong: [Comparable, Comparable, string][];
  missed: [Comparable, Comparable][];
};

function pairsOf(groups: string[][]): Set<string> {
  const pairs = new Set<string>();
  for (const group of groups) {
    const sorted = group.toSorted();
    sorted.forEach((left, index) =>
      sorted.slice(index + 1).forEach((right) => pairs.add(`${left}\t${right}`)),
    );
  }
  return pairs;
}

export async function scoreClusters(set: string): Promise<SetScore> {
  const { records } = await parseReferences(gunzip(`${set}/records.csv.gz`), {
    fileName: `${set}.csv`,
  });
  const comparable = records.map(toComparable);
  const gold = pairsOf(
    gunzip(`${set}/clusters.csv.gz`)
      .toString("utf8")
      .split(/\r?\n/)
      .slice(1)
      .filter(Boolean)
      .map((line) => line.replaceAll('"', "").split(";")),
  );
  const started = performance.now();
  const { groups } = deduplicate(comparable);
  const ms = performance.now() - started;
  const found = pairsOf(groups);
  const byId = new Map(comparable.map((record) => [record.id, record]));
  const both = (pair: string): [Comparable, Comparable][] => {
    const [left, right] = pair.split("\t").map((id) => byId.get(id));
    return left && right ? [[left, right]] : [];
  };
  const wrong = [...found].filter((pair) => !gold.has(pair));
  const missed = [...gold].filter((pair) => !found.has(pair));
  return {
    set,
    records: records.length,
    truePositive: found.size - wrong.length,
    falsePositive: wrong.length,
    falseNegative: missed.length,
    ms,
    wrong: wrong.flatMap(both).map(([left, right]) => [left, right, ""]),
    missed: missed.flatMap(both),
  };
}

/** EndNote files in which every member of a duplicate group is marked: judged per record. */
export async function scoreFlags(
  set: string,
): Promise<{ set: string; records: number; flagged: number; found: number; right: number }> {
  const { records } = await parseReferences(gunzip(`endnote_xml/${set}.xml.gz`), {
    fileName: `${set}.xml`,
  });
  const { groups } = deduplicate(
    records.map((record, index) => ({ ...toComparable(record, index), id: String(index) })),
  );
  const marked = records.flatMap((record, index) =>
    /duplicate/i.test((record.extra["caption"] ?? []).join(" ")) ? [String(index)] : [],
  );
  const found = new Set(groups.flat());
  return {
    set,
    records: records.length,
    flagged: marked.length,
    found: found.size,
    right: marked.filter((id) => found.has(id)).length,
  };
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? "-" : ((100 * part) / whole).toFixed(2);
const line = (record: Comparable): string =>
  `${record.id} | ${record.title.slice(0, 110)} | ${record.authors.slice(0, 3).join("; ").slice(0, 50)} | ${record.year} | ${record.journal.slice(0, 40)} | ${record.volume}(${record.issue}) ${record.pages} | ${record.doi}`;

async function main(): Promise<void> {
  if (!existsSync(folder))
    return console.log(`No de-duplication sets under ${folder}: nothing to score.`);
  const wanted = process.argv[process.argv.indexOf("--errors") + 1];
  console.log(
    "set                  records  pairs   TP    FP    FN  precision  recall     F1     ms",
  );
  for (const set of ["asysd_diabetes", "cytology_screening", "respiratory", "stroke"]) {
    const score = await scoreClusters(set);
    const { truePositive: right, falsePositive, falseNegative } = score;
    const columns = [right + falseNegative, right, falsePositive, falseNegative]
      .map((count) => String(count).padStart(5))
      .join(" ");
    console.log(
      `${set.padEnd(20)} ${String(score.records).padStart(7)} ${columns}     ${percent(right, right + falsePositive)}   ${percent(right, right + falseNegative)}  ${percent(2 * right, 2 * right + falsePositive + falseNegative)} ${score.ms.toFixed(0).padStart(6)}`,
    );
    if (process.argv.includes("--errors") && wanted === set) {
      for (const [left, other] of score.wrong)
        console.log(`WRONG  ${line(left)}\n       ${line(other)}`);
      for (const [left, other] of score.missed)
        console.log(`MISSED ${line(left)}\n       ${line(other)}`);
    }
  }
  for (const set of ["tafenoquine", "respiratory"]) {
    const { records, flagged, found, right } = await scoreFlags(set);
    console.log(
      `endnote_xml/${set}: ${records} records, ${flagged} flagged, ${found} found, ${right} agree; precision ${percent(right, found)} recall ${percent(right, flagged)} F1 ${percent(2 * right, found + flagged)}`,
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
