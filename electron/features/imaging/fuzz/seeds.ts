/** Good files to break: made here, and where the shared data is at hand, small real ones under free licences. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { programFolder } from "../../../places.ts";
import { writeSegmentation } from "../dicom-seg-writer.ts";
import { dicomSlice } from "../fixtures/dicom-slice.ts";
import { writeNifti } from "../nifti.ts";
import { writeNrrd } from "../nrrd-writer.ts";

export const fuzzFormats = ["dicom", "nifti", "nrrd"] as const;
export type FuzzFormat = (typeof fuzzFormats)[number];

const affine = [-1, 0, 0, 3, 0, -1, 0, 4, 0, 0, 2, 5, 0, 0, 0, 1];
const shape: [number, number, number] = [5, 4, 3];
const data = Int16Array.from({ length: 60 }, (_, at) => at - 30);
const volume = {
  ...{ shape, affine, data, channels: 1, spacing: [1, 1, 2] as [number, number, number] },
  ...{ modality: "CT", units: "HU" },
};
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function made(format: FuzzFormat): Uint8Array[] {
  if (format === "nifti") return [writeNifti(volume, false), writeNifti(volume, true)];
  if (format === "nrrd") {
    const head = "NRRD0004\ntype: short\ndimension: 3\nsizes: 3 2 1\nspace: LPS\n";
    const place = "space directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (1,2,3)\n";
    const body = new Uint8Array(12);
    return [
      writeNrrd(volume),
      ascii(`${head}${place}encoding: ascii\n\n1 2 3\n4 5 -1\n`),
      new Uint8Array([
        ...ascii(`${head}${place}endian: big\nencoding: gzip\n\n`),
        ...gzipSync(body),
      ]),
      new Uint8Array([...ascii(`${head}encoding: raw\nendian: little\n\n`), ...body]),
    ];
  }
  const mask = Uint8Array.from({ length: 60 }, (_, at) => (at % 7 === 0 ? 1 : 0));
  return [
    dicomSlice(),
    dicomSlice({ modality: "PT", more: { "00540016": ["SQ", [{ "00181074": ["DS", 3e8] }]] } }),
    writeSegmentation({ shape, data: mask, affine }, [{ id: 1, name: "a", color: "#ff0000" }], {
      ...{ algorithm: "a", version: "1", type: "AUTOMATIC" },
    }),
  ];
}

/** MIT, BSD and self-made files of the shared set (its README names the licences), smallest first. */
const real: Record<FuzzFormat, [folder: string, pattern: RegExp][]> = {
  dicom: [
    ["dicom/pydicom", /\.dcm$/],
    ["dicom/dcmqi/data/segmentations", /\.dcm$/],
    ["dicom/pydicom-data", /(JLSL|emri|liver_|HTJ2K|SC_rgb|parametric).*\.dcm$/],
  ],
  nifti: [["golden/synthetic_nifti", /\.nii(\.gz)?$/]],
  nrrd: [["dicom/dcmqi/data/segmentations", /\.nrrd$/]],
};
const largest = 40_000;

export function seedsOf(format: FuzzFormat): { seeds: Uint8Array[]; real: number } {
  const shared = join(
    process.env["EVIDESK_SHARED"] ?? join(programFolder, "../shared"),
    "data/imaging",
  );
  const files = real[format].flatMap(([folder, pattern]) => {
    const path = join(shared, folder);
    return existsSync(path)
      ? readdirSync(path)
          .filter((name) => pattern.test(name))
          .map((name) => join(path, name))
          .filter((name) => statSync(name).size <= largest)
      : [];
  });
  const seeds = [...made(format), ...files.map((file) => new Uint8Array(readFileSync(file)))];
  return { seeds, real: files.length };
}
