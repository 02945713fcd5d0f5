/** The JSON beside a label map, read and written with it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "../../api/errors.ts";
import { labelMapOf } from "./convert-seg.ts";
import { readSidecar, sha256Of, sidecarOf, sidecarPath } from "./mask-sidecar.ts";
import type { OpenedSeries } from "./open.ts";
import { json } from "./read-masks.ts";
import { measurable } from "./run-expert.ts";

const textAt = (path: string): Promise<string | null> =>
  readFile(path, "utf8").catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return null;
    throw thrown;
  });

/** A label map with what the JSON beside it says of its labels; one that was edited since is no program's alone. @throws badFile */
export async function withSidecar(
  path: string,
  series: OpenedSeries,
  note: (text: string) => void,
): Promise<OpenedSeries> {
  const beside = sidecarPath(path);
  if (beside === path) return series;
  const text = await textAt(beside);
  const sidecar = text === null ? null : readSidecar(text, beside);
  if (sidecar === null) return series;
  if (sidecar.maskSha256 === sha256Of(Uint8Array.from(series.volume.data)))
    return { ...series, labels: sidecar.labels };
  note(
    `"${path}" is not the label map that "${beside}" was written for: it was edited since. Its labels are SEMIAUTOMATIC at most.`,
  );
  const labels = sidecar.labels.map((label) =>
    label.made === "AUTOMATIC" ? { ...label, made: "SEMIAUTOMATIC" } : label,
  );
  return { ...series, labels };
}

/** What stands beside a label map whose labels are known, so that it can become a SEG again; null for others. @throws conflict where another's JSON stands there */
export async function sidecarFor(path: string, series: OpenedSeries): Promise<Uint8Array | null> {
  const beside = sidecarPath(path);
  if (beside === path || series.labels === undefined) return null;
  const map = labelMapOf(series, () => {});
  if (map === null) return null;
  const text = await textAt(beside);
  if (text !== null && readSidecar(text, beside) === null)
    throw new AppError(
      "conflict",
      `"${beside}" is there and is no sidecar of a mask; the names of the labels would replace it. Choose another OUT.`,
      { path: beside },
    );
  const known = new Map(series.labels.map((label) => [label.id, label]));
  return json(
    sidecarOf({
      mask: basename(path),
      data: map.data,
      maskSha256: sha256Of(map.data),
      image: measurable(series),
      labels: map.labels.map(({ id, name, color }) => ({ ...known.get(id), id, name, color })),
    }),
  );
}
