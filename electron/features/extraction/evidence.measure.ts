/**
 * Measures `evidence` on evidence_inference: recall of an annotated evidence sentence among the
 * first three, and direction (macro-F1 over increased, decreased, no difference), on articles of the
 * even half (tuned on) or the odd half (held out), by the parity of the PMCID's digit sum.
 * Run: `node electron/features/extraction/evidence.measure.ts [even|odd] [--limit N]`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { paperFromPlain } from "./plain.ts";
import { findEvidence, type Direction } from "./results/direction.ts";
import { termsOf } from "./terms.ts";

const folder = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/evidence_inference/dev",
);
const unzip = (name: string): string =>
  gunzipSync(readFileSync(join(folder, name))).toString("utf8");
const table = (name: string): string[][] =>
  unzip(name)
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));

const labels: Record<string, Direction> = {
  "significantly increased": "increased",
  "significantly decreased": "decreased",
  "no significant difference": "no difference",
};
const half = (pmcid: string): string =>
  [...pmcid].reduce((sum, digit) => sum + Number(digit), 0) % 2 === 0 ? "even" : "odd";

type Prompt = {
  pmcid: string;
  outcome: string;
  intervention: string;
  comparator: string;
  directions: Direction[];
  evidence: string[];
};

function prompts(): Prompt[] {
  const byId = new Map<string, Prompt>();
  for (const [id = "", pmcid = "", outcome = "", intervention = "", comparator = ""] of table(
    "prompts.tsv.gz",
  ))
    byId.set(id, { pmcid, outcome, intervention, comparator, directions: [], evidence: [] });
  for (const [, id = "", , valid, reasoning, label = "", , , , , text = ""] of table(
    "v2_annotations.tsv.gz",
  )) {
    const direction = labels[label];
    const prompt = byId.get(id);
    if (!prompt || !direction || valid !== "True" || reasoning !== "True") continue;
    prompt.directions.push(direction);
    if (text.trim() !== "") prompt.evidence.push(text);
  }
  return [...byId.values()].filter((prompt) => prompt.directions.length > 0);
}

/** A sentence is the annotated evidence when most of its words are in it, or most of the evidence's words are in the sentence. */
function matches(sentence: string, evidence: string): boolean {
  const [a, b] = [termsOf(sentence), termsOf(evidence)];
  const [inB, inA] = [new Set(b), new Set(a)];
  const shared = (of: string[], set: Set<string>): number =>
    of.filter((term) => set.has(term)).length / Math.max(1, of.length);
  return shared(b, inA) >= 0.7 || (a.length >= 6 && shared(a, inB) >= 0.8);
}

function main(): void {
  if (!existsSync(folder)) return console.log(`skipped: no data at ${folder} (set EVIDESK_SHARED)`);
  const wanted = process.argv[2] ?? "even";
  const limit = Number(process.argv[process.argv.indexOf("--limit") + 1] || 400);
  const texts = new Map(
    unzip("fulltext_txt_annotated.jsonl.gz")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { pmcid: string; text: string })
      .map(({ pmcid, text }) => [pmcid.replace("PMC", ""), text]),
  );
  const chosen = prompts()
    .filter((prompt) => texts.has(prompt.pmcid) && half(prompt.pmcid) === wanted)
    .slice(0, limit);
  const names: Direction[] = ["increased", "decreased", "no difference"];
  const confusion = new Map<string, number>();
  let [withEvidence, at1, at3] = [0, 0, 0];
  for (const prompt of chosen) {
    const found = findEvidence(paperFromPlain(texts.get(prompt.pmcid) ?? ""), prompt);
    if (prompt.evidence.length > 0) {
      withEvidence += 1;
      const hit = (count: number): boolean =>
        found.sentences
          .slice(0, count)
          .some((sentence) => prompt.evidence.some((evidence) => matches(sentence.text, evidence)));
      at1 += Number(hit(1));
      at3 += Number(hit(3));
    }
    const gold =
      names.toSorted((a, b) => count(prompt.directions, b) - count(prompt.directions, a))[0] ??
      "uncertain";
    confusion.set(
      `${gold}>${found.direction}`,
      (confusion.get(`${gold}>${found.direction}`) ?? 0) + 1,
    );
  }
  const get = (a: string, b: string): number => confusion.get(`${a}>${b}`) ?? 0;
  const all: string[] = [...names, "uncertain"];
  const f1 = names.map((name) => {
    const hit = get(name, name);
    const said = all.reduce((sum, other) => sum + get(other, name), 0);
    const real = all.reduce((sum, other) => sum + get(name, other), 0);
    return (2 * hit) / Math.max(1, said + real);
  });
  console.log(
    `${wanted}: ${chosen.length} prompts, evidence recall@1 ${(at1 / withEvidence).toFixed(3)} recall@3 ${(at3 / withEvidence).toFixed(3)}; direction macro-F1 ${(f1.reduce((a, b) => a + b, 0) / 3).toFixed(3)} (${names.map((name, index) => `${name} ${f1[index]?.toFixed(3)}`).join(", ")})`,
  );
  for (const name of names)
    console.log(`  ${name}: ${all.map((other) => `${other} ${get(name, other)}`).join(", ")}`);
}

const count = <T>(list: T[], one: T): number => list.filter((other) => other === one).length;

main();
