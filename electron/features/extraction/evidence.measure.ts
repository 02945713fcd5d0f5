/**
 * Measures `evidence` on evidence_inference: recall of an annotated evidence sentence among the
 * first three, and direction (macro-F1 over increased, decreased, no difference), on articles of the
 * even half (tuned on) or the odd half (held out), by the parity of the PMCID's digit sum.
 * Run: `node electron/features/extraction/evidence.measure.ts [even|odd] [--limit N]`.
 */
import { fileURLToPath } from "node:url";
import type { Paper } from "../../api/schemas/extraction.ts";
import { answerFrom } from "./direction/answer.ts";
import { directionCases, goldOf, macroF1, named } from "./direction/cases.ts";
import { paperFromPlain } from "./plain.ts";
import { findEvidence, type Direction } from "./results/direction.ts";
import { termsOf } from "./terms.ts";

/** A sentence is the annotated evidence when most of its words are in it, or most of the evidence's words are in the sentence. */
function matches(sentence: string, evidence: string): boolean {
  const [a, b] = [termsOf(sentence), termsOf(evidence)];
  const [inB, inA] = [new Set(b), new Set(a)];
  const shared = (of: string[], set: Set<string>): number =>
    of.filter((term) => set.has(term)).length / Math.max(1, of.length);
  return shared(b, inA) >= 0.7 || (a.length >= 6 && shared(a, inB) >= 0.8);
}

/** Both figures on one half; `limit` questions of it, all by default. */
export function measureEvidence(half: "even" | "odd", limit = Number.POSITIVE_INFINITY) {
  const cases = directionCases(half)?.slice(0, limit);
  if (!cases) return undefined;
  const [pairs, byRules]: [Direction, Direction][][] = [[], []];
  let [withEvidence, at1, at3] = [0, 0, 0];
  const papers = new Map<string, Paper>();
  for (const one of cases) {
    const paper = papers.get(one.pmcid) ?? paperFromPlain(one.text);
    papers.set(one.pmcid, paper);
    const { direction, sentences } = answerFrom(paper, one);
    pairs?.push([goldOf(one), direction]);
    byRules?.push([goldOf(one), findEvidence(paper, one).direction]);
    if (one.evidence.length === 0) continue;
    withEvidence += 1;
    const hit = (count: number): boolean =>
      sentences
        .slice(0, count)
        .some(({ text }) => one.evidence.some((evidence) => matches(text, evidence)));
    at1 += Number(hit(1));
    at3 += Number(hit(3));
  }
  return {
    questions: cases.length,
    recall1: at1 / withEvidence,
    recall3: at3 / withEvidence,
    pairs: pairs ?? [],
    direction: macroF1(pairs ?? []),
    rules: macroF1(byRules ?? []).mean,
  };
}

function main(): void {
  const half = process.argv[2] === "odd" ? "odd" : "even";
  const limit = Number(process.argv[process.argv.indexOf("--limit") + 1]) || undefined;
  const found = measureEvidence(half, limit);
  if (!found) return console.log("skipped: no data (set EVIDESK_SHARED)");
  const { questions, recall1, recall3, pairs, direction, rules } = found;
  console.log(
    `${half}: ${questions} questions, evidence recall@1 ${recall1.toFixed(3)} recall@3 ${recall3.toFixed(3)}; direction macro-F1 ${direction.mean.toFixed(3)} (${named.map((name, index) => `${name} ${direction.each[index]?.toFixed(3)}`).join(", ")}); by rules alone ${rules.toFixed(3)}`,
  );
  for (const name of named)
    console.log(
      `  ${name}: ${[...named, "uncertain" as const].map((other) => `${other} ${pairs.filter(([right, said]) => right === name && said === other).length}`).join(", ")}`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
