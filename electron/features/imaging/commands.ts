/** `evidesk image-info`, `convert-image`, `segment`, `classify` and `read`. */
import { basename, join } from "node:path";
import type { Command, CommandContext } from "../../command.ts";
import { AppError, toErrorShape, type ErrorShape } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import { wantedLabels } from "../models/experts.ts";
import type { Click, ExpertResult, RunOptions, Segmentation } from "../models/models.ts";
import { categoryIds, categoryOf } from "../models/routing/categories.ts";
import { measureMask, type Measurable } from "./describe.ts";
import { apply, orientationCode, rowsOf, type Vector } from "./geometry.ts";
import { regionsOf } from "./derived/contours.ts";
import { readReport } from "./derived/report-tree.ts";
import { loadImages, loadSeries } from "./load.ts";
import { anonymize } from "./anonymize-command.ts";
import { convertImage } from "./convert.ts";
import { shownVolume } from "./dicom-volume.ts";
import { isPicture, writeMask } from "./mask-files.ts";
import type { OpenedSeries } from "./open.ts";
import { askImage } from "./planning/ask.ts";
import { refuseUnsuited } from "./suitability.ts";

/** @throws usage naming `what` (an option, or the file) where it was not given */
const need = (value: unknown, what: string, usage: string): string => {
  if (typeof value === "string" && value !== "") return value;
  throw new AppError("usage", `${what} is missing. Usage: evidesk ${usage}`);
};

/** Voxels given as i,j,k, by an option that repeats. @throws usage for one outside the image */
function indices({ shape }: Volume, places: unknown): Vector[] {
  return (Array.isArray(places) ? places : []).map((text) => {
    const index = String(text).split(",").map(Number) as Vector;
    const isInside = index.every(
      (value, axis) => Number.isInteger(value) && value >= 0 && value < (shape[axis] as number),
    );
    if (index.length === 3 && isInside) return index;
    throw new AppError("usage", `"${String(text)}" is no index i,j,k inside ${shape.join(" × ")}.`);
  });
}

function samplesAt(
  series: OpenedSeries,
  places: unknown,
): { index: Vector; value: number | number[]; world: Vector }[] {
  const { volume } = series;
  const [nx, ny, nz] = volume.shape;
  const plane = nx * ny * nz;
  return indices(volume, places).map((index) => {
    const at = index[0] + nx * (index[1] + ny * index[2]);
    const values = Array.from(
      { length: volume.channels },
      (_, c) => volume.data[at + c * plane] as number,
    );
    return {
      index,
      value: values.length === 1 ? (values[0] as number) : values,
      world: apply(volume.affine, index),
    };
  });
}

/** A structure set or report without images: what stands in it. */
async function aboutDerived(path: string): Promise<object | null> {
  const { series, derived } = await loadImages(path);
  const [first] = derived;
  if (series.length > 0 || first === undefined) return null;
  const common = { format: "DICOM", modality: first.kind };
  if (first.kind === "SR") return { ...common, report: readReport(first.dataSet) };
  const regions = regionsOf(first.dataSet).map(({ number, name, contours }) => ({
    number,
    name,
    contours: contours.length,
  }));
  return { ...common, regions };
}

const imageInfo: Command = {
  summary: "Header and geometry of an image file or a DICOM folder.",
  usage: "image-info PATH [--at i,j,k]…",
  options: { at: { type: "string", multiple: true, help: "voxel index to read; may be repeated" } },
  async run({ positionals: [path], values }, context) {
    const about = await aboutDerived(need(path, "The image", this.usage));
    if (about) return about;
    const series = await loadSeries(need(path, "The image", this.usage), context.progress);
    const { volume } = series;
    return {
      format: series.format,
      modality: volume.modality,
      shape: volume.shape,
      spacing: volume.spacing,
      affine: rowsOf(volume.affine),
      orientation: orientationCode(volume.affine),
      ...(series.transferSyntax ? { transferSyntax: series.transferSyntax } : {}),
      samples: samplesAt(series, values["at"]),
      channels: volume.channels,
      units: volume.units,
      sides: series.sides,
      sizes: series.sizes,
      ...(series.scale ? { scale: series.scale } : {}),
      ...(series.faults ? { faults: series.faults } : {}),
      ...(series.slide ? { slide: series.slide } : {}),
      ...(series.labels ? { labels: series.labels } : {}),
      warnings: series.warnings,
      files: series.files.length,
    };
  },
};

const measurable = ({ volume, sizes, faults }: OpenedSeries): Measurable => ({
  shape: volume.shape,
  spacing: volume.spacing,
  sizes,
  faults,
});

/** A line at the start, at the end, and at most twice a second between: a scan has hundreds of windows. */
function saysSeldom(say: (text: string) => void): NonNullable<RunOptions["emit"]> {
  let last = Number.NEGATIVE_INFINITY;
  return ({ done, total, label }) => {
    const now = performance.now();
    if (done < total && now - last < 500) return;
    last = now;
    say(total > 0 ? `${label}: ${done} of ${total}` : label);
  };
}

async function runExpert(
  context: CommandContext,
  packId: string,
  series: OpenedSeries,
  { args, clicks }: { args?: string; clicks?: Click[] } = {},
): Promise<ExpertResult> {
  const volume = shownVolume(series);
  const card = (await context.experts.list()).find(({ id }) => id === packId);
  if (card) refuseUnsuited(card, volume);
  return context.experts.runImage(packId, volume, {
    signal: context.signal,
    emit: saysSeldom(context.progress),
    ...(args ? { args } : {}),
    ...(clicks && clicks.length > 0 ? { clicks } : {}),
  });
}

