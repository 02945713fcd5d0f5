/**
 * Pixels between the backend and a forked worker through one memory file that both have open: a message
 * then says where they lie instead of carrying them through a pipe, which copies them several times.
 * The file has no name, so nothing of a patient stays behind whatever dies first.
 */
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Voxels } from "../../api/volume.ts";
import type { WorkerRequest } from "./worker-protocol.ts";

/** Where the worker has the file open: after the three standard streams and the messages. */
const sharedDescriptor = 4;
/** Below this a message carries them as fast. */
const worthwhile = 32_768;

const kinds = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type Kind = keyof typeof kinds;
type Place = { kind: Kind; at: number; bytes: number };
/** A request whose image has no voxels of its own: they lie at `place`. */
type Laid = WorkerRequest & { place: Place };

/** The backend's end; undefined where the system has no memory file system (then messages carry all). */
export function openSharedPixels() {
  const descriptor = memoryFile();
  if (descriptor === undefined) return undefined;
  let end = 0;
  const inUse = new Set<number>();
  return {
    descriptor,
    /** The message to send in place of `request`: itself, where it holds no image worth the while. */
    lay(request: WorkerRequest): WorkerRequest | Laid {
      if (!("image" in request) || request.image.data.byteLength < worthwhile) return request;
      const { data } = request.image;
      const place = { kind: kindOf(data), at: end, bytes: data.byteLength };
      writeAll(descriptor, data, end);
      end += data.byteLength;
      inUse.add(request.id);
      const empty = { data: new Uint8Array(0) };
      // The spread loses which kind of request it is.
      return { ...request, image: { ...request.image, ...empty }, place } as Laid;
    },
    /** Once answered, its room may be used again; the last one out empties the file. */
    free(id: number): void {
      if (!inUse.delete(id) || inUse.size > 0) return;
      if (end > 16 << 20) ftruncateSync(descriptor, 0);
      end = 0;
    },
    close: (): void => closeSync(descriptor),
  };
}

/** The worker's end: a message as it was before `lay`. */
export function lift(message: WorkerRequest | Laid): WorkerRequest {
  if (!("place" in message) || !("image" in message)) return message;
  const { place, ...request } = message;
  return { ...request, image: { ...request.image, data: readShared(place) } } as WorkerRequest;
}

function readShared({ kind, at, bytes }: Place): Voxels {
  const make = kinds[kind];
  const data = new make(bytes / make.BYTES_PER_ELEMENT);
  const view = new Uint8Array(data.buffer);
  for (let done = 0; done < bytes;) {
    const read = readSync(sharedDescriptor, view, done, bytes - done, at + done);
    if (read === 0) throw new Error("the shared pixels end too soon");
    done += read;
  }
  return data;
}

function writeAll(descriptor: number, data: Voxels, at: number): void {
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let done = 0; done < view.length;)
    done += writeSync(descriptor, view, done, view.length - done, at + done);
}

const kindOf = (data: Voxels): Kind => data.constructor.name as Kind;

/** A file in memory, opened and at once without a name. */
function memoryFile(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const folder = mkdtempSync(join("/dev/shm", "evidesk-"));
    const descriptor = openSync(join(folder, "pixels"), "wx+", 0o600);
    rmSync(folder, { recursive: true });
    return descriptor;
  } catch {
    // No such file system, or no room or right to use it: messages carry the pixels.
    return undefined;
  }
}
