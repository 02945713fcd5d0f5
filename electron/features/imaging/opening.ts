/** Calls that bring files into studies: images as series, and what was made on them onto those series. */
import { randomUUID } from "node:crypto";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { imagingContract, Series } from "../../api/schemas/imaging.ts";
import type { AssetStore } from "../review/assets.ts";
import { attach, type Attached, type DerivedFile } from "./derived/attach.ts";
import { placedIn, stepsBetween } from "./derived/grid.ts";
import type { Layer } from "./derived/layers.ts";
import { measureMask } from "./describe.ts";
import { labelColour } from "./label-colours.ts";
import { labelIds } from "./label-map.ts";
import { openImages, refuseLarge, type ImageFile, type OpenedSeries } from "./open.ts";
import { isDicom } from "./dicom.ts";
import { studyFor } from "./read-first.ts";
import { storeSeries } from "./series-store.ts";
import { entriesOf, entryFor } from "./source-files.ts";
import { seriesSubject, type Studies } from "./studies.ts";
import { unzipped } from "./zip.ts";

type Opening = Pick<
  HandlersFor<typeof imagingContract>,
  "imaging.open" | "imaging.glance" | "imaging.attach" | "imaging.volume"
>;
type Given = { assetId: string; name: string };
type Rejected = { file: string; reason: string };
type Progress = { done: number; total: number; label: string };

const readTogether = 8;
/** Milliseconds between two words of progress: each is drawn by the page. */
const wordEvery = 80;

function seldom(emit: (event: Progress) => void): (event: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (event) => {
    const now = performance.now();
    if (now - last < wordEvery && event.done < event.total) return;
    last = now;
    emit(event);
  };
}

