/** What a DICOM header says of what was taken, beyond the modality. */
import type { DataSet } from "dicom-parser";
import type { HeaderFacts } from "./route.ts";

const yearsOf: Record<string, number> = { Y: 1, M: 1 / 12, W: 1 / 52.18, D: 1 / 365.25 };

/** PS3.5: an Age String is three digits and D, W, M or Y; anything else says nothing. */
export function ageInYears(text: string): number | undefined {
  const [, digits, unit] = /^\s*(\d{1,3})([DWMY])\s*$/.exec(text) ?? [];
  return digits && unit ? Number(digits) * (yearsOf[unit] as number) : undefined;
}

/** Whole years between two DICOM dates (YYYYMMDD); undefined where one is not there. */
function yearsBetween(birth: string, taken: string): number | undefined {
  const [from, to] = [birth, taken].map((date) => /^(\d{4})(\d{4})$/.exec(date.trim()));
  if (!from || !to) return undefined;
  const years = Number(to[1]) - Number(from[1]) - (String(to[2]) < String(from[2]) ? 1 : 0);
  return years >= 0 && years < 130 ? years : undefined;
}

export function headerFacts(dataSet: Pick<DataSet, "string">): HeaderFacts {
  const text = (tag: string): string => dataSet.string(tag)?.trim() ?? "";
  const age = ageInYears(text("x00101010")) ?? yearsBetween(text("x00100030"), text("x00080020"));
  const description = ["x0008103e", "x00181030", "x00180024"].map(text).filter(Boolean).join(" ");
  return {
    ...(text("x00180015") ? { bodyPart: text("x00180015") } : {}),
    ...(text("x00185101") ? { view: text("x00185101") } : {}),
    ...(age === undefined ? {} : { ageYears: age }),
    ...(description ? { description } : {}),
  };
}
