/**
 * Trains the weights of `rank.ts`: for each question, a softmax over its candidate pairs of numbers
 * should prefer those that are right. Data: the even half of llm_meta_analysis (right = the gold
 * numbers), and evidence_inference's JATS articles that are not in llm_meta_analysis (right = both
 * printed numbers stand in the sentence or row that its annotators marked). Each article weighs as
 * much as the root of its number of questions. Weights are held near hand-set ones by an L2 penalty, whose
 * strength is chosen by five folds over articles. Run: `node electron/features/extraction/results/rank-fit.measure.ts
 * [--write]` with EVIDESK_SHARED set and the JATS files of `nxml_250_ccby.tar.gz` unpacked at EVIDESK_NXML.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Paper } from "../../../api/schemas/extraction.ts";
import { paperFromJats } from "../jats.ts";
import { findNumbers } from "../numbers.ts";
import { inquiryOf } from "./context.ts";
import type { CellValue } from "./cell-value.ts";
import type { Features } from "./found.ts";
import type { Question } from "./likeness.ts";
import prior from "./rank-prior.json" with { type: "json" };
import { named } from "./rank.ts";
import { readingsOf, type Reading } from "./readings.ts";
import { sizesOfArms } from "./sizes.ts";

const shared = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/text");
const articles = process.env["EVIDESK_NXML"] ?? "";
const unzip = (path: string): string[] =>
  gunzipSync(readFileSync(join(shared, path)))
    .toString("utf8")
    .trim()
    .split("\n");

const names: string[] = Object.keys(prior);
const placeOf = new Map(names.map((name, at) => [name, at]));

/** The signs of a pair of numbers: places in the list of weights, and values. */
type Candidate = { at: number[]; values: number[]; right: boolean };
type Case = { article: string; candidates: Candidate[]; weight: number };

function candidate(features: Features, right: boolean): Candidate {
  const signs = named(features).filter(([name, value]) => value !== 0 && placeOf.has(name));
  return {
    at: signs.map(([name]) => placeOf.get(name) ?? 0),
    values: signs.map(([, value]) => value),
    right,
  };
}

function casesOf(
  paper: Paper,
  question: Question,
  article: string,
  isRight: (reading: Reading) => boolean,
): Case[] {
  const inquiry = inquiryOf(paper, question);
  const candidates = readingsOf(inquiry, sizesOfArms(inquiry)).map((reading) =>
    candidate(reading.found.features, isRight(reading)),
  );
  const usable = candidates.some(({ right }) => right) && candidates.some(({ right }) => !right);
  return usable ? [{ article, candidates, weight: 1 }] : [];
}

type Gold = Record<string, string | number> & Question & { pmcid: number; outcome_type: string };
const isEven = (id: string): boolean =>
  [...id].reduce((sum, digit) => sum + Number(digit), 0) % 2 === 0;

/** Questions whose numbers were annotated. */
function fromGold(golds: Gold[]): Case[] {
  const folder = "pico_results/llm_meta_analysis/dev";
  const papers = new Map(
    unzip(`${folder}/abstract_results_text.jsonl.gz`)
      .map((line) => JSON.parse(line) as { pmcid: string; xml: string })
      .filter(({ pmcid }) => isEven(pmcid.slice(3)))
      .map(({ pmcid, xml }) => [Number(pmcid.slice(3)), paperFromJats(xml)]),
  );
  return golds
    .filter(({ pmcid }) => isEven(String(pmcid)))
    .flatMap((gold) => {
      const paper = papers.get(gold.pmcid);
      if (!paper) return [];
      const number = (key: string): number | null =>
        gold[key] === "" || gold[key] === undefined
          ? null
          : Number(String(gold[key]).replaceAll(",", ""));
      const isRight = ({ one, two, kind }: Reading): boolean =>
        kind === gold.outcome_type &&
        (kind === "binary"
          ? one.numbers.events === number("intervention_events") &&
            two.numbers.events === number("comparator_events")
          : one.numbers.mean === number("intervention_mean") &&
            one.numbers.sd === number("intervention_standard_deviation") &&
            two.numbers.mean === number("comparator_mean") &&
            two.numbers.sd === number("comparator_standard_deviation"));
      return casesOf(paper, gold, `g${gold.pmcid}`, isRight);
    });
}

const tsv = (path: string): string[][] =>
  unzip(path)
    .slice(1)
    .map((line) => line.split("\t"));

const printed = (value: CellValue): number[] => {
  switch (value.kind) {
    case "mean":
      return [value.mean];
    case "count":
      return [value.events, ...(value.percent === null ? [] : [value.percent])];
    case "percent":
      return [value.percent];
    default:
      return [value.number];
  }
};

const result =
  /\d[\d.,]*\s*±\s*\d|\d+\s*\/\s*\d+|\d+\s*\(\s*\d+(?:\.\d+)?\s*%?\s*\)|\d+(?:\.\d+)?\s*%/g;

