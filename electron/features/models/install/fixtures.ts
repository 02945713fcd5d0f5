/** For tests only: small packs, and zips with every field under control. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { openPacks, type Packs } from "../packs.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** One field of Protocol Buffers that holds bytes: its number, their length, themselves. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...length), bytes]);
}

/** An ONNX file of 300,000 bytes with these names: a graph of one node, and weights that do not compress. */
export function network(input: string, output: string): Uint8Array {
  const slot = (number: number, name: string): Uint8Array =>
    field(number, field(1, new TextEncoder().encode(name)));
  const head = [field(1, new Uint8Array()), slot(11, input), slot(12, output)];
  const room = 300_000 - Buffer.concat(head).length - 8;
  const values = Uint8Array.from({ length: room }, (_, at) => (at * 2654435761) >>> 13);
  return field(7, Buffer.concat([...head, field(5, values)]));
}

export const weights = network("image", "logits");
const card = new TextEncoder().encode("# Card\n");

/** A file as a manifest lists it. */
export const listed = (path: string, bytes: Uint8Array) => ({
  path,
  bytes: bytes.length,
  sha256: sha256(bytes),
});

export function packFiles(change: Record<string, unknown> = {}): Record<string, Uint8Array> {
  const manifest = {
    format: "evidesk-pack/1",
    id: "small",
    version: "1.0.0",
    title: "A small pack",
    task: "segmentation",
    licence: { name: "CC0-1.0", commercialUse: true, clinicalUse: false, researchOnly: true },
    intendedUse: "Tests.",
    notForDiagnosis: true,
    files: [listed("model.onnx", weights), listed("card.md", card)],
    inputs: [{ name: "image", modality: ["CXR"] }],
    preprocess: [{ step: "grayscale" }],
    inference: { kind: "full", file: "model.onnx", input: "image", output: "logits" },
    postprocess: [{ step: "sigmoid" }, { step: "threshold", value: 0.5 }],
    labels: [{ id: 1, name: "thing" }],
    card: "card.md",
    figures: [],
    ...change,
  };
  return {
    "manifest.json": new TextEncoder().encode(JSON.stringify(manifest)),
    "card.md": card,
    "model.onnx": weights,
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "evidesk-packs-"));
}

export function writePack(files: Record<string, Uint8Array>): string {
  const folder = newFolder();
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

export function emptyPacks(): Packs {
  return openPacks(newFolder(), newFolder());
}

export type Entry = { path: string; bytes: Uint8Array; mode?: number; says?: number };

/** `says` is the size the directory claims; `mode` the Unix mode (links are 0o120777). */
export function zipOf(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { path, bytes, mode = 0o100644, says = bytes.length } of entries) {
    const name = new TextEncoder().encode(path);
    const packed = deflateRawSync(bytes);
    const local = record(30, name, [
      [0, 4, 0x04034b50],
      [4, 2, 20],
      [8, 2, 8],
      [14, 4, crc32(bytes)],
      [18, 4, packed.length],
      [22, 4, says],
      [26, 2, name.length],
    ]);
    directory.push(
      record(46, name, [
        [0, 4, 0x02014b50],
        [4, 2, 0x031e],
        [6, 2, 20],
        [10, 2, 8],
        [16, 4, crc32(bytes)],
        [20, 4, packed.length],
        [24, 4, says],
        [28, 2, name.length],
        [38, 4, (mode << 16) >>> 0],
        [42, 4, offset],
      ]),
    );
    parts.push(local, packed);
    offset += local.length + packed.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(22, new Uint8Array(), [
    [0, 4, 0x06054b50],
    [8, 2, entries.length],
    [10, 2, entries.length],
    [12, 4, length],
    [16, 4, offset],
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}

function record(size: number, name: Uint8Array, fields: [number, 2 | 4, number][]): Uint8Array {
  const bytes = Buffer.alloc(size);
  for (const [at, width, value] of fields) bytes.writeUIntLE(value, at, width);
  return Buffer.concat([bytes, name]);
}
