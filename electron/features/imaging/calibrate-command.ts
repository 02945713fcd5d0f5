/**
 * `evidesk calibrate`: how many of several experts are enough, chosen on images whose labels are known and kept with
 * the packs. No expert may have been trained on them.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { need, type Command, type CommandContext } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { unreadable } from "../../unreadable.ts";
import type { ExpertCard } from "../models/models.ts";
import { categoryOf } from "../models/routing/categories.ts";
import { votesOn } from "../models/run-ensemble.ts";
import { operatingPointScore } from "../models/run-planar.ts";
import { calibrate, type Judged } from "../models/several/calibrate.ts";
import { loadSeries } from "./load.ts";
import { runExpert } from "./run-expert.ts";

type Row = Record<string, string>;
const isTrue: Record<string, boolean> = { "1": true, "0": false, yes: true, no: false };

async function tableOf(path: string): Promise<Row[]> {
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    throw unreadable(path, thrown);
  });
  const rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  const [first] = rows as Row[];
  if (first?.["file"] === undefined)
    throw new AppError("badInput", `"${path}" has no column "file".`, { path });
  return rows as Row[];
}

/** Each expert as one that is asked: a pack, or a member of the one ensemble. */
type Voter = { name: string; pack: string; member?: string; knows: (label: string) => boolean };

function votersOf(cards: readonly ExpertCard[]): Voter[] {
  const [only, ...more] = cards;
  if (only?.inference?.kind === "ensemble" && more.length === 0) {
    const { inference, labels } = only;
    return inference.members.map((member) => ({
      name: member.name,
      pack: only.id,
      member: member.name,
      knows: (label) =>
        votesOn(
          inference,
          member,
          label,
          labels.findIndex(({ name }) => name === label),
        ),
    }));
  }
  return cards.map(({ id, labels }) => ({
    name: id,
    pack: id,
    knows: (label) => labels.some(({ name }) => name.toLowerCase() === label.toLowerCase()),
  }));
}

async function cardsOf(ids: readonly string[], { experts }: CommandContext): Promise<ExpertCard[]> {
  const cards = await experts.list();
  return ids.map((id) => {
    const card = cards.find((one) => one.id === id);
    if (card?.task === "classification") return card;
    throw new AppError(
      card ? "badInput" : "notFound",
      card
        ? `"${id}" is a ${card.task} pack; classifiers are asked together.`
        : `There is no model pack "${id}".`,
      { id },
    );
  });
}

export const calibrateCommand: Command = {
  summary: "Choose on labelled images which of several experts are asked first, and how many.",
  usage: "calibrate ID[,ID…] --truth TABLE.csv --on TEXT [--as KIND]",
  options: {
    truth: {
      type: "string",
      help: "columns: file (beside the table), then one a label with 1, 0 or nothing",
    },
    on: { type: "string", help: "what the images are, shown wherever the choice is" },
    as: { type: "string", help: "the kind of image that it holds for; any where not given" },
  },
  async run({ positionals: [ids], values }, context) {
    const cards = await cardsOf(need(ids, "The pack", this.usage).split(","), context);
    const table = need(values["truth"], "--truth", this.usage);
    const on = need(values["on"], "--on", this.usage);
    const kind = categoryOf(typeof values["as"] === "string" ? values["as"] : undefined) ?? "any";
    const rows = await tableOf(table);
    const voters = votersOf(cards);
    if (voters.length < 2)
      throw new AppError(
        "badInput",
        `"${String(ids)}" is one expert; there is nobody to choose between.`,
      );
    const columns = Object.keys(rows[0] ?? {});
    const labels = (cards[0]?.labels ?? [])
      .map(({ name }) => name)
      .filter((name) => columns.some((column) => column.toLowerCase() === name.toLowerCase()));
    const images: Judged[] = [];
    for (const [at, row] of rows.entries()) {
      context.signal.throwIfAborted();
      context.progress(`Asking ${voters.length} experts about image ${at + 1} of ${rows.length}`);
      const series = await loadSeries(join(dirname(table), row["file"] ?? ""), () => {});
      const scores = [];
      for (const { pack, member } of voters) {
        const result = await runExpert(context, pack, series, member ? { members: [member] } : {});
        if (result.kind !== "classification") continue;
        scores.push(
          new Map(
            result.findings.map(({ label, score, operatingPoint }) => [
              nameIn(labels, label),
              operatingPointScore(score, operatingPoint),
            ]),
          ),
        );
      }
      images.push({ truth: truthOf(row, labels), scores });
    }
    const chosen = calibrate({
      names: voters.map(({ name }) => name),
      labels: labels.map((name) => ({
        name,
        voters: voters.flatMap(({ knows }, at) => (knows(name) ? [at] : [])),
      })),
      images,
      on,
      date: new Date().toISOString().slice(0, 10),
    });
    if (chosen === undefined)
      throw new AppError(
        "badInput",
        `"${basename(table)}" has no label of these experts that is both present and absent in its images; their labels: ${(cards[0]?.labels ?? []).map(({ name }) => name).join(", ")}.`,
      );
    await context.call("models.setAsking", {
      ids: cards.map(({ id }) => id),
      asking: { [kind]: chosen },
    });
    return { kind, ...chosen };
  },
};

const nameIn = (labels: readonly string[], name: string): string =>
  labels.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;

function truthOf(row: Row, labels: readonly string[]): Map<string, boolean> {
  const truth = new Map<string, boolean>();
  for (const [column, value] of Object.entries(row)) {
    const is = isTrue[value.toLowerCase()];
    const name = nameIn(labels, column);
    if (is !== undefined && labels.includes(name)) truth.set(name, is);
  }
  return truth;
}
