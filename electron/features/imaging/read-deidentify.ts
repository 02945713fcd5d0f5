/** A read without what names the patient: its images' headers, names and identifiers, before any file is built from them. */
import type { DeidentifyOption, Series, Study } from "../../api/schemas/imaging.ts";
import type { AssetStore } from "../review/assets.ts";
import { deidentify } from "./deidentify.ts";
import { readDicom, type DicomFile } from "./dicom.ts";
import { textOf } from "./dicom-export.ts";
import { sourceFiles } from "./source-files.ts";

type Identifiers = { kind: string; original: string; exported: string };
export type Anonymous = {
  study: Study;
  sources: Map<string, DicomFile[]>;
  /** The images themselves, numbered. */
  images: { name: string; bytes: Uint8Array }[];
  /** Old identifiers and new ones: whoever has it can tell whose read it is. */
  uidMap: Identifiers[];
  warnings: string[];
};

/**
 * Names of study, series and files become numbers; headers go through the basic profile of PS3.15. Free text that the
 * reader wrote stays, and is named in the warnings; what was asked of experts is left out.
 */
export async function anonymousRead(
  study: Study,
  assets: AssetStore,
  how: { salt: string; options: ReadonlySet<DeidentifyOption> },
): Promise<Anonymous> {
  const sources = new Map<string, DicomFile[]>();
  const images: Anonymous["images"] = [];
  const uids = new Map<string, Identifiers>();
  const warnings = new Set<string>();
  for (const series of study.images) {
    const cleaned: DicomFile[] = [];
    for (const { file: before, bytes } of await sourceFiles(series, assets)) {
      const name = `images/${String(images.length + 1).padStart(5, "0")}.dcm`;
      const made = deidentify(bytes, name, how);
      for (const warning of made.warnings) warnings.add(warning);
      const after = readDicom(made.bytes, name);
      images.push({ name, bytes: made.bytes });
      cleaned.push(after);
      for (const [kind, original, exported] of [
        ["study", before.study, after.study],
        ["series", before.series, after.series],
        ["image", textOf(before, "00080018"), textOf(after, "00080018")],
      ] as const)
        uids.set(`${kind} ${original}`, { kind, original, exported });
    }
    sources.set(series.id, cleaned);
  }
  const [first] = [...sources.values()].flat();
  const pseudonym = textOf(first, "00100020") || "ANON";
  warnings.add(
    "Findings, notes, impressions and report stay as they were written: read them for names before you share this. The names of the readers stay, too.",
  );
  warnings.add(
    "The pictures of outlines show the image itself: look at them for names burned into it.",
  );
  return {
    study: {
      ...study,
      name: pseudonym,
      images: study.images.map((image, at) => anonymousSeries(image, at, sources.get(image.id))),
      suggestions: study.suggestions.map(withoutFile),
      turns: [],
      reports: [],
    },
    sources,
    images,
    uidMap: [...uids.values()],
    warnings: [...warnings],
  };
}

function anonymousSeries(series: Series, at: number, sources: readonly DicomFile[] = []): Series {
  const { header: _header, dicom, ...rest } = series;
  const [first] = sources;
  return {
    ...rest,
    name: `image-${at + 1}`,
    files: [],
    sources: [],
    ...(dicom && first
      ? {
          dicom: {
            study: first.study,
            series: first.series,
            frameOfReference: textOf(first, "00200052"),
            instances: sources.map((file) => textOf(file, "00080018")),
          },
        }
      : {}),
  };
}

/** A mask that came as a file is named after it, and files are named after patients. */
function withoutFile(suggestion: Study["suggestions"][number]): Study["suggestions"][number] {
  const { origin, ...value } = suggestion.value as { origin?: { made?: string } };
  if (origin === undefined) return suggestion;
  return {
    ...suggestion,
    model: "attached-mask",
    method: "read from a file",
    inputSha256: "",
    value: JSON.parse(JSON.stringify({ ...value, origin: { made: origin.made } })),
  };
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export function uidMapCsv(uidMap: readonly Identifiers[]): Uint8Array {
  const rows = uidMap.map(({ kind, original, exported }) =>
    [kind, original, exported].map(quoted).join(","),
  );
  return new TextEncoder().encode(["kind,original,exported", ...rows].join("\r\n"));
}
