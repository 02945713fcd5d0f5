/**
 * Sessions of a reading and review desk, made by rule: sixteen experts of 6 to 280 MB, six workflows
 * with steps that are skipped, repeated and branched. Made up, so figures on them compare policies and
 * say nothing about anyone's day; recorded sessions are kept beside them.
 */
import type { Weight } from "./residency.ts";

/** 450 MB/s from the disk and a third more to build the session, as measured for the design paper. */
const millisecondsOf = (megabytes: number): number => (megabytes / 450) * 1.35 * 1000;
const expert = (id: string, megabytes: number): Weight => ({
  id,
  liveBytes: megabytes * 1e6,
  loadMs: millisecondsOf(megabytes),
});

export const smallExperts: Weight[] = [
  expert("view-check", 6),
  expert("cxr-findings", 110),
  expert("cxr-lungs", 60),
  expert("cxr-structures", 90),
  expert("series-kind", 8),
  expert("ct-organs", 280),
  expert("ct-nodules", 150),
  expert("mr-sequence", 12),
  expert("mr-lesion", 140),
  expert("report-draft", 120),
  expert("encoder", 80),
  expert("trial-filter", 24),
  expert("tagger", 40),
  expert("sentence-roles", 30),
  expert("table-reader", 50),
  expert("grounding", 30),
];
/** A local language model, two thirds of all bytes: the one that ruins naive prefetching. */
export const languageModel = expert("language-model", 2300);

type Step = [id: string, chance: number, most: number];
const workflows: Record<string, Step[]> = {
  chest: [
    ["view-check", 1, 1],
    ["cxr-findings", 1, 1],
    ["cxr-lungs", 0.8, 1],
    ["cxr-structures", 0.5, 1],
    ["report-draft", 0.7, 1],
  ],
  ct: [
    ["series-kind", 1, 1],
    ["ct-organs", 0.9, 1],
    ["ct-nodules", 0.8, 2],
    ["report-draft", 0.6, 1],
  ],
  mr: [
    ["series-kind", 1, 1],
    ["mr-sequence", 1, 2],
    ["mr-lesion", 0.9, 1],
    ["report-draft", 0.6, 1],
  ],
  screening: [
    ["encoder", 1, 2],
    ["trial-filter", 0.9, 3],
    ["tagger", 0.6, 2],
  ],
  extraction: [
    ["sentence-roles", 1, 1],
    ["tagger", 1, 2],
    ["table-reader", 0.8, 2],
    ["grounding", 0.9, 2],
  ],
  question: [
    ["encoder", 1, 1],
    ["grounding", 1, 3],
    ["sentence-roles", 0.3, 1],
  ],
};
export const workflowNames = Object.keys(workflows);
const modelSteps: Record<string, number> = { extraction: 0.5, question: 0.8, chest: 0.15 };

/** A number in 0..1 from a seeded stream (Mulberry32, public domain). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `count` sessions, one workflow after another: mostly the same kind as before, as in a morning's list.
 * @param options.only workflows to choose from; `withModel` lets the language model end some of them
 */
export function generatedSessions(
  count: number,
  seed: number,
  { only = workflowNames, withModel = false }: { only?: string[]; withModel?: boolean } = {},
): string[][] {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let name = pick(only);
  return Array.from({ length: count }, () => {
    if (random() > 0.65) name = pick(only);
    const calls = (workflows[name] ?? []).flatMap(([id, chance, most]) =>
      random() < chance ? Array.from({ length: 1 + Math.floor(random() * most) }, () => id) : [],
    );
    // Now and then something out of line.
    if (random() < 0.08)
      calls.splice(Math.floor(random() * calls.length), 0, pick(smallExperts).id);
    if (withModel && random() < (modelSteps[name] ?? 0)) calls.push(languageModel.id);
    return calls;
  });
}
