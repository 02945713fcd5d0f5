/** `evidesk read`: a request about images, led as on the page. */
import { basename, join } from "node:path";
import { need, type Command, type CommandContext } from "../../command.ts";
import { AppError, toErrorShape, type ErrorShape } from "../../api/errors.ts";
import { sequenceOf, type Sequence } from "../../api/sequences.ts";
import type { Volume } from "../../api/volume.ts";
import { shownVolume } from "./dicom-volume.ts";
import { loadSeries } from "./load.ts";
import { isPicture, writeMask } from "./mask-files.ts";
import { categoryIds, categoryOf, type Category } from "../models/routing/categories.ts";
import type { OpenedSeries } from "./open.ts";
import { askImage } from "./planning/ask.ts";
import { categoryOfSequence, shownOrder } from "./planning/sequences.ts";
import { effortIn, effortOption } from "./effort-option.ts";
import { measurable, runExpert } from "./run-expert.ts";

type Given = { path: string; said?: Sequence; series: OpenedSeries; volume: Volume };

async function load(argument: string, context: CommandContext): Promise<Given> {
  const [, said, rest] = /^(T1c|T1|T2|FLAIR)=(.+)$/.exec(argument) ?? [];
  const path = rest ?? argument;
  const series = await loadSeries(path, context.progress);
  const volume = shownVolume(series);
  return { path, series, volume, ...(said ? { said: said as Sequence } : {}) };
}

/** The images as the sequences of one patient, by what is said of them (T1=FILE) or by their names. */
function together(given: readonly Given[]): [Sequence, Given][] {
  const known = given.map((one): [Sequence, Given] => {
    const { files, header, volume } = one.series;
    const about = { name: basename(one.path), files, header, modality: volume.modality };
    const sequence = one.said ?? sequenceOf(about);
    if (sequence) return [sequence, one];
    throw new AppError(
      "usage",
      `"${one.path}" does not say which sequence it is; write T1=, T1c=, T2= or FLAIR= before it.`,
    );
  });
  const twice = known.find(([name], at) => known.findIndex(([one]) => one === name) !== at);
  if (twice) throw new AppError("usage", `Two images are ${twice[0]}; say which one with T1=FILE.`);
  return shownOrder.flatMap((name) => known.filter(([one]) => one === name));
}

export const read: Command = {
  summary: "Ask about images; the planner calls an expert and answers.",
  usage:
    "read IMAGE… --ask TEXT [--as KIND] [--planner ID] [--calls N] [--effort CHOICE] [--sequences] [--out DIR]",
  options: {
    ask: { type: "string", help: "the request" },
    planner: {
      type: "string",
      help: "planner id; “rules” plans by rules; the first pack installed",
    },
    as: {
      type: "string",
      help: `what the images are, where it cannot be told: ${categoryIds.join(", ")}`,
    },
    calls: { type: "string", help: "expert calls that a request may lead to, 1 to 4 (1)" },
    sequences: {
      type: "boolean",
      help: "the images are MR sequences of one patient, asked about together: by their names, or as T1=FILE T1c=FILE T2=FILE FLAIR=FILE",
    },
    effort: effortOption,
    out: { type: "string", help: "folder for masks" },
  },
  async run({ positionals, values }, context) {
    const request = need(values["ask"], "--ask", this.usage);
    need(positionals[0], "The image", this.usage);
    const most = Number(values["calls"] ?? 1);
    if (!Number.isInteger(most) || most < 1 || most > 4)
      throw new AppError("usage", `--calls takes 1 to 4, not "${String(values["calls"])}".`);
    const effort = effortIn(values["effort"]);
    const seeing = await context.planners.open(String(values["planner"] ?? "auto"), context);
    const told = categoryOf(typeof values["as"] === "string" ? values["as"] : undefined);
    const turns: object[] = [{ role: "user", text: request }];
    const findings: object[] = [];
    const masks: string[] = [];
    const cards = await context.experts.list();

    async function ask(one: Given, taken: readonly [Sequence, Given][]): Promise<void> {
      const { path, series, volume } = one;
      await askImage({
        volume,
        title: basename(path),
        facts: {
          modality: volume.modality,
          slices: volume.shape[2],
          low: lowest(volume),
          channels: volume.channels,
        },
        sequences: taken.map(([sequence, other]) => ({
          sequence,
          title: basename(other.path),
          volume: other.volume,
        })),
        request,
        cards,
        ...(seeing ? { seeing } : {}),
        most,
        measurable: measurable(series),
        routing: await context.router.look(
          { volume, header: series.header, told, named: categoryIn(one, taken) },
          context.signal,
        ),
        run: (expert, args, given, several) =>
          runExpert(context, expert.id, series, { args, given, effort, ...several }),
        keep: async (result) => {
          if (result.kind === "classification")
            findings.push(...result.findings.map((finding) => ({ file: path, ...finding })));
          else if (typeof values["out"] === "string") {
            const flat = isPicture(series.format, series.volume.shape);
            const mask = join(
              values["out"],
              `${basename(path).replace(/\.[^.]+$/, "")}-${result.expert}${flat ? ".png" : ".nii.gz"}`,
            );
            await writeMask(series, result, mask, { palette: false, cards });
            masks.push(mask);
          }
          return {};
        },
        onTurn: ({ call, at: _at, suggestionId: _none, choices, ...turn }) =>
          turns.push({
            ...turn,
            ...(choices ? { choices: choices.map(({ id }) => id) } : {}),
            ...(call ? { call: { expert: call.expert, args: call.args } } : {}),
          }),
      });
    }

    if (values["sequences"] === true) {
      const given = [];
      for (const argument of positionals) given.push(await load(argument, context));
      const [first] = given;
      if (first) await ask(first, together(given));
      return { turns, findings, masks };
    }
    const failures: { file: string; error: ErrorShape }[] = [];
    for (const path of positionals)
      try {
        await ask(await load(path, context), []);
      } catch (thrown) {
        // One unreadable image among many is that image's failure; alone, it is the command's.
        const error = toErrorShape(thrown);
        if (positionals.length === 1 || error.code === "cancelled") throw thrown;
        context.failed(`${path}: ${error.message}`);
        failures.push({ file: path, error });
      }
    return { turns, findings, masks, ...(failures.length > 0 ? { failures } : {}) };
  },
};

function categoryIn(one: Given, taken: readonly [Sequence, Given][]): Category | undefined {
  const [sequence] = taken.find(([, other]) => other === one) ?? [];
  return sequence && categoryOfSequence[sequence];
}

function lowest({ data }: Volume): number {
  let low = Number.POSITIVE_INFINITY;
  for (const value of data) if (value < low) low = value;
  return low;
}