/** Questions whose evidence was marked: its numbers tell which candidate was meant. */
function fromEvidence(without: Set<string>): Case[] {
  const folder = "evidence_inference/dev";
  const marked = new Map<string, string[]>();
  for (const [, id = "", , valid, , , , , , , text = ""] of tsv(`${folder}/v2_annotations.tsv.gz`))
    if (valid === "True") marked.set(id, [...(marked.get(id) ?? []), text]);
  const papers = new Map<string, Paper>();
  return tsv(`${folder}/prompts.tsv.gz`).flatMap(
    ([id = "", pmcid = "", outcome = "", intervention = "", comparator = ""]) => {
      const file = join(articles, `PMC${pmcid}.nxml`);
      const texts = marked.get(id) ?? [];
      if (without.has(pmcid) || texts.length === 0 || !existsSync(file)) return [];
      const numbers = new Set(texts.flatMap((text) => findNumbers(text).map(({ value }) => value)));
      // Evidence that names no two results cannot tell candidates apart.
      if (!texts.some((text) => (text.match(result) ?? []).length >= 2)) return [];
      const paper = papers.get(pmcid) ?? paperFromJats(readFileSync(file, "utf8"));
      papers.set(pmcid, paper);
      const isRight = ({ found }: Reading): boolean =>
        [found.intervention.value, found.comparator.value].every((value) =>
          printed(value).some((one) => numbers.has(one)),
        );
      return casesOf(paper, { outcome, intervention, comparator }, `e${pmcid}`, isRight);
    },
  );
}

const start = Float64Array.from(Object.values(prior));
const scoreOf = (weights: Float64Array, { at, values }: Candidate): number => {
  let sum = 0;
  for (let index = 0; index < at.length; index += 1)
    sum += (weights[at[index] ?? 0] ?? 0) * (values[index] ?? 0);
  return sum;
};

/** Gradient ascent on the log of the share that the softmax gives to right candidates, less the penalty. */
function train(cases: Case[], penalty: number, rounds = 150, sharpness = 4): Float64Array {
  const weights = Float64Array.from(start);
  const total = cases.reduce((sum, one) => sum + one.weight, 0);
  for (let round = 0; round < rounds; round += 1) {
    const gradient = new Float64Array(weights.length);
    for (const { candidates, weight } of cases) {
      const scores = candidates.map((one) => sharpness * scoreOf(weights, one));
      const top = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - top));
      const all = shares.reduce((a, b) => a + b, 0);
      const good = shares.reduce((sum, share, at) => sum + (candidates[at]?.right ? share : 0), 0);
      for (const [index, one] of candidates.entries()) {
        const share = shares[index] ?? 0;
        const pull = ((one.right ? share / good : 0) - share / all) * (weight / total);
        for (let sign = 0; sign < one.at.length; sign += 1) {
          const name = one.at[sign] ?? 0;
          gradient[name] = (gradient[name] ?? 0) + pull * (one.values[sign] ?? 0);
        }
      }
    }
    const step = 0.5 / (1 + round / 60);
    for (let name = 0; name < weights.length; name += 1) {
      const now = weights[name] ?? 0;
      weights[name] = now + step * ((gradient[name] ?? 0) - penalty * (now - (start[name] ?? 0)));
    }
  }
  return weights;
}

/** Weighted share of questions whose best candidate is right. */
function accuracy(cases: Case[], weights: Float64Array): number {
  let [right, all] = [0, 0];
  for (const { candidates, weight } of cases) {
    const best = candidates.reduce((a, b) => (scoreOf(weights, b) > scoreOf(weights, a) ? b : a));
    right += best.right ? weight : 0;
    all += weight;
  }
  return right / all;
}

function main(): void {
  const golds = unzip("pico_results/llm_meta_analysis/dev/numeric_gold.jsonl.gz").map(
    (line) => JSON.parse(line) as Gold,
  );
  const cases = [
    ...fromGold(golds),
    ...fromEvidence(new Set(golds.map(({ pmcid }) => String(pmcid)))),
  ];
  const counts = new Map<string, number>();
  for (const { article } of cases) counts.set(article, (counts.get(article) ?? 0) + 1);
  for (const one of cases) one.weight = 1 / Math.sqrt(counts.get(one.article) ?? 1);
  const sorted = [...counts.keys()].toSorted();
  const foldOf = (article: string): number => sorted.indexOf(article) % 5;
  const of = (letter: string, some: Case[]): Case[] =>
    some.filter(({ article }) => article.startsWith(letter));
  console.log(
    `${cases.length} questions of ${sorted.length} articles; hand-set weights: ${accuracy(cases, start).toFixed(3)} (gold ${accuracy(of("g", cases), start).toFixed(3)}, evidence ${accuracy(of("e", cases), start).toFixed(3)})`,
  );
  let best = { penalty: 0, score: 0 };
  for (const penalty of [0.3, 0.1, 0.03, 0.01, 0.003]) {
    const scores = [0, 1, 2, 3, 4].map((fold) => {
      const held = cases.filter(({ article }) => foldOf(article) === fold);
      const weights = train(
        cases.filter(({ article }) => foldOf(article) !== fold),
        penalty,
      );
      return { all: accuracy(held, weights), gold: accuracy(of("g", held), weights) };
    });
    const mean = (key: "all" | "gold"): number =>
      scores.reduce((sum, one) => sum + one[key], 0) / 5;
    console.log(
      `penalty ${penalty}: held-out folds ${mean("all").toFixed(3)} (gold ${mean("gold").toFixed(3)})`,
    );
    if (mean("all") > best.score) best = { penalty, score: mean("all") };
  }
  const weights = train(cases, best.penalty);
  console.log(`penalty ${best.penalty}: on all ${accuracy(cases, weights).toFixed(3)}`);
  const rounded = Object.fromEntries(
    names.map((name, at) => [name, Number((weights[at] ?? 0).toFixed(3))]),
  );
  if (process.argv.includes("--write"))
    writeFileSync(
      new URL("rank-weights.json", import.meta.url),
      `${JSON.stringify(rounded, null, 2)}\n`,
    );
  else console.log(rounded);
}

main();
