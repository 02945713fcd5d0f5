/** `evidesk image-info`, `convert-image`, `segment`, `classify` and `read`. */
import { need, type Command, type CommandContext } from "../../command.ts";
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import { wantedLabels } from "../models/experts.ts";
import type { Peer } from "../models/models.ts";
import { peersOf } from "../models/several/panel.ts";
import { runAtLeisure } from "../models/runtime/queue.ts";
import { measureMask } from "./describe.ts";
import { keepLabels } from "./label-map.ts";
import { aboutDevices } from "./about-devices.ts";
import { apply, orientationCode, rowsOf, type Vector } from "./geometry.ts";
import { regionsOf } from "./derived/contours.ts";
import { readReport } from "./derived/report-tree.ts";
import { asOption, lookFirst, toldIn } from "./look-first.ts";
import { loadImages, loadSeries, volumeOf, volumeOption } from "./load.ts";
import { anonymize } from "./anonymize-command.ts";
import { calibrateCommand } from "./calibrate-command.ts";
import { convertImage } from "./convert.ts";
import { effortIn, effortOption } from "./effort-option.ts";
import { writeMask } from "./mask-files.ts";
import type { OpenedSeries } from "./open.ts";
import { read } from "./read-command.ts";
import { measurable, runExpert } from "./run-expert.ts";

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
  usage: "image-info PATH [--at i,j,k]… [--volume N]",
  options: {
    volume: volumeOption,
    at: { type: "string", multiple: true, help: "voxel index to read; may be repeated" },
  },
  async run({ positionals: [path], values }, context) {
    const volumeNumber = volumeOf(values["volume"]);
    const file = need(path, "The image", this.usage);
    const about = volumeNumber === 1 ? await aboutDerived(file) : null;
    if (about) return about;
    const series = await loadSeries(file, context.progress, volumeNumber);
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
      ...(series.volumes ? { volumes: series.volumes } : {}),
      ...(series.labels ? { labels: series.labels } : {}),
      warnings: series.warnings,
      files: series.files.length,
    };
  },
};

const segment: Command = {
  summary: "Outline structures with a segmentation expert.",
  usage: "segment IMAGE --expert ID [--labels a,b] [--at i,j,k] [--as KIND] --out MASK",
  options: {
    expert: { type: "string", help: "pack id" },
    as: asOption,
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
    const told = toldIn(values["as"]);
    const series = await loadSeries(need(path, "The image", this.usage), context.progress);
    const args = typeof values["labels"] === "string" ? values["labels"] : "";
    const card = (await context.experts.list()).find(({ id }) => id === expert);
    if (card?.task === "classification")
      throw new AppError("usage", `"${expert}" classifies; it gives no mask.`);
    const { volume, warnings } = await lookFirst(context, card, series, told);
    const wanted = card && wantedLabels(card, args);
    const result = await runExpert(context, expert, series, {
      args,
      given: volume,
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
      ...aboutDevices(result, context.progress),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
};

/** The other packs that were named, in their order. @throws badInput for one that shares no label with the first */
async function peersNamed(
  first: string,
  others: readonly string[],
  { experts }: CommandContext,
): Promise<Peer[]> {
  const cards = await experts.list();
  const lead = cards.find(({ id }) => id === first);
  const able = lead ? peersOf(lead, cards, undefined).map(({ id }) => id) : [];
  return others.map((id, at) => {
    if (able.includes(id)) return { id, mass: 1 / (at + 2) };
    throw new AppError(
      "badInput",
      `"${id}" judges nothing that "${first}" judges. Those that do: ${able.join(", ") || "none"}.`,
      { valid: able },
    );
  });
}

/** Images that are held at once while several experts are asked about each. */
const heldAtOnce = 16;

const classify: Command = {
  summary: "Ask one or more classification experts about images.",
  usage: "classify IMAGE… --expert ID[,ID…] [--effort CHOICE] [--as KIND]",
  options: {
    as: asOption,
    expert: { type: "string", help: "pack ids; each is opened once for many images" },
    effort: {
      ...effortOption,
      help: `${effortOption.help}; packs named together are then one panel, the first one's labels judged by all that know them`,
    },
  },
  async run({ positionals, values }, context) {
    const named = need(values["expert"], "--expert", this.usage).split(",");
    const effort = values["effort"] === undefined ? undefined : effortIn(values["effort"]);
    const [first = "", ...others] = named;
    const isPanel = effort !== undefined && others.length > 0;
    const experts = isPanel ? [first] : named;
    const several = {
      ...(effort ? { effort } : {}),
      ...(isPanel ? { peers: await peersNamed(first, others, context) } : {}),
    };
    need(positionals[0], "The image", this.usage);
    const told = toldIn(values["as"]);
    const cards = new Map((await context.experts.list()).map((card) => [card.id, card]));
    // Before anything is read: a network on every image first would be a long way to a short answer.
    for (const expert of named)
      if (cards.get(expert)?.task === "segmentation")
        throw new AppError("usage", `"${expert}" outlines; use evidesk segment.`);
    const single = positionals.length === 1 && experts.length === 1;
    const said = new Set<string>();
    const ask = async (path: string, series: Promise<OpenedSeries>, expert: string) => {
      try {
        const opened = await series;
        const looked = await lookFirst(context, cards.get(expert), opened, told);
        const { volume: given, warnings } = looked;
        const result = await runExpert(context, expert, opened, { ...several, given });
        if (result.kind !== "classification")
          throw new AppError("usage", `"${expert}" outlines; use evidesk segment.`);
        const { findings, version, device, ms, asked } = result;
        const devices = aboutDevices(result, (text) => {
          if (!said.has(text)) context.progress(text);
          said.add(text);
        });
        return {
          ...devices,
          ...{ file: path, findings, ...(asked ? { asked } : {}), expert, version, device, ms },
          ...(warnings.length > 0 ? { warnings } : {}),
        };
      } catch (thrown) {
        // One unsuited image among many is that image's failure; alone, it is the command's.
        const error = toErrorShape(thrown);
        if (single || ["usage", "cancelled"].includes(error.code)) throw thrown;
        context.failed(`${path}: ${error.message}`);
        return { file: path, findings: [], expert, error };
      }
    };
    const answers = [];
    for (let at = 0; at < positionals.length; at += heldAtOnce) {
      context.signal.throwIfAborted();
      const asked = positionals.slice(at, at + heldAtOnce).flatMap((path) => {
        const series = loadSeries(path, context.progress);
        // Asked together, so that the queue runs them expert by expert; answers keep the images' order.
        return runAtLeisure({ isHeld: () => false }, () =>
          experts.map((expert) => ask(path, series, expert)),
        );
      });
      answers.push(...(await Promise.all(asked)));
    }
    return answers;
  },
};

export const commands: Record<string, Command> = {
  "image-info": imageInfo,
  "convert-image": convertImage,
  segment,
  classify,
  calibrate: calibrateCommand,
  read,
  anonymize,
};
