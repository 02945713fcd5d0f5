/** Tells a registry's JSON record from a paper, and finds which record of the review it belongs to. Pure. */
import { AppError } from "../../../api/errors.ts";
import { jsonField } from "../../search/remote/json.ts";
import { findRegistrations } from "../identifiers.ts";
import { titleLikeness, type Match } from "../matching.ts";
import { registryTrial, type RegistryTrial } from "./trial.ts";

/** A registry record is small; a larger JSON file is something else. */
const mostBytes = 60_000_000;

/** The trial of a registry's JSON file; undefined where the bytes are no JSON object at all. @throws as `registryTrial`, `badFile` */
export function trialIn(bytes: Uint8Array): RegistryTrial | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, 64)).replace(/^\uFEFF/, "");
  if (!/^\s*\{\s*"/.test(head)) return undefined;
  if (bytes.byteLength > mostBytes)
    throw new AppError("badFile", "This JSON file is too large to be a registry's record.");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes).replace(/^\uFEFF/, ""));
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `The registry record is no whole JSON file: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
  const studies = jsonField(json, "studies");
  return registryTrial(Array.isArray(studies) && studies.length === 1 ? studies[0] : json);
}

/** NCT numbers named in a text, each once, in order. */
export function nctNumbers(text: string): string[] {
  const found = findRegistrations(text).map(({ value }) => value.toUpperCase());
  return [...new Set(found.filter((value) => /^NCT\d{8}$/.test(value)))];
}

type Named = { id: string; title: string; numbers: string[] };

/** Records that name the trial's number; without one, those with a title alike. */
export function recordsOf(
  trial: RegistryTrial,
  records: readonly Named[],
): { sure: Named[]; candidates: Match[] } {
  const sure = records.filter(({ numbers }) => numbers.includes(trial.nct.value));
  const candidates = (sure.length > 0 ? sure : records)
    .map(({ id, title }): Match => ({
      recordId: id,
      title,
      score: titleLikeness(trial.title.value, title),
      by: "title",
    }))
    .filter(({ score }) => sure.length > 0 || score > 0.3)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 5);
  return { sure, candidates };
}
