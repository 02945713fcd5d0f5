/**
 * Reads a pack's zip without trusting it: entries are listed from the central directory (APPNOTE 6.3,
 * with zip64), hostile names and links refuse the whole archive, and inflating stops at the size promised.
 */
import { createWriteStream } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { AppError } from "../../../api/errors.ts";

export type ZipEntry = {
  path: string;
  bytes: number;
  packedBytes: number;
  method: number;
  offset: number;
};
export type Zip = { entries: ZipEntry[]; file: FileHandle; close: () => Promise<void> };

const entriesAllowed = 10_000;
/** Weights hardly compress; text does ten-fold. Far more is a bomb. */
const ratioAllowed = 100;
const alwaysAllowedBytes = 1 << 20;

/** @throws packInvalid for anything that is not a plain, well-behaved archive of files */
export async function openZip(path: string): Promise<Zip> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const entries = listEntries(await centralDirectory(file, size));
    refuseTwice(entries);
    for (const entry of entries) refuseBomb(entry);
    const packed = entries.reduce((sum, entry) => sum + entry.packedBytes, 0);
    if (packed > size)
      throw refused(`its entries overlap (${packed} packed bytes in a file of ${size})`);
    return { entries, file, close: () => file.close() };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

function refused(why: string, data?: unknown): AppError {
  return new AppError("packInvalid", `The zip is refused: ${why}. Nothing was installed.`, data);
}

async function read(file: FileHandle, from: number, length: number): Promise<DataView> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await file.read(buffer, 0, length, from);
  if (bytesRead < length) throw refused("it is cut short");
  return new DataView(buffer.buffer);
}

/** The bytes of the central directory, found from the end of the file. */
async function centralDirectory(file: FileHandle, size: number): Promise<DataView> {
  const tail = Math.min(size, 65_557);
  const view = await read(file, size - tail, tail);
  let end = tail - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw refused("it has no end record, so it is no zip or it is cut short");
  let [length, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (offset === 0xffffffff || length === 0xffffffff) {
    const locator = end - 20;
    if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50)
      throw refused("its zip64 locator is missing");
    const record = await read(file, Number(view.getBigUint64(locator + 8, true)), 56);
    [length, offset] = [
      Number(record.getBigUint64(40, true)),
      Number(record.getBigUint64(48, true)),
    ];
  }
  if (offset + length > size || length > 64 << 20)
    throw refused("its directory does not lie inside the file");
  return read(file, offset, length);
}

function listEntries(view: DataView): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= view.byteLength && view.getUint32(at, true) === 0x02014b50) {
    if (entries.length >= entriesAllowed)
      throw refused(`it has more than ${entriesAllowed} entries`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > view.byteLength) throw refused("its directory is cut short");
    const path = new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength),
    );
    refuseUnsafe(path, view.getUint32(at + 38, true), view.getUint16(at + 8, true));
    const sizes = sizesOf(view, at, at + 46 + nameLength, extraLength);
    if (!path.endsWith("/"))
      entries.push({ path, method: view.getUint16(at + 10, true), ...sizes });
    at = next;
  }
  return entries;
}

function refuseUnsafe(path: string, attributes: number, flags: number): void {
  const shown = JSON.stringify(path);
  if (((attributes >>> 16) & 0o170000) === 0o120000)
    throw refused(`${shown} is a link; packs hold plain files only`);
  if (
    path.includes("\\") ||
    path.startsWith("/") ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\0") ||
    path.split("/").includes("..")
  )
    throw refused(`${shown} lies outside the pack`);
  if (flags & 1) throw refused(`${shown} is encrypted`);
}

/** Of two entries of one name, one reader takes the first and another the last. */
function refuseTwice(entries: readonly ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { path } of entries) {
    // Some disks do not tell capital letters from small ones.
    const name = path.toLowerCase();
    if (seen.has(name)) throw refused(`it holds ${JSON.stringify(path)} twice`, { path });
    seen.add(name);
  }
}

function refuseBomb({ path, bytes, packedBytes }: ZipEntry): void {
  if (bytes <= alwaysAllowedBytes || bytes <= packedBytes * ratioAllowed) return;
  const growth = Math.round(bytes / Math.max(1, packedBytes));
  throw refused(
    `${JSON.stringify(path)} would grow ${growth}-fold; at most ${ratioAllowed}-fold is taken`,
    { path, bytes, packedBytes },
  );
}

type Sizes = { bytes: number; packedBytes: number; offset: number };

function sizesOf(view: DataView, at: number, extraAt: number, extraLength: number): Sizes {
  const sizes: Sizes = {
    packedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  for (
    let field = extraAt;
    field + 4 <= extraAt + extraLength;
    field += 4 + view.getUint16(field + 2, true)
  ) {
    if (view.getUint16(field, true) !== 1) continue;
    // zip64: only what overflowed is there, in this order.
    let place = field + 4;
    for (const key of ["bytes", "packedBytes", "offset"] as const) {
      if (sizes[key] !== 0xffffffff || place + 8 > extraAt + extraLength) continue;
      sizes[key] = Number(view.getBigUint64(place, true));
      place += 8;
    }
  }
  return sizes;
}

/** Writes one entry to `target`; never more than the entry's own promise. */
export async function extract(
  { file }: Zip,
  entry: ZipEntry,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  if (entry.method !== 0 && entry.method !== 8)
    throw refused(
      `"${entry.path}" is packed by method ${entry.method}; stored and deflate are read`,
    );
  const header = await read(file, entry.offset, 30);
  if (header.getUint32(0, true) !== 0x04034b50)
    throw refused(`"${entry.path}" is not where the directory says`);
  const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  await mkdir(dirname(target), { recursive: true });
  const source = Readable.from(chunks(file, start, entry.packedBytes));
  const steps = entry.method === 8 ? [createInflateRaw()] : [];
  try {
    await pipeline([source, ...steps, limit(entry), createWriteStream(target, { flags: "wx" })], {
      ...(signal ? { signal } : {}),
    });
  } catch (thrown) {
    if (thrown instanceof AppError || (thrown instanceof Error && thrown.name === "AbortError"))
      throw thrown;
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC") throw thrown;
    throw refused(
      `"${entry.path}" cannot be unpacked (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    );
  }
}

async function* chunks(
  file: FileHandle,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length;) {
    const buffer = new Uint8Array(Math.min(1 << 20, length - done));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start + done);
    if (bytesRead === 0) throw refused("it is cut short");
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function limit(entry: ZipEntry): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      seen += chunk.length;
      done(
        seen > entry.bytes
          ? refused(`"${entry.path}" unpacks to more than the ${entry.bytes} bytes it promises`)
          : null,
        chunk,
      );
    },
    flush(done) {
      done(
        seen === entry.bytes
          ? null
          : refused(`"${entry.path}" unpacks to ${seen} bytes, not the ${entry.bytes} it promises`),
      );
    },
  });
}
