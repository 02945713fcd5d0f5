/**
 * What happens to each DICOM attribute on de-identification: the Basic Application Level
 * Confidentiality Profile of PS3.15 Annex E, done the careful way round. The standard lists what must
 * go; here only what is known to be needed and harmless stays, so that an attribute nobody thought of
 * is removed, too.
 */
import type { DeidentifyOption } from "../../api/schemas/imaging.ts";

export type Action =
  | "keep"
  | "remove"
  /** Present, without a value. */
  | "empty"
  /** A UID: the same new one for the same old one. */
  | "uid"
  /** A date or date-time moved by the patient's offset. */
  | "shift"
  /** The patient's pseudonym. */
  | "pseudonym"
  /** A sequence whose items are treated in the same way. */
  | "inside";

/** Type 2 attributes of the modules every image has: they may be empty, not absent. */
const emptied = new Set(
  "00080020 00080030 00080050 00080090 00080023 00080033 00100030 00100040 00200010 00201040".split(
    " ",
  ),
);
const pseudonyms = new Set(["00100010", "00100020"]);
const characteristics = new Set(["00100040", "00101010", "00101020", "00101030"]);
const dates = new Set("00080012 00080020 00080021 00080022 00080023 0008002A".split(" "));

const times = new Set("00080030 00080031 00080032 00080033".split(" "));
const devices = new Set(
  "00081010 00181000 00181002 00181004 00181005 00181007 00181020".split(" "),
);
const institutions = new Set("00080080 00080081 00081040".split(" "));
/** Numbers and codes of technical groups that tell one machine or image from others. */
const telling = new Set("00201070 00203401 00203402 00205000".split(" "));

/** Kept whatever their VR: what an image is, and codes, which stand only in kept sequences. */
const kept = new Set(
  "00080005 00080008 00080016 00080060 00080064 00080070 00080100 00080102 00080103 00080104 00080117 00081090 00081150 00181020 00620005 00620009".split(
    " ",
  ),
);
/** Sequences that carry geometry, pixels or references between instances. */
const opened = new Set(
  "00081115 00081140 0008114A 00081199 00082112 00082218 00082228 00089121 00089215 0040A170 00540016 00540022 00540052 00620002 00620003 00620008 0062000B 0062000F".split(
    " ",
  ),
);
/** Groups of technique, geometry and pixels: their numbers and coded strings stay, their text goes. */
const technical = new Set(["0018", "0020", "0022", "0028", "0048", "0054", "0062", "2050", "5200"]);
const harmless = new Set([
  "CS",
  "DS",
  "IS",
  "US",
  "SS",
  "UL",
  "SL",
  "FL",
  "FD",
  "AT",
  "OW",
  "OB",
  "OF",
]);

/** @param tag eight hexadecimal digits, upper case; @param vr as in the file, or from the dictionary */
export function actionFor(tag: string, vr: string, options: ReadonlySet<DeidentifyOption>): Action {
  const group = tag.slice(0, 4);
  if (Number.parseInt(group, 16) % 2 === 1) return "remove";
  if (options.has("patient-characteristics") && characteristics.has(tag)) return "keep";
  if (options.has("full-dates") && (dates.has(tag) || times.has(tag))) return "keep";
  if (options.has("modified-dates") && dates.has(tag)) return "shift";
  if (options.has("device-identity") && devices.has(tag)) return "keep";
  if (options.has("institution-identity") && institutions.has(tag)) return "keep";
  if (pseudonyms.has(tag)) return "pseudonym";
  if (emptied.has(tag)) return "empty";
  if (telling.has(tag)) return "remove";
  if (kept.has(tag)) return "keep";
  if (vr === "UI") return options.has("retain-uids") ? "keep" : "uid";
  if (vr === "SQ")
    return opened.has(tag) || ["0018", "0028", "5200", "0022", "0048"].includes(group)
      ? "inside"
      : "remove";
  if (tag === "7FE00010" || tag === "7FE00001" || tag === "7FE00002") return "keep";
  return technical.has(group) && harmless.has(vr) ? "keep" : "remove";
}

/** UIDs of the standard itself (SOP classes, transfer syntaxes, well-known frames) name no patient. */
export const isStandardUid = (uid: string): boolean => uid.startsWith("1.2.840.10008.");

/** The day so many days later, in DICOM's own form; what is no date is removed, not guessed. */
export function shiftDate(value: string, days: number): string {
  const parts = /^(\d{4})(\d{2})(\d{2})(.*)$/.exec(value.trim());
  if (parts === null) return "";
  const [, year, month, day, rest = ""] = parts;
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + days));
  return moved.toISOString().slice(0, 10).replaceAll("-", "") + rest;
}

/** Codes of PS3.16 CID 7050 for what was done. */
export function methodCodes(
  options: ReadonlySet<DeidentifyOption>,
): [code: string, meaning: string][] {
  const named: [DeidentifyOption, string, string][] = [
    ["full-dates", "113106", "Retain Longitudinal Temporal Information Full Dates Option"],
    ["modified-dates", "113107", "Retain Longitudinal Temporal Information Modified Dates Option"],
    ["patient-characteristics", "113108", "Retain Patient Characteristics Option"],
    ["device-identity", "113109", "Retain Device Identity Option"],
    ["retain-uids", "113110", "Retain UIDs Option"],
    ["institution-identity", "113112", "Retain Institution Identity Option"],
  ];
  return [
    ["113100", "Basic Application Confidentiality Profile"],
    ...named
      .filter(([option]) => options.has(option))
      .map(([, code, meaning]): [string, string] => [code, meaning]),
  ];
}
