/**
 * Bytes by content: a file's id is its sha256, so the same PDF is stored once and an id in a
 * record proves what was seen. Names and types live beside, only for showing and saving.
 */
import { createHash, randomUUID, webcrypto } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { AppError } from "../../api/errors.ts";

export type AssetInfo = { id: string; name: string; type: string; bytes: number };
export type AssetStore = ReturnType<typeof openAssets>;

export type Part = { start: number; end: number };

/**
 * The bytes that a Range header asks for (RFC 9110 14.1.2), both ends included: one range with a start;
 * null where the whole is wanted, as for headers that may be ignored. @throws badInput for one outside of the file
 */
export function partOf(header: string | null | undefined, bytes: number): Part | null {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined) return null;
  const [start, end] = [Number(from), Math.min(to ? Number(to) : bytes - 1, bytes - 1)];
  if (start > end)
    throw new AppError("badInput", `The file has ${bytes} bytes; there is no part "${header}".`);
  return { start, end };
}

const idPattern = /^[0-9a-f]{64}$/;

const manySchema = z.array(
  z.object({ name: z.string(), type: z.string(), bytes: z.number().int().nonnegative() }),
);
export type FileIn = { name: string; type: string; bytes: Uint8Array };

/**
 * Several files in one body, as the page sends them: the length of the head in four bytes (little-endian), the
 * head (JSON: name, type and bytes of each), then the files one after the other. @throws badInput
 */
export function filesIn(body: Uint8Array): FileIn[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = body.length < 4 ? Number.POSITIVE_INFINITY : 4 + view.getUint32(0, true);
  const head = body.subarray(4, at);
  try {
    const named = manySchema.parse(JSON.parse(new TextDecoder().decode(head)));
    const files = named.map(({ name, type, bytes }) => {
      at += bytes;
      return { name, type, bytes: body.subarray(at - bytes, at) };
    });
    if (at === body.length) return files;
  } catch {
    // Told below in our own words.
  }
  throw new AppError("badInput", `${body.length} bytes came that do not hold the files they name.`);
}

/** Bytes read at once for a stream: voxels are asked for by the dozen megabytes. */
const readAtOnce = 1 << 20;
/** Fewer bytes are hashed sooner than they are handed to another thread. */
const worthAThread = 1 << 18;

/** Large contents are hashed beside the program's own thread, which meanwhile answers others. */
async function sha256Of(content: Uint8Array): Promise<string> {
  if (content.length < worthAThread) return createHash("sha256").update(content).digest("hex");
  const digest = await webcrypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString("hex");
}

export function openAssets(folder: string) {
  function path(id: string): string {
    if (!idPattern.test(id))
      throw new AppError("badInput", `"${id}" is not an asset id (a sha256 in hexadecimal).`);
    return join(folder, id.slice(0, 2), id);
  }

  const folders = new Set<string>();
  async function made(one: string): Promise<void> {
    if (folders.has(one)) return;
    await mkdir(one, { recursive: true });
    folders.add(one);
  }

  async function keep(
    temporary: string,
    id: string,
    about: { name: string; type: string },
    bytes: number,
  ): Promise<AssetInfo> {
    const target = path(id);
    await made(join(folder, id.slice(0, 2)));
    if (existsSync(target)) await rm(temporary);
    else await rename(temporary, target);
    const info = { id, name: about.name, type: about.type, bytes };
    // The first name stays: the same bytes under a second name are still the same asset.
    if (!existsSync(`${target}.json`)) await writeFile(`${target}.json`, JSON.stringify(info));
    return info;
  }

  /** Stores a stream or bytes; the id is the sha256 of the content. Nothing half-written is ever visible. */
  async function put(
    content: Uint8Array | AsyncIterable<Uint8Array>,
    about: { name: string; type: string },
  ): Promise<AssetInfo> {
    await made(folder);
    const temporary = join(folder, `.incoming-${randomUUID()}`);
    if (content instanceof Uint8Array) return putWhole(content, about, temporary);
    const hash = createHash("sha256");
    let bytes = 0;
    const source = Readable.from(content);
    source.on("data", (chunk: Uint8Array) => {
      hash.update(chunk);
      bytes += chunk.byteLength;
    });
    try {
      await pipeline(source, createWriteStream(temporary));
      return await keep(temporary, hash.digest("hex"), about, bytes);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  }

  /** Hashed while the disk writes. */
  async function putWhole(
    content: Uint8Array,
    about: { name: string; type: string },
    temporary: string,
  ): Promise<AssetInfo> {
    try {
      const [id] = await Promise.all([sha256Of(content), writeFile(temporary, content)]);
      return await keep(temporary, id, about, content.byteLength);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  }

  async function info(id: string): Promise<AssetInfo> {
    const target = path(id);
    if (!existsSync(target))
      throw new AppError("notFound", `There is no stored file ${id.slice(0, 12)}….`, { id });
    const stored = existsSync(`${target}.json`)
      ? JSON.parse(await readFile(`${target}.json`, "utf8"))
      : {};
    return {
      id,
      name: id,
      type: "application/octet-stream",
      ...stored,
      bytes: (await stat(target)).size,
    };
  }

  async function get(id: string): Promise<Uint8Array> {
    const target = path(id);
    if (!existsSync(target)) await info(id);
    const content = await readFile(target);
    const actual = await sha256Of(content);
    if (actual !== id)
      throw new AppError(
        "tampered",
        `The stored file ${id.slice(0, 12)}… no longer has the content it was stored with.`,
        { id, actual },
      );
    return content;
  }

  /** Frees the room of something that was only on its way elsewhere and that no record names. */
  async function discard(id: string): Promise<void> {
    await rm(path(id), { force: true });
    await rm(`${path(id)}.json`, { force: true });
  }

  return {
    put,
    /** Stores each file of a body that `filesIn` reads, in its order. */
    putMany: (body: Uint8Array): Promise<AssetInfo[]> =>
      Promise.all(filesIn(body).map(({ name, type, bytes }) => put(bytes, { name, type }))),
    get,
    info,
    path,
    discard,
    /** The whole, or bytes `start` to `end`, both included. */
    stream: (id: string, part: { start?: number; end?: number } = {}) =>
      createReadStream(path(id), { ...part, highWaterMark: readAtOnce }),
  };
}
