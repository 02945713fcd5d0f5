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

async function assetFailure(response: Response, what: string): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  if (body !== null && typeof body === "object" && "error" in body)
    return fromErrorShape(body.error as ErrorShape);
  return new AppError("network", `"${what}" could not be moved (HTTP ${response.status}).`, {
    status: response.status,
  });
}
