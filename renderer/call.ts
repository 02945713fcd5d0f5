/** The one door to the backend for every page: `call(name, input)`, `assetBytes(id)`, `putAsset(file)`. */
import type { AppCall } from "../electron/api/contract.ts";
import { AppError, fromErrorShape, type ErrorShape } from "../electron/api/errors.ts";
import { callOverHttp, callOverWindowPort, takeToken } from "./transport.ts";

export type StoredAsset = { id: string; name: string; type: string; bytes: number };

let connection: Promise<AppCall> | null = null;
let token: string | null = null;

/** Chooses the transport by the page's own scheme; rejects when the page was opened without a key. */
function connect(): Promise<AppCall> {
  if (location.protocol === "app:") return callOverWindowPort();
  token = takeToken();
  if (token === null) {
    return Promise.reject(
      new AppError(
        "unauthorized",
        "This page was opened without its key. Open the address that the terminal printed; it ends in #token=…",
      ),
    );
  }
  return Promise.resolve(callOverHttp(token));
}

/** Calls the backend; typed by the contract. Rejects with an `AppError`. */
export const call: AppCall = async (name, input, options) => {
  connection ??= connect();
  const send = await connection;
  return send(name, input, options);
};

function authorization(): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** The bytes of a stored asset. */
export async function assetBytes(id: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await assetResponse(id, {}, signal)).arrayBuffer();
}

/** Bytes `start` up to `end` (not included) of a stored asset. */
export async function assetPart(id: string, start: number, end: number): Promise<ArrayBuffer> {
  const response = await assetResponse(id, { Range: `bytes=${start}-${end - 1}` });
  const bytes = await response.arrayBuffer();
  if (response.status !== 206 || bytes.byteLength !== end - start)
    throw new AppError("network", `"${id}" did not come as it was asked for.`, { start, end });
  return bytes;
}

async function assetResponse(
  id: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  connection ??= connect();
  await connection;
  const response = await fetch(`/assets/${id}`, {
    headers: { ...authorization(), ...headers },
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await assetFailure(response, id);
  return response;
}

/** Stores a file; its id is the sha256 of its bytes, so storing twice is harmless. */
export async function putAsset(
  file: File | Blob,
  name = file instanceof File ? file.name : "file",
): Promise<StoredAsset> {
  connection ??= connect();
  await connection;
  const response = await fetch(`/assets?name=${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { ...authorization(), "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
  if (!response.ok) throw await assetFailure(response, name);
  return (await response.json()) as StoredAsset;
}

/** Bytes of small files sent in one request; a larger file goes alone. */
const togetherBytes = 16 << 20;

/** Files in groups that are sent together: each request costs as much as some hundred kilobytes. */
function grouped(files: readonly File[]): File[][] {
  const groups: File[][] = [];
  let room = 0;
  for (const file of files) {
    if (file.size > room || groups.length === 0) {
      groups.push([]);
      room = togetherBytes;
    }
    groups.at(-1)?.push(file);
    room -= file.size;
  }
  return groups;
}

/** Stores files in their order; `onStored` is told how many are there after each part. */
export async function putAssets(
  files: readonly File[],
  onStored: (done: number) => void,
): Promise<StoredAsset[]> {
  const groups = grouped(files);
  const stored: StoredAsset[][] = [];
  let [next, done] = [0, 0];
  const send = async (): Promise<void> => {
    for (let at = next++; at < groups.length; at = next++) {
      const group = groups[at] as File[];
      const [only] = group;
      stored[at] = group.length === 1 && only ? [await putAsset(only)] : await putTogether(group);
      done += group.length;
      onStored(done);
    }
  };
  // One part is written while the next is on its way.
  await Promise.all([send(), send()]);
  return stored.flat();
}

/** The body that `filesIn` of the asset store reads. */
async function putTogether(files: readonly File[]): Promise<StoredAsset[]> {
  connection ??= connect();
  await connection;
  const about = files.map(({ name, type, size }) => ({ name, type, bytes: size }));
  const head = new TextEncoder().encode(JSON.stringify(about));
  const response = await fetch("/assets/many", {
    method: "POST",
    headers: { ...authorization(), "Content-Type": "application/octet-stream" },
    body: new Blob([new Uint8Array(new Uint32Array([head.length]).buffer), head, ...files]),
  });
  if (!response.ok) throw await assetFailure(response, `${files.length} files`);
  return (await response.json()) as StoredAsset[];
}

async function assetFailure(response: Response, what: string): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  if (body !== null && typeof body === "object" && "error" in body)
    return fromErrorShape(body.error as ErrorShape);
  return new AppError("network", `"${what}" could not be moved (HTTP ${response.status}).`, {
    status: response.status,
  });
}