export function createOpeningHandlers({
  studies,
  assets,
  reviewer,
}: {
  studies: () => Studies;
  assets: AssetStore;
  reviewer: () => string;
}): Opening {
  return {
    "imaging.open": async ({ name, files }, { signal, emit }) => {
      const given = await readFiles(files, signal);
      const tell = seldom(emit);
      const { series, derived, rejected } = await openImages(given.images, (done, total) =>
        tell({ done, total, label: "Reading slices" }),
      );
      rejected.unshift(...given.broken);
      if (series.length === 0) {
        for (const { name: file, kind } of derived)
          rejected.push({
            file,
            reason: `"${file}" is a DICOM ${kind}: open it together with its images, or add it to their study.`,
          });
        return { study: null, rejected };
      }
      const stored = [];
      for (const one of series) {
        signal.throwIfAborted();
        stored.push(await storeSeries(one, assets, given.sourceOf));
      }
      const title =
        name || (stored.length === 1 ? (stored[0]?.name ?? "Study") : `${stored.length} images`);
      const studyId = studies().add(reviewer(), { name: title, sample: false }, stored);
      const added = await attachAll(studyId, derived, given.sourceOf);
      return {
        study: studyFor(studies(), studyId, reviewer()),
        rejected: [...rejected, ...added.rejected],
      };
    },
    "imaging.glance": async ({ assetId, name }) => {
      const bytes = await assets.get(assetId);
      if (!isDicom(bytes)) return null;
      const { series } = await openImages([{ name, bytes }]);
      const [one] = series;
      if (one === undefined || one.volume.shape[2] > 1 || one.slide) return null;
      let voxels = new Uint8Array();
      // Nothing is kept: the whole series is stored when all of it is there.
      const put: AssetStore["put"] = async (content, about) => {
        if (content instanceof Uint8Array) voxels = Uint8Array.from(content);
        return { ...about, id: assetId, bytes: voxels.length };
      };
      const stored = await storeSeries(one, { put }, () => assetId);
      return {
        series: { ...stored, id: `glance-${randomUUID()}` },
        voxels: Buffer.from(voxels.buffer).toString("base64"),
      };
    },
    "imaging.volume": async ({ studyId, seriesId, volume }, { signal }) => {
      const series = studies().image(studyId, seriesId);
      const [file, asset] = [series.files[0] ?? "", series.sources[0] ?? ""];
      const isOf = (one: Series): boolean =>
        one.sources[0] === asset && one.files[0] === file && one.volumes?.index === volume;
      const there = studies().get(studyId).images.find(isOf);
      if (there) return { study: studyFor(studies(), studyId, reviewer()), seriesId: there.id };
      signal.throwIfAborted();
      const entry = entryFor(entriesOf(await assets.get(asset)), file);
      if (entry === undefined)
        throw new AppError("notFound", `The file "${file}" is no longer among the stored ones.`);
      const opened = await openImages([{ name: file, bytes: entry.bytes }], undefined, { volume });
      const [one] = opened.series;
      if (one === undefined)
        throw new AppError("badInput", opened.rejected[0]?.reason ?? `"${file}" did not open.`);
      const stored = await storeSeries(one, assets, () => asset);
      const added = studies().addSeries(reviewer(), studyId, stored);
      return { study: studyFor(studies(), studyId, reviewer()), seriesId: added };
    },
    "imaging.attach": async ({ studyId, files }, { signal, emit }) => {
      const { images } = studies().get(studyId);
      const given = await readFiles(files, signal);
      const { series, derived, rejected } = await openImages(
        given.images,
        (done, total) => emit({ done, total, label: "Reading" }),
        { belongs: true },
      );
      const added = await attachAll(studyId, derived, given.sourceOf);
      for (const one of series) {
        const file = one.files[0] ?? "";
        try {
          const { seriesId, layer } = labelMapOn(one, images);
          await suggestLayers(
            studyId,
            { kind: "masks", seriesId, layers: [layer], made: "MANUAL", by: "", warnings: [] },
            { file, asset: given.sourceOf(file), what: one.format },
          );
          added.attached.push({ file, kind: "masks", seriesId, warnings: one.warnings });
        } catch (thrown) {
          added.rejected.push({ file, reason: messageOf(thrown) });
        }
      }
      return {
        study: studyFor(studies(), studyId, reviewer()),
        attached: added.attached,
        rejected: [...given.broken, ...rejected, ...added.rejected],
      };
    },
  };

  async function readFiles(files: readonly Given[], signal: AbortSignal) {
    const sources = new Map<string, string>();
    const images: ImageFile[] = [];
    const broken: Rejected[] = [];
    const read = async ({ name, assetId }: Given): Promise<ImageFile[] | Rejected> => {
      try {
        refuseLarge(name, (await assets.info(assetId)).bytes);
        return unzipped({ name, bytes: await assets.get(assetId) });
      } catch (thrown) {
        // A broken ZIP, or a file too large, is that file's failure; the others still open.
        return { file: name, reason: messageOf(thrown) };
      }
    };
    // Some at a time: one is hashed while the next is read.
    for (let at = 0; at < files.length; at += readTogether) {
      signal.throwIfAborted();
      const some = files.slice(at, at + readTogether);
      const found = await Promise.all(some.map(read));
      for (const [index, one] of found.entries()) {
        if (!Array.isArray(one)) {
          broken.push(one);
          continue;
        }
        for (const image of one) {
          images.push(image);
          sources.set(image.name, some[index]?.assetId ?? "");
        }
      }
    }
    return { images, broken, sourceOf: (name: string) => sources.get(name) ?? "" };
  }

  /** Each file on its own: one that does not belong is named, and the others are shown. */
  async function attachAll(
    studyId: string,
    derived: readonly DerivedFile[],
    sourceOf: (name: string) => string,
  ) {
    const { images } = studies().get(studyId);
    const attached: {
      file: string;
      kind: "masks" | "report";
      seriesId?: string;
      warnings: string[];
    }[] = [];
    const rejected: Rejected[] = [];
    for (const file of derived) {
      try {
        const found = await attach(file, images);
        const asset = sourceOf(file.name);
        if (found.kind === "report") {
          const { title, completion, verification, observer, at, groups, lines } = found.report;
          studies().addReport(reviewer(), studyId, {
            ...{ title, completion, verification, observer, at, groups, lines },
            file: file.name,
            asset,
          });
          attached.push({ file: file.name, kind: "report", warnings: [] });
          continue;
        }
        if (found.layers.length === 0)
          throw new AppError("badInput", `"${file.name}" marks nothing; there is nothing to show.`);
        await suggestLayers(studyId, found, { file: file.name, asset, what: `DICOM ${file.kind}` });
        attached.push({
          file: file.name,
          kind: "masks",
          seriesId: found.seriesId,
          warnings: found.warnings,
        });
      } catch (thrown) {
        rejected.push({ file: file.name, reason: messageOf(thrown) });
      }
    }
    return { attached, rejected };
  }

  /** Masks from a file wait for the reader's decision as a model's do, and say that they came from a file. */
  async function suggestLayers(
    studyId: string,
    { seriesId, layers, made, by, warnings }: Extract<Attached, { kind: "masks" }>,
    { file, asset, what }: { file: string; asset: string; what: string },
  ): Promise<void> {
    const series = studies().image(studyId, seriesId);
    for (const [at, { data, labels }] of layers.entries()) {
      const mask = await assets.put(data, {
        name: `${file}-mask.raw`,
        type: "application/octet-stream",
      });
      const part = layers.length > 1 ? `, part ${at + 1} of ${layers.length}` : "";
      const measured = measureMask(data, series, labels).map((label) => {
        const snomed = labels.find(({ id }) => id === label.id)?.snomed;
        return { ...label, ...(snomed ? { snomed } : {}) };
      });
      studies().ledger.suggest([
        {
          kind: "segment",
          subject: seriesSubject(studyId, seriesId),
          status: "suggested",
          evidence: [],
          checks: warnings.map((message) => ({ name: "file", ok: false, message })),
          model: file,
          modelVersion: `${made.toLowerCase()}${part}`,
          inputSha256: asset,
          method: `read from a ${what} file${by ? `, made by ${by}` : ""}`,
          value: JSON.parse(
            JSON.stringify({ mask: mask.id, labels: measured, origin: { file, asset, made, by } }),
          ),
        },
      ]);
    }
  }
}

