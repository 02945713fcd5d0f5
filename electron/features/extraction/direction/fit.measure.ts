/**
 * Fits the direction of evidence sentences on the development half of evidence_inference, says how good
 * it is by cross-validation over articles (never on the held-out half), and writes `weights.json`.
 * Run: `node electron/features/extraction/direction/fit.measure.ts`.
 *
 * Each annotated sentence is an example of its own beside the sentences that the program finds. Each
 * example is also given with intervention and comparator exchanged, and the opposite direction: what
 * holds for one holds for the other.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fitLinear, type Example } from "../linear/fit.ts";
import { linearScores, type Features } from "../linear/linear.ts";
import { paperFromPlain } from "../plain.ts";
import { inquiryOf } from "../results/context.ts";
import { findEvidence, type Direction } from "../results/direction.ts";
import { directionCases, goldOf, macroF1, named } from "./cases.ts";
import { directionFeatures } from "./features.ts";

const opposite: Partial<Record<Direction, Direction>> = {
  increased: "decreased",
  decreased: "increased",
};
const penalty = 0.02;
const exchangedWeight = 0.4;
const folds = 5;

type Row = { pmcid: string; gold: Direction; found: Features; examples: Example[] };

const targets = (direction: Direction): number[] => named.map((one) => Number(one === direction));
const keyOf = (features: Features): string => JSON.stringify([...features]);

function rows(): Row[] {
  return (directionCases("even") ?? []).map((one) => {
    const paper = paperFromPlain(one.text);
    const inquiry = inquiryOf(paper, one);
    const { comparator: intervention, intervention: comparator } = inquiry;
    const exchanged = { ...inquiry, intervention, comparator };
    const found = findEvidence(paper, one).sentences;
    const annotated = one.evidence.slice(0, 3).map((text) => [{ text, score: 1 }]);
    const gold = goldOf(one);
    const mirror = targets(opposite[gold] ?? gold);
    const own = directionFeatures(inquiry, found);
    const examples: Example[] = [
      { features: own, gold: targets(gold) },
      { features: directionFeatures(exchanged, found), gold: mirror, weight: exchangedWeight },
    ];
    for (const sentence of annotated) {
      const weight = 1 / annotated.length;
      const features = directionFeatures(inquiry, sentence);
      const turned = directionFeatures(exchanged, sentence);
      examples.push({ features, gold: targets(gold), weight });
      // A sentence that names neither arm says nothing about which of them it is of.
      if (keyOf(turned) !== keyOf(features))
        examples.push({ features: turned, gold: mirror, weight: weight * exchangedWeight });
    }
    return { pmcid: one.pmcid, gold, found: own, examples };
  });
}

function fit(from: Row[]) {
  const share = new Map(
    named.map((one) => [one, from.filter(({ gold }) => gold === one).length / from.length]),
  );
  const examples = from.flatMap(({ gold, examples: own }) =>
    own.map((example): Example => ({
      ...example,
      weight: (example.weight ?? 1) / Math.sqrt(3 * (share.get(gold) ?? 1)),
    })),
  );
  return fitLinear(examples, { labels: named, loss: "softmax", penalty, epochs: 80, rate: 0.1 });
}

function main(): void {
  const all = rows();
  if (all.length === 0) return console.log("skipped: no data (set EVIDESK_SHARED)");
  const articles = [...new Set(all.map(({ pmcid }) => pmcid))];
  const pairs: [Direction, Direction][] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const away = new Set(articles.filter((_, index) => index % folds === fold));
    const model = fit(all.filter(({ pmcid }) => !away.has(pmcid)));
    for (const { gold, found } of all.filter(({ pmcid }) => away.has(pmcid))) {
      const scores = linearScores(model, found);
      pairs.push([gold, named[scores.indexOf(Math.max(...scores))] ?? "uncertain"]);
    }
  }
  console.log(
    `development half, ${all.length} questions, ${folds} folds by article: direction macro-F1 ${macroF1(pairs).mean.toFixed(3)}`,
  );
  const model = fit(all);
  const target = fileURLToPath(new URL("weights.json", import.meta.url));
  writeFileSync(target, `${JSON.stringify(model)}\n`);
  console.log(`${Object.keys(model.weights).length} features written to ${target}`);
}

main();