const segment: Command = {
  summary: "Outline structures with a segmentation expert.",
  usage: "segment IMAGE --expert ID [--labels a,b] [--at i,j,k] --out MASK",
  options: {
    expert: { type: "string", help: "pack id" },
    labels: { type: "string", help: "labels or groups to outline, comma-separated" },
    at: {
      type: "string",
      multiple: true,
      help: "voxel i,j,k inside the one label asked for, for experts that take clicks; repeats",
    },
    "not-at": { type: "string", multiple: true, help: "voxel i,j,k outside of it; repeats" },
    out: { type: "string", help: "mask file: .png, .nii, .nii.gz or .dcm (DICOM SEG)" },
    palette: {
      type: "boolean",
      help: "write a PNG in the labels' colours instead of grey label ids",
    },
  },
  async run({ positionals: [path], values }, context) {
    const expert = need(values["expert"], "--expert", this.usage);
    const out = need(values["out"], "--out", this.usage);
    const series = await loadSeries(need(path, "The image", this.usage), context.progress);
    const args = typeof values["labels"] === "string" ? values["labels"] : "";
    const card = (await context.experts.list()).find(({ id }) => id === expert);
    const wanted = card && wantedLabels(card, args);
    const result = await runExpert(context, expert, series, {
      args,
      clicks: [
        ...indices(series.volume, values["at"]).map((at) => ({ at, inside: true })),
        ...indices(series.volume, values["not-at"]).map((at) => ({ at, inside: false })),
      ],
    });
    if (result.kind !== "segmentation")
      throw new AppError("usage", `"${expert}" classifies; it gives no mask.`);
    const kept = wanted ? keepLabels(result, wanted) : result;
    await writeMask(series, kept, out, {
      palette: values["palette"] === true,
      cards: await context.experts.list(),
    });
    const labels = measureMask(kept.mask.data, measurable(series), kept.labels).map(
      ({ id, name, voxels, ml }) => ({ id, name, voxels, ...(ml === undefined ? {} : { ml }) }),
    );
    return {
      mask: out,
      labels,
      expert: result.expert,
      version: result.version,
      device: result.device,
      ms: result.ms,
      msRuntime: result.msRuntime,
    };
  },
};

function keepLabels<Result extends Segmentation>(result: Result, wanted: number[]): Result {
  const ids = new Set(wanted);
  return {
    ...result,
    labels: result.labels.filter(({ id }) => ids.has(id)),
    mask: { ...result.mask, data: result.mask.data.map((value) => (ids.has(value) ? value : 0)) },
  };
}

const classify: Command = {
  summary: "Ask a classification expert about images.",
  usage: "classify IMAGE… --expert ID",
  options: { expert: { type: "string", help: "pack id" } },
  async run({ positionals, values }, context) {
    const expert = need(values["expert"], "--expert", this.usage);
    need(positionals[0], "The image", this.usage);
    const answers = [];
    for (const path of positionals) {
      try {
        const result = await runExpert(context, expert, await loadSeries(path, context.progress));
        if (result.kind !== "classification")
          throw new AppError("usage", `"${expert}" outlines; use evidesk segment.`);
        const { findings, version, device, ms } = result;
        answers.push({ file: path, findings, expert, version, device, ms });
      } catch (thrown) {
        // One unsuited image among many is that image's failure; alone, it is the command's.
        const error = toErrorShape(thrown);
        if (positionals.length === 1 || ["usage", "cancelled"].includes(error.code)) throw thrown;
        context.failed(`${path}: ${error.message}`);
        answers.push({ file: path, findings: [], expert, error });
      }
    }
    return answers;
  },
};

const read: Command = {
  summary: "Ask about images; the planner calls an expert and answers.",
  usage: "read IMAGE… --ask TEXT [--as KIND] [--planner ID] [--calls N] [--out DIR]",
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
    out: { type: "string", help: "folder for masks" },
  },
  async run({ positionals, values }, context) {
    const ask = need(values["ask"], "--ask", this.usage);
    need(positionals[0], "The image", this.usage);
    const most = Number(values["calls"] ?? 1);
    if (!Number.isInteger(most) || most < 1 || most > 4)
      throw new AppError("usage", `--calls takes 1 to 4, not "${String(values["calls"])}".`);
    const seeing = await context.planners.open(String(values["planner"] ?? "auto"), context);
    const told = categoryOf(typeof values["as"] === "string" ? values["as"] : undefined);
    const turns: object[] = [{ role: "user", text: ask }];
    const findings: object[] = [];
    const masks: string[] = [];
    const cards = await context.experts.list();
    const failures: { file: string; error: ErrorShape }[] = [];
    const about = async (path: string): Promise<void> => {
      const series = await loadSeries(path, context.progress);
      await askImage({
        volume: series.volume,
        request: ask,
        cards,
        ...(seeing ? { seeing } : {}),
        most,
        measurable: measurable(series),
        routing: await context.router.look(
          { volume: shownVolume(series), header: series.header, told },
          context.signal,
        ),
        run: (expert, args) => runExpert(context, expert.id, series, { args }),
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
        onTurn: ({ role, text, call, planner, why, choices }) =>
          turns.push({
            role,
            text,
            ...(planner === undefined ? {} : { planner }),
            ...(call ? { call: { expert: call.expert, args: call.args } } : {}),
            ...(why ? { why } : {}),
            ...(choices ? { choices: choices.map(({ id }) => id) } : {}),
          }),
      });
    };
    for (const path of positionals)
      try {
        await about(path);
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

export const commands: Record<string, Command> = {
  "image-info": imageInfo,
  "convert-image": convertImage,
  segment,
  classify,
  read,
  anonymize,
};