/** A label map without DICOM's identifiers belongs where its voxels are the series' voxels. */
function labelMapOn(
  { volume, labels = [], files }: OpenedSeries,
  images: readonly Series[],
): { seriesId: string; layer: Layer } {
  const name = files[0] ?? "";
  const ids = labelIds(volume);
  if (ids === null || ids.length === 0 || volume.channels !== 1)
    throw new AppError(
      "badInput",
      `"${name}" is no label map (whole numbers 0 to 255, not all 0). Images are opened as a study.`,
    );
  const tried: string[] = [];
  for (const image of images) {
    const steps = stepsBetween(volume, image);
    if (steps === null) {
      tried.push(`${image.name}: ${image.shape.join(" × ")}`);
      continue;
    }
    const data = placedIn(volume, image, steps);
    if (data === null)
      throw new AppError("badInput", `"${name}" marks places outside of "${image.name}".`);
    const named = new Map(labels.map((label) => [label.id, label]));
    return {
      seriesId: image.id,
      layer: {
        data,
        labels: ids.map((id, at) => ({
          id,
          name: named.get(id)?.name || `Label ${id}`,
          color: named.get(id)?.color ?? labelColour(at),
        })),
      },
    };
  }
  throw new AppError(
    "badInput",
    `"${name}" (${volume.shape.join(" × ")}) is a mask of another grid than the study's images (${tried.join("; ")}). It is not shown.`,
  );
}

const messageOf = (thrown: unknown): string => {
  if (thrown instanceof AppError) return thrown.message;
  throw thrown;
};
