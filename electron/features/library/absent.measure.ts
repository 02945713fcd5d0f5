/**
 * How often "Not in your library" is right: questions of evidence_inference about articles that are in a library
 * and about articles that are not, answered without a model as the page does it.
 *
 *     node electron/features/library/absent.measure.ts [ARTICLES]
 *
 * The threshold is chosen on the even half of the articles (by their number's digit sum) and told for the odd
 * one. In each half the first ARTICLES (50) are the library, in full text; as many others are what is not there.
 * A question that another article of the library happens to answer counts as wrongly found all the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Passage } from "../../api/schemas/library.ts";
import { bundledPacksFolder } from "../../places.ts";
import { directionCases, type DirectionCase } from "../extraction/direction/cases.ts";
import { paperFromPlain } from "../extraction/plain.ts";
import { forkWorker } from "../models/fork-worker.ts";
import { openPacks } from "../models/packs.ts";
import { createTexts } from "../models/texts.ts";
import { createWorkerClient } from "../models/worker-client.ts";
import { passagesOfPaper, passagesOfRecord } from "./passages.ts";
import { countTerms, coverageOf, leastCoverage, mergeRanks, weighQuestion } from "./ranking.ts";
import { openLibrary } from "./store.ts";

const most = Number(process.argv[2] ?? 50);
const perArticle = 4;
const depth = 50;
const top = 8;
const folder = mkdtempSync(join(tmpdir(), "evidesk-absent-"));
// A busy machine takes its time to start one.
const worker = createWorkerClient(forkWorker, { readyWithin: 120_000 });
const texts = createTexts(openPacks(bundledPacksFolder, folder), worker, () => ({
  devices: ["cpu"],
  threads: 1,
}));
const { signal } = new AbortController();
const embed = (some: string[]) => texts.embed("text-encoder", some, { signal });

type Article = { pmcid: string; text: string; cases: DirectionCase[] };
/** `covers`: of the best passages, the largest share of the question that one holds. */
type Asked = { isIn: boolean; covers: number; isRight: boolean };

function articlesOf(half: "even" | "odd"): Article[] {
  const found = new Map<string, Article>();
  for (const one of directionCases(half) ?? []) {
    const article = found.get(one.pmcid) ?? { pmcid: one.pmcid, text: one.text, cases: [] };
    if (article.cases.length < perArticle) article.cases.push(one);
    found.set(one.pmcid, article);
  }
  return [...found.values()].toSorted((a, b) => Number(a.pmcid) - Number(b.pmcid));
}

function passagesOf({ pmcid, text }: Article): Passage[] {
  const title = /TITLE:\s*\n(.+)/.exec(text)?.[1] ?? pmcid;
  const [, abstract = ""] = /\n((?:ABSTRACT[\s\S]*?))(?=\nBODY|\n#)/.exec(text) ?? [];
  const record = { id: pmcid, title, abstract };
  return [
    ...passagesOfRecord(record),
    ...passagesOfPaper(record, "a".repeat(64), paperFromPlain(text)),
  ];
}

async function ask(half: "even" | "odd"): Promise<Asked[]> {
  const articles = articlesOf(half);
  const [inside, outside] = [articles.slice(0, most), articles.slice(most, 2 * most)];
  const passages = inside.flatMap(passagesOf);
  const searched = passages.map(({ title, section, text }) => `${title}. ${section}. ${text}`);
  const counts = countTerms(searched);
  const store = openLibrary(join(folder, half));
  async function* batches() {
    for (let from = 0; from < passages.length; from += 256) {
      const part = searched.slice(from, from + 256);
      const vectors = await embed(part);
      yield part.map((words, at) => ({
        passage: passages[from + at] as Passage,
        searched: words,
        vector: vectors[at] ?? new Float32Array(),
      }));
      process.stderr.write(`${half}: ${from + part.length} of ${passages.length} passages\n`);
    }
  }
  await store.build(half, batches(), () => ({
    mark: "",
    passages: passages.length,
    unread: [],
    terms: [],
  }));
  const asked: Asked[] = [];
  for (const [isIn, part] of [
    [true, inside],
    [false, outside],
  ] as const)
    for (const { outcome, intervention, comparator, pmcid } of part.flatMap(({ cases }) => cases)) {
      const question = `What is the effect of ${intervention} compared with ${comparator} on ${outcome}?`;
      const [vector = new Float32Array()] = await embed([question]);
      const { orders, passages: rows } = await store.search(
        half,
        { text: question, vector },
        depth,
      );
      const weights = weighQuestion(question, counts, passages.length);
      const best = mergeRanks(orders).flatMap((number) => rows.get(number) ?? []);
      const covered = best.map((one) => ({
        right: one.recordId === pmcid,
        covers: coverageOf(weights, `${one.title} ${one.text}`),
      }));
      const covers = Math.max(0, ...covered.map((one) => one.covers));
      const shown = covered.filter((one) => one.covers >= leastCoverage).slice(0, top);
      asked.push({ isIn, covers, isRight: shown.some(({ right }) => right) });
    }
  return asked;
}

const share = (part: number, all: number): string =>
  `${part} of ${all} (${(part / all).toFixed(3)})`;
function rates(asked: readonly Asked[], least: number) {
  const inside = asked.filter(({ isIn }) => isIn);
  const outside = asked.filter(({ isIn }) => !isIn);
  const found = inside.filter(({ covers }) => covers >= least).length;
  const absent = outside.filter(({ covers }) => covers < least).length;
  return {
    text: `found ${share(found, inside.length)}, rightly absent ${share(absent, outside.length)}`,
    mean: (found / inside.length + absent / outside.length) / 2,
  };
}

try {
  const [even, odd] = [await ask("even"), await ask("odd")];
  const grid = Array.from({ length: 19 }, (_, at) => Math.round(100 * (0.05 + 0.05 * at)) / 100);
  for (const least of grid)
    process.stdout.write(`even half, threshold ${least.toFixed(2)}: ${rates(even, least).text}\n`);
  const chosen = grid.reduce((best, one) =>
    rates(even, one).mean > rates(even, best).mean ? one : best,
  );
  process.stdout.write(`chosen on the even half: ${chosen.toFixed(2)}\n`);
  for (const least of new Set([chosen, leastCoverage]))
    process.stdout.write(`odd half, threshold ${least.toFixed(2)}: ${rates(odd, least).text}\n`);
  const inside = odd.filter(({ isIn }) => isIn);
  const right = inside.filter(({ isRight }) => isRight).length;
  process.stdout.write(
    `odd half as shipped: a passage of the right article is shown for ${share(right, inside.length)}\n`,
  );
} finally {
  worker.stop();
  rmSync(folder, { recursive: true, force: true });
}
