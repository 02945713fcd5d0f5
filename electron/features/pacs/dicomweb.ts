/** A client of DICOMweb (PS3.18): QIDO-RS to find, WADO-RS to fetch, STOW-RS to send. */
import { AppError } from "../../api/errors.ts";
import type { ArchivedStudy, ArchiveQuery } from "../../api/schemas/pacs.ts";
import { isLoopback } from "../models/generation/generation.ts";
import { multipart, partsOf } from "./multipart.ts";

export type Archive = { address: string; user: string; password: string };
type Fetch = (url: string, init: RequestInit) => Promise<Response>;
type Json = Record<string, { Value?: unknown[] } | undefined>;

/** @throws badInput where another machine was not allowed by its own name */
export function refuseUnallowed(address: string, allowedHost: string | null | undefined): void {
  const { hostname, protocol } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:")
    throw new AppError("badInput", `"${address}" is no web address (http or https).`);
  if (isLoopback(address) || allowedHost?.toLowerCase() === hostname) return;
  throw new AppError(
    "badInput",
    `"${hostname}" is another machine: allow it by that name first. Nothing was sent.`,
    { host: hostname },
  );
}

/** Patient data must not follow a redirect to a machine that nobody allowed. */
async function ask(
  fetch: Fetch,
  { address, user, password }: Archive,
  path: string,
  init: RequestInit & { signal: AbortSignal },
  { alsoFine = [] }: { alsoFine?: readonly number[] } = {},
): Promise<Response> {
  const url = `${address.replace(/\/+$/, "")}${path}`;
  const headers = new Headers(init.headers);
  if (user)
    headers.set("authorization", `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, redirect: "error" });
  } catch (thrown) {
    if (init.signal.aborted) throw thrown;
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    throw new AppError(
      "network",
      `"${new URL(url).host}" could not be reached: ${cause instanceof Error ? cause.message : String(cause)}.`,
    );
  }
  if (response.ok || alsoFine.includes(response.status)) return response;
  const said = (await response.text().catch(() => "")).replaceAll(/\s+/g, " ").slice(0, 200);
  if (response.status === 401 || response.status === 403)
    throw new AppError(
      "unauthorized",
      `"${new URL(url).host}" does not take this user and password (${response.status}). Remove the archive from the list and add it again with those it knows.`,
    );
  throw new AppError(
    "network",
    `"${new URL(url).host}" answered ${response.status} to ${path.split("?")[0]}${said ? `: ${said}` : ""}.`,
  );
}

const tags = {
  study: "0020000D",
  patientName: "00100010",
  patientId: "00100020",
  date: "00080020",
  description: "00081030",
  accession: "00080050",
  modalities: "00080061",
  series: "00201206",
  instances: "00201208",
};

function first(item: Json, tag: string): string {
  const value = item[tag]?.Value?.[0];
  if (typeof value === "object" && value !== null && "Alphabetic" in value)
    return String(value.Alphabetic);
  return value === undefined || value === null ? "" : String(value);
}

async function listed(response: Response): Promise<Json[]> {
  if (response.status === 204) return [];
  const body: unknown = await response.json().catch(() => null);
  if (!Array.isArray(body))
    throw new AppError("network", "The archive's answer is no list of DICOM JSON.");
  return body as Json[];
}

/** @throws network, unauthorized */
export async function findStudies(
  fetch: Fetch,
  archive: Archive,
  query: ArchiveQuery,
  signal: AbortSignal,
): Promise<ArchivedStudy[]> {
  const asked = new URLSearchParams({ limit: String(query.limit) });
  for (const [name, tag] of [
    ["patientId", "PatientID"],
    ["patientName", "PatientName"],
    ["date", "StudyDate"],
    ["modality", "ModalitiesInStudy"],
    ["accession", "AccessionNumber"],
  ] as const)
    if (query[name]) asked.set(tag, query[name]);
  for (const tag of [tags.description, tags.modalities, tags.series, tags.instances])
    asked.append("includefield", tag);
  const found = await listed(
    await ask(fetch, archive, `/studies?${asked}`, {
      signal,
      headers: { accept: "application/dicom+json" },
    }),
  );
  return found.slice(0, query.limit).map((item) => ({
    study: first(item, tags.study),
    patientName: first(item, tags.patientName),
    patientId: first(item, tags.patientId),
    date: first(item, tags.date),
    description: first(item, tags.description),
    accession: first(item, tags.accession),
    modalities: (item[tags.modalities]?.Value ?? []).map(String),
    series: Number(first(item, tags.series)) || 0,
    instances: Number(first(item, tags.instances)) || 0,
  }));
}

const isUid = (text: string): boolean => /^[0-9.]{1,64}$/.test(text);

/** Every instance of a study, one after the other, as stored. @throws notFound, network, unauthorized */
export async function* fetchStudy(
  fetch: Fetch,
  archive: Archive,
  study: string,
  signal: AbortSignal,
): AsyncGenerator<{ name: string; bytes: Uint8Array; done: number; total: number }> {
  const accept = { accept: "application/dicom+json" };
  const found = await listed(
    await ask(fetch, archive, `/studies/${study}/instances?includefield=0020000E`, {
      signal,
      headers: accept,
    }),
  );
  const instances = found
    .map((item) => ({ series: first(item, "0020000E"), instance: first(item, "00080018") }))
    .filter(({ series, instance }) => isUid(series) && isUid(instance));
  if (instances.length === 0)
    throw new AppError("notFound", `The archive has no images of the study ${study}.`, { study });
  for (const [at, { series, instance }] of instances.entries()) {
    const response = await ask(
      fetch,
      archive,
      `/studies/${study}/series/${series}/instances/${instance}`,
      {
        signal,
        headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
      },
    );
    const body = new Uint8Array(await response.arrayBuffer());
    const [bytes] = partsOf(response.headers.get("content-type") ?? "", body);
    if (bytes === undefined)
      throw new AppError("network", `The archive sent nothing for the image ${instance}.`);
    yield {
      name: `${series}/${instance}.dcm`,
      bytes: bytes.slice(),
      done: at + 1,
      total: instances.length,
    };
  }
}

const failures: Record<number, string> = {
  0x0110: "processing failure",
  0x0117: "invalid object instance",
  0x0122: "SOP class not supported",
  0xa700: "out of resources",
  0xa900: "data set does not match the SOP class",
  0xc000: "cannot be understood",
};

/** Sends one file. @returns null when it was stored, else the archive's reason */
export async function sendFile(
  fetch: Fetch,
  archive: Archive,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string | null> {
  const { type, body } = multipart([bytes]);
  const response = await ask(
    fetch,
    archive,
    "/studies",
    {
      method: "POST",
      signal,
      body,
      headers: { "content-type": type, accept: "application/dicom+json" },
    },
    // A refused file is an answer (PS3.18 10.5.3), not a broken archive.
    { alsoFine: [400, 409] },
  );
  const answer = (await response.json().catch(() => ({}))) as Json;
  const [failed] = (answer["00081198"]?.Value ?? []) as Json[];
  if (failed) {
    const code = Number(first(failed, "00081197"));
    return failures[code] ?? `failure code ${code.toString(16)}`;
  }
  return answer["00081199"]?.Value?.length
    ? null
    : `the archive answered ${response.status} and did not store it`;
}
