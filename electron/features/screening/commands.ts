/** `evidesk rank` and `evidesk simulate`. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Command, CommandContext } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import type { Criterion } from "../../api/schemas/review.ts";
import { judgeAll, type ModelJudged } from "./by-model.ts";
import { missingWork } from "./chao.ts";
import { featureSpaceWork, type FeatureSpace } from "./feature-space.ts";
import { learnerOn, recipeFor, recipes, type Label, type Learner } from "./learner.ts";
import { readLabelledSet, type LabelledRecord } from "./labelled-set.ts";
import { measureOrder } from "./metrics.ts";
import { simulate, type Step } from "./simulate.ts";
import { runAtOnce } from "./slices.ts";
import { splitCriteria, type CriteriaFile } from "./split-criteria.ts";
import { estimateRelevant } from "./recall-estimate.ts";
import { parseStopRule, stopRuleForms } from "./stopping.ts";
import { judgeSet, type ZeroShot } from "./zero-shot.ts";

const text = z.union([z.string(), z.array(z.string())]);
const criteriaSchema = z
  .object({
    title: z.string(),
    question: z.string().nullish(),
    inclusion: text.nullish(),
    exclusion: text.nullish(),
    inclusion_criteria: text.nullish(),
    exclusion_criteria: text.nullish(),
    pico: z.record(z.string(), z.string()).nullish(),
  })
  .loose();

async function readCriteria(path: unknown): Promise<CriteriaFile> {
  if (typeof path !== "string")
    throw new AppError(
      "usage",
      "--criteria takes a JSON file with title, inclusion and, when there are any, exclusion and pico.",
    );
  const content = await readFile(path, "utf8").catch(() => {
    throw new AppError("notFound", `There is no file "${path}".`, { path });
  });
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${path}" is not JSON: ${thrown instanceof Error ? thrown.message : ""}.`,
    );
  }
  const parsed = criteriaSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join(".") ?? "";
    throw new AppError(
      "badFile",
      `"${path}" holds no criteria: ${place === "" ? "the file" : `"${place}"`} ${wrongWith(json, issue?.path ?? [])}. Criteria are {title, question?, inclusion, exclusion?, pico?}.`,
      { path, field: place },
    );
  }
  const { title, question, pico } = parsed.data;
  return {
    title,
    question,
    pico,
    inclusion: parsed.data.inclusion ?? parsed.data.inclusion_criteria ?? "",
    exclusion: parsed.data.exclusion ?? parsed.data.exclusion_criteria,
  };
}

/** In words: what stands there instead of text, or that nothing does. */
function wrongWith(json: unknown, place: readonly PropertyKey[]): string {
  let value: unknown = json;
  for (const key of place) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value === undefined
    ? "is missing"
    : `must be text${place.length > 0 ? " or a list of texts" : " in {}"}, not ${JSON.stringify(value).slice(0, 60)}`;
}

const textOf = (record: { title: string; abstract: string }): string =>
  `${record.title} ${record.abstract}`;

const rank: Command = {
  summary: "Rank a set by eligibility criteria before any decision.",
  usage: "rank FILE.csv --criteria C.json [--pack ID]",
  options: {
    criteria: { type: "string", help: "JSON: {title, question?, inclusion, exclusion?, pico?}" },
    pack: { type: "string", help: "a generation pack that reads the criteria (models list)" },
  },
  async run({ positionals: [path], values }, context) {
    if (path === undefined)
      throw new AppError("usage", `The set is missing. Usage: evidesk ${this.usage}`);
    const [records, file] = await Promise.all([
      readLabelledSet(path),
      readCriteria(values["criteria"]),
    ]);
    const packId = values["pack"];
    const judged: ModelJudged[] =
      typeof packId === "string"
        ? await judgeByPack(records, splitCriteria(file), packId, context)
        : judgeSet(records, file);
    return records
      .map((record, index) => {
        const { score = 0, verdicts = [], failed } = judged[index] ?? {};
        return {
          id: record.id,
          score,
          criteria: verdicts.map(({ criterion, verdict, quote }) => ({
            criterion,
            verdict,
            quote,
          })),
          ...(failed === undefined ? {} : { failed }),
        };
      })
      .toSorted((a, b) => b.score - a.score);
  },
};

/** As many questions as a server of one machine batches well (vLLM, llama.cpp with parallel slots). */
const questionsInFlight = 20;

async function judgeByPack(
  records: readonly LabelledRecord[],
  criteria: Criterion[],
  packId: string,
  { call, seed, signal, progress }: CommandContext,
): Promise<ModelJudged[]> {
  const judged = await judgeAll(
    records,
    criteria,
    (asked) =>
      call("generation.ask", { packId, prompt: "screening", values: asked, seed }, { signal }),
    {
      inFlight: questionsInFlight,
      told: (done) => {
        if (done % 20 === 0 || done === records.length)
          progress(`${done} of ${records.length} records read`);
      },
    },
  );
  const failed = judged.filter((one) => one.failed !== undefined).length;
  if (failed > 0 && failed === judged.length)
    throw new AppError("modelFailed", `No record was read. ${judged[0]?.failed ?? ""}`);
  if (failed > 0)
    progress(`${failed} records without a usable answer: uncertain on every criterion`);
  return judged;
}

const modes = ["active", "zero-shot", "both"];

