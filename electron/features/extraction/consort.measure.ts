/**
 * CONSORT methods items of sentences (CONSORT-TM, 40 full texts; Kilicoglu et al. 2021), by a linear
 * classifier in five folds by article: micro F1 over the items of the methods section (3a to 12b), on
 * all sentences of the held-out articles. The corpus states no licence, so nothing trained on it is
 * shipped; this says how far the program's features go.
 * Run: `node electron/features/extraction/consort.measure.ts`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitLinear, type Example } from "./linear/fit.ts";
import {
  addFeature,
  linearScores,
  sigmoid,
  type Features,
  type LinearModel,
} from "./linear/linear.ts";
import { sectionRole } from "./section-role.ts";
import { stem } from "./terms.ts";

const archive = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/pico_results/consort_tm/dev/xml_40.tar.gz",
);
const items = "3a 3b 4a 4b 5 6a 6b 7a 7b 8a 8b 9 10 11a 11b 12a 12b".split(" ");
const folds = 5;

type Labelled = { article: number; features: Features; gold: number[]; role: string };

/** Sentences of one article with the sections that they stand in. */
function sentencesOf(xml: string, article: number): Labelled[] {
  const sections = [...xml.matchAll(/<section textSpan="(\d+)-(\d+)" title="([^"]*)"/g)].map(
    ([, start, end, title = ""]) => ({ start: Number(start), end: Number(end), title }),
  );
  const found = [
    ...xml.matchAll(
      /<sentence charOffset="(\d+)-\d+" id="[^"]*"(?: selection="([^"]*)")?>\s*<text[^>]*>([^<]*)</g,
    ),
  ].map(([, start, labels = "", text = ""]) => ({
    start: Number(start),
    labels: labels.split(",").map((one) => one.trim()),
    text: text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  }));
  return found.map(({ start, labels, text }, index) => {
    const around = sections.filter((one) => one.start <= start && start < one.end);
    let role: string | undefined;
    for (const { title } of around) role = sectionRole(title, role);
    const features: Features = new Map();
    addFeature(features, `role ${role ?? "front"}`);
    for (const { title } of around.slice(-2)) addWords(features, "section", title, 0.7);
    addWords(features, "has", text, 0.4);
    addWords(features, "after", found[index + 1]?.text ?? "", 0.1);
    addWords(features, "before", found[index - 1]?.text ?? "", 0.15);
    return {
      article,
      features,
      gold: items.map((item) => Number(labels.includes(item))),
      role: role ?? "front",
    };
  });
}

function addWords(features: Features, kind: string, text: string, amount: number): void {
  const words = (text.toLowerCase().match(/\p{L}+|\d+|%/gu) ?? []).map((word) =>
    /^\d/.test(word) ? "#" : stem(word),
  );
  for (const word of new Set(words)) addFeature(features, `${kind} ${word}`, amount);
  if (kind === "before" || kind === "after") return;
  for (const pair of new Set(words.map((word, at) => `${word} ${words[at + 1] ?? "."}`)))
    addFeature(features, `${kind} ${pair}`, amount);
}

function fit(training: Labelled[]): LinearModel {
  // Of sentences outside the methods and without an item, a fifth is enough to learn what is none.
  const telling = ({ gold, role }: Labelled): boolean => role === "methods" || gold.includes(1);
  const examples = training
    .filter((one, index) => telling(one) || index % 5 === 0)
    .map(({ features, gold }): Example => ({ features, gold }));
  return fitLinear(examples, {
    labels: items,
    loss: "each",
    penalty: 3e-5,
    epochs: 80,
    rate: 0.1,
    atLeast: 3,
  });
}

type Count = { hit: number; said: number; right: number };

function tally(model: LinearModel, sentences: Labelled[], cut: number, counts: Count[]): void {
  for (const { features, gold } of sentences) {
    const scores = linearScores(model, features).map(sigmoid);
    for (const [index, count] of counts.entries()) {
      const said = (scores[index] ?? 0) > cut;
      count.said += Number(said);
      count.right += gold[index] ?? 0;
      count.hit += said ? (gold[index] ?? 0) : 0;
    }
  }
}

const f1 = ({ hit, said, right }: Count): number => (2 * hit) / Math.max(1, said + right);
const summed = (counts: Count[]): Count =>
  counts.reduce((sum, one) => ({
    hit: sum.hit + one.hit,
    said: sum.said + one.said,
    right: sum.right + one.right,
  }));

function bestCut(model: LinearModel, sentences: Labelled[]): number {
  const tried = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5].map((cut) => {
    const counts = items.map(() => ({ hit: 0, said: 0, right: 0 }));
    tally(model, sentences, cut, counts);
    return { cut, f1: f1(summed(counts)) };
  });
  return tried.toSorted((x, y) => y.f1 - x.f1)[0]?.cut ?? 0.4;
}

function main(): void {
  if (!existsSync(archive)) return console.log(`skipped: no data at ${archive}`);
  const work = mkdtempSync(join(tmpdir(), "evidesk-consort-"));
  execFileSync("tar", ["xzf", archive, "-C", work]);
  const names = readdirSync(work)
    .filter((name) => name.endsWith(".xml"))
    .toSorted();
  const all = names.flatMap((name, article) =>
    sentencesOf(readFileSync(join(work, name), "utf8"), article),
  );
  rmSync(work, { recursive: true });
  const counts = items.map(() => ({ hit: 0, said: 0, right: 0 }));
  for (let fold = 0; fold < folds; fold += 1) {
    const foldOf = ({ article }: Labelled): number => article % folds;
    const training = all.filter((one) => foldOf(one) !== fold);
    // The cut is chosen on one of the training folds, by a fit that has not seen it.
    const choosing = (fold + 1) % folds;
    const cut = bestCut(
      fit(training.filter((one) => foldOf(one) !== choosing)),
      training.filter((one) => foldOf(one) === choosing),
    );
    tally(
      fit(training),
      all.filter((one) => foldOf(one) === fold),
      cut,
      counts,
    );
  }
  const total = summed(counts);
  console.log(
    `${names.length} articles, ${all.length} sentences, ${folds} folds by article: methods items micro F1 ${f1(total).toFixed(3)} (precision ${(total.hit / total.said).toFixed(3)}, recall ${(total.hit / total.right).toFixed(3)}), macro F1 ${(counts.reduce((sum, one) => sum + f1(one), 0) / counts.length).toFixed(3)}`,
  );
  console.log(
    `  ${items.map((item, index) => `${item} ${counts[index] ? f1(counts[index]).toFixed(2) : ""}`).join(", ")}`,
  );
}

main();
