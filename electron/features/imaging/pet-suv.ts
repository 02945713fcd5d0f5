/** Standardised uptake values of PET, normalised by body weight, from the header (PS3.3 C.8.9). */
import type { DataSet } from "dicom-parser";

/** What a stored value in Bq/ml is multiplied with to give SUVbw in g/ml; or why that is not known. */
export type Suv = { factor: number } | { missing: string };

const text = (dataSet: DataSet | undefined, tag: string): string =>
  (dataSet?.string(tag) ?? "").trim();
const number = (dataSet: DataSet | undefined, tag: string): number =>
  Number.parseFloat(text(dataSet, tag));

/** Seconds since 1970 of a DICOM date and time, or of a date-time; NaN where it is none. Zones are left out: both ends are of one scanner. */
export function secondsOf(date: string, time = ""): number {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?/.exec(date + time);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute = "0", second = "0"] = parts;
  return (
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000 +
    Number(second)
  );
}

/**
 * SUVbw = activity (Bq/ml) × weight (g) / injected dose (Bq), the dose decayed to the time that the
 * images are corrected to: the acquisition's start for Decay Correction START, the injection for ADMIN.
 */
export function suvFactor(dataSet: DataSet): Suv {
  const units = text(dataSet, "x00541001");
  if (units === "GML") {
    const type = text(dataSet, "x00541006") || "BW";
    return type === "BW" ? { factor: 1 } : { missing: `its values are SUV by ${type}` };
  }
  if (units !== "BQML") return { missing: `its values are in ${units || "no unit"}, not Bq/ml` };
  const corrected = text(dataSet, "x00280051").split("\\");
  if (!corrected.includes("ATTN") || !corrected.includes("DECY"))
    return { missing: "it is not corrected for both attenuation and decay" };
  const weight = number(dataSet, "x00101030");
  if (!(weight > 0)) return { missing: "it gives no patient's weight" };
  const drug = dataSet.elements["x00540016"]?.items?.[0]?.dataSet;
  const dose = number(drug, "x00181074");
  if (!(dose > 0)) return { missing: "it gives no injected dose" };
  // A dose below 10 kBq is one that was written in MBq.
  if (dose < 1e4) return { missing: `its injected dose of ${dose} Bq cannot be` };
  const factor = (weight * 1000) / dose;
  const correction = text(dataSet, "x00541102");
  if (correction === "ADMIN") return { factor };
  if (correction !== "START")
    return { missing: `it is decay-corrected to "${correction || "no time"}"` };
  const halfLife = number(drug, "x00181075");
  const scan = startOf(dataSet);
  const given = text(drug, "x00181078");
  const injected = given
    ? secondsOf(given)
    : secondsOf(text(dataSet, "x00080021"), text(drug, "x00181072"));
  const waited = scan - injected;
  if (!(halfLife > 0) || !(waited >= 0) || waited > 12 * 3600)
    return { missing: "its times of injection and scan, or the half-life, do not fit together" };
  return { factor: factor / 2 ** (-waited / halfLife) };
}

/** The series' time, unless post-processing moved it past the acquisition (QIBA's rule). */
function startOf(dataSet: DataSet): number {
  const series = secondsOf(text(dataSet, "x00080021"), text(dataSet, "x00080031"));
  const acquired = secondsOf(
    text(dataSet, "x00080022") || text(dataSet, "x00080021"),
    text(dataSet, "x00080032"),
  );
  return series <= acquired || Number.isNaN(acquired) ? series : acquired;
}