const simulateCommand: Command = {
  summary: "Replay the screening of a labelled set.",
  usage:
    "simulate FILE.csv --prior-included ID --prior-excluded ID [--criteria C.json] [--mode active|zero-shot|both] [--recipe desk|asreview] [--stop RULE]",
  options: {
    "prior-included": {
      type: "string",
      multiple: true,
      help: "id of a relevant record known from the start",
    },
    "prior-excluded": {
      type: "string",
      multiple: true,
      help: "id of an irrelevant record known from the start",
    },
    criteria: { type: "string", help: "criteria file; needed by zero-shot and both" },
    mode: { type: "string", help: modes.join(", ") },
    recipe: {
      type: "string",
      help: "desk (the app's own, when not given) or asreview (its elas u4)",
    },
    stop: { type: "string", help: stopRuleForms },
  },
  async run({ positionals: [path], values }) {
    if (path === undefined)
      throw new AppError("usage", `The set is missing. Usage: evidesk ${this.usage}`);
    const mode = String(values["mode"] ?? "active");
    if (!modes.includes(mode))
      throw new AppError("usage", `--mode "${mode}" is not one of ${modes.join(", ")}.`);
    const recipeName = String(values["recipe"] ?? "desk");
    if (!["desk", "asreview"].includes(recipeName))
      throw new AppError("usage", `--recipe "${recipeName}" is not one of desk, asreview.`);
    const ruleText = String(values["stop"] ?? "never");
    const rule = parseStopRule(ruleText);
    if (rule === null)
      throw new AppError("usage", `--stop "${ruleText}" is not one of ${stopRuleForms}.`);
    const records = (await readLabelledSet(path)).filter((record) => record.relevant !== null);
    const rowOf = new Map(records.map((record, row) => [record.id, row]));
    const priors = [...ids(values["prior-included"]), ...ids(values["prior-excluded"])].map(
      (id) => {
        const row = rowOf.get(id);
        if (row === undefined)
          throw new AppError("badInput", `The set has no labelled record with the id "${id}".`, {
            id,
          });
        return row;
      },
    );
    const criteria =
      mode === "active" && values["criteria"] === undefined
        ? null
        : judgeSet(records, await readCriteria(values["criteria"]));
    const labels = records.map((record) => record.relevant === true);
    // The replay goes on to the end, so that its measures do not depend on the rule; where the rule stops is noted.
    let stopped: { at: number; estimate: number | null } | null = null;
    const found: boolean[] = [];
    const note = (order: readonly Step[], remaining: number): boolean => {
      found.push(order.at(-1)?.relevant === true);
      if (stopped === null && (rule.stop(found, remaining) || remaining === 0))
        stopped = {
          at: found.length,
          estimate: estimateRelevant(found, remaining)?.recall ?? null,
        };
      return false;
    };
    const recipe = recipeName === "asreview" ? recipes.elasU4 : recipeFor(records.length);
    const space = runAtOnce(featureSpaceWork(records.map(textOf), recipe));
    const run =
      mode === "zero-shot"
        ? byCriteria(criteria ?? [], labels, priors, note)
        : runActive(learnerOn(space, recipe), {
            labels,
            priors,
            criteria: mode === "both" ? criteria : null,
            stop: note,
          });
    const total = found.filter(Boolean).length;
    const { at, estimate } = stopped ?? { at: found.length, estimate: null };
    const known = [
      ...priors.map((row) => ({ row, relevant: labels[row] === true })),
      ...run.order.slice(0, at),
    ];
    const { k95: _k95, k100: _k100, ...metrics } = measureOrder(found);
    return {
      order: run.order.map((step) => records[step.row]?.id ?? ""),
      metrics,
      secondsPerStep: run.secondsPerStep,
      stop: {
        rule: rule.name,
        at,
        estimatedRecall: estimate,
        chao: chaoAt(space, known),
        recall: total === 0 ? 1 : found.slice(0, at).filter(Boolean).length / total,
      },
    };
  },
};

/** Told of the order so far and how many records are left; true ends the screening. */
type Note = (order: readonly Step[], remaining: number) => boolean;

const ids = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Chao's estimate after these labels, priors among them; null before five includes. */
function chaoAt(space: FeatureSpace, known: readonly Label[]) {
  const estimate = runAtOnce(missingWork(space, known));
  if (estimate === null) return null;
  const included = known.filter(({ relevant }) => relevant).length;
  return {
    missing: estimate.missing,
    mostMissing: estimate.high,
    estimatedRecall: included / (included + estimate.missing),
    lowestRecall: included / (included + estimate.high),
  };
}

function runActive(
  learner: Learner,
  {
    labels,
    priors,
    criteria,
    stop,
  }: {
    labels: readonly boolean[];
    priors: readonly number[];
    criteria: ZeroShot[] | null;
    stop: Note;
  },
) {
  return simulate({
    learner,
    labels,
    priors,
    clock: () => performance.now(),
    criteria: criteria === null ? null : Float64Array.from(criteria, (one) => one.score),
    stop,
  });
}

function byCriteria(
  criteria: readonly ZeroShot[],
  labels: readonly boolean[],
  priors: readonly number[],
  stop: Note,
) {
  const started = performance.now();
  const rows = labels.map((_, row) => row).filter((row) => !priors.includes(row));
  const sorted = rows.toSorted((a, b) => (criteria[b]?.score ?? 0) - (criteria[a]?.score ?? 0));
  const order: Step[] = [];
  for (const [at, row] of sorted.entries()) {
    order.push({ row, relevant: labels[row] === true });
    if (stop(order, sorted.length - at - 1)) break;
  }
  const mean = (performance.now() - started) / 1000 / Math.max(1, order.length);
  return { order, secondsPerStep: { mean, p95: mean, max: mean } };
}

export const commands: Record<string, Command> = { rank, simulate: simulateCommand };
