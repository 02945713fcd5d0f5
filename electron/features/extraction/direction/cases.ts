/** Questions of evidence_inference with what annotators said, for fitting and measuring. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Direction } from "../results/direction.ts";

export type DirectionCase = {
  pmcid: string;
  text: string;
  outcome: string;
  intervention: string;
  comparator: string;
  /** One an annotator; most agree. */
  directions: Direction[];
  evidence: string[];
};

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

/** Annotators typed one of the labels in two ways. */
const labels: Record<string, Direction> = {
  "significantly increased": "increased",
  "significantly increase": "increased",
  "significantly decreased": "decreased",
  "no significant difference": "no difference",
};

export const named: Direction[] = ["increased", "decreased", "no difference"];

/** Articles whose PMCID has an even sum of digits are for development; odd ones are held out. */
export const halfOf = (pmcid: string): "even" | "odd" =>
  [...pmcid].reduce((sum, digit) => sum + Number(digit), 0) % 2 === 0 ? "even" : "odd";

/** The questions of one half that have an answer; undefined when the data is not there. */
export function directionCases(half: "even" | "odd"): DirectionCase[] | undefined {
  if (!existsSync(folder)) return undefined;
  const texts = new Map(
    unzip("fulltext_txt_annotated.jsonl.gz")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { pmcid: string; text: string })
      .map(({ pmcid, text }) => [pmcid.replace("PMC", ""), text]),
  );
  const byId = new Map<string, DirectionCase>();
  for (const [id = "", pmcid = "", outcome = "", intervention = "", comparator = ""] of table(
    "prompts.tsv.gz",
  )) {
    const text = texts.get(pmcid);
    if (text !== undefined && halfOf(pmcid) === half)
      byId.set(id, {
        pmcid,
        text,
        outcome,
        intervention,
        comparator,
        directions: [],
        evidence: [],
      });
  }
  for (const [, id = "", , valid, reasoning, label = "", , , , , text = ""] of table(
    "v2_annotations.tsv.gz",
  )) {
    const direction = labels[label];
    const one = byId.get(id);
    if (!one || !direction || valid !== "True" || reasoning !== "True") continue;
    one.directions.push(direction);
    if (text.trim() !== "") one.evidence.push(text);
  }
  return [...byId.values()].filter((one) => one.directions.length > 0);
}

const count = <T>(list: T[], one: T): number => list.filter((other) => other === one).length;

/** What most annotators said. */
export const goldOf = (one: DirectionCase): Direction =>
  named.toSorted((a, b) => count(one.directions, b) - count(one.directions, a))[0] ?? "uncertain";

/** F1 of each named direction and their mean, over pairs of what is right and what was said. */
export function macroF1(pairs: [right: Direction, said: Direction][]) {
  const each = named.map((name) => {
    const hit = pairs.filter(([right, said]) => right === name && said === name).length;
    const right = pairs.filter(([one]) => one === name).length;
    const said = pairs.filter(([, one]) => one === name).length;
    return (2 * hit) / Math.max(1, right + said);
  });
  return { each, mean: each.reduce((sum, one) => sum + one, 0) / each.length };
}
