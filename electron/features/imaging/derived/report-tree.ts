/** Structured reports (PS3.3 C.17) as a tree of named values, and the measurements in it (PS3.16 TID 1500). */
import type { DataSet } from "dicom-parser";
import { AppError } from "../../../api/errors.ts";

export type Code = { value: string; scheme: string; meaning: string };
/** One content item: what it is called, what it says, and what stands under it. */
export type ReportItem = {
  type: string;
  relation: string;
  concept: Code | null;
  /** As text for people: a code's meaning, a number with its unit, a person's name, a UID. */
  text: string;
  number?: number;
  unit?: Code;
  code?: Code;
  /** SOP Instance UIDs of images and other objects it points to. */
  refers: string[];
  items: ReportItem[];
};
export type SrMeasurement = { name: string; value: number; unit: string; derivation?: string };
export type MeasurementGroup = {
  tracking: string;
  finding: string;
  site: string;
  measurements: SrMeasurement[];
  statements: { name: string; text: string }[];
  refers: string[];
};
export type ReadReport = {
  title: string;
  completion: string;
  verification: string;
  observer: string;
  at: string;
  study: string;
  groups: MeasurementGroup[];
  lines: ReportLine[];
};
export type ReportLine = { depth: number; name: string; text: string };

const deepest = 40;
const mostItems = 20_000;
const mostLines = 2000;

const text = (dataSet: DataSet | undefined, tag: string): string =>
  (dataSet?.string(tag) ?? "").trim();
const itemsOf = (dataSet: DataSet | undefined, tag: string): DataSet[] =>
  (dataSet?.elements[tag]?.items ?? []).flatMap((item) => item.dataSet ?? []);
const codeOf = (dataSet: DataSet | undefined, tag: string): Code | null => {
  const [item] = itemsOf(dataSet, tag);
  return item === undefined
    ? null
    : {
        value: text(item, "x00080100") || text(item, "x00080119"),
        scheme: text(item, "x00080102"),
        meaning: utf8(item, "x00080104"),
      };
};

/** dicom-parser reads text as Latin-1; reports are mostly UTF-8 or plain ASCII. */
function utf8(dataSet: DataSet | undefined, tag: string): string {
  const raw = dataSet?.string(tag) ?? "";
  try {
    return new TextDecoder("utf-8", { fatal: true })
      .decode(Uint8Array.from(raw, (letter) => letter.charCodeAt(0)))
      .trim();
  } catch {
    return raw.trim();
  }
}

const plain: Record<string, string> = {
  TEXT: "x0040a160",
  UIDREF: "x0040a124",
  PNAME: "x0040a123",
  DATE: "x0040a121",
  TIME: "x0040a122",
  DATETIME: "x0040a120",
};

function itemFrom(dataSet: DataSet, depth: number, budget: { left: number }): ReportItem {
  budget.left -= 1;
  const type = text(dataSet, "x0040a040");
  const item: ReportItem = {
    type,
    relation: text(dataSet, "x0040a010"),
    concept: codeOf(dataSet, "x0040a043"),
    text: plain[type] ? utf8(dataSet, plain[type]) : "",
    refers: itemsOf(dataSet, "x00081199").map((one) => text(one, "x00081155")),
    items: [],
  };
  if (type === "CODE") {
    const code = codeOf(dataSet, "x0040a168");
    if (code) Object.assign(item, { code, text: code.meaning });
  }
  if (type === "NUM") {
    const [measured] = itemsOf(dataSet, "x0040a300");
    const value = Number.parseFloat(text(measured, "x0040a30a").split("\\")[0] ?? "");
    const unit = codeOf(measured, "x004008ea");
    // A number that is not there is none, never 0.
    if (Number.isFinite(value))
      Object.assign(item, {
        number: value,
        text: `${value} ${unit === null || unit.value === "1" ? "" : unit.value}`.trim(),
      });
    else item.text = codeOf(dataSet, "x0040a301")?.meaning ?? "no value";
    if (unit) item.unit = unit;
  }
  if (type === "SCOORD" || type === "SCOORD3D") item.text = text(dataSet, "x00700023");
  if (depth < deepest)
    for (const child of itemsOf(dataSet, "x0040a730")) {
      if (budget.left <= 0) break;
      item.items.push(itemFrom(child, depth + 1, budget));
    }
  return item;
}

const walk = (item: ReportItem, visit: (item: ReportItem) => void): void => {
  visit(item);
  for (const child of item.items) walk(child, visit);
};
const named = (item: ReportItem, value: string): ReportItem | undefined =>
  item.items.find(({ concept }) => concept?.value === value);

/** "Measurement Group" (125007, DCM) containers of TID 1410, 1411 and 1501. */
function groupFrom(item: ReportItem): MeasurementGroup {
  const measurements: SrMeasurement[] = [];
  const statements: { name: string; text: string }[] = [];
  const refers: string[] = [];
  const known = new Set(["112039", "112040", "121071", "363698007", "G-C0E3"]);
  for (const child of item.items) {
    walk(child, (one) => refers.push(...one.refers));
    const name = child.concept?.meaning ?? "";
    if (child.type === "NUM" && child.number !== undefined) {
      const derivation = child.items.find(({ concept }) => concept?.value === "121401")?.text;
      measurements.push({
        name,
        value: child.number,
        unit: child.unit && child.unit.value !== "1" ? child.unit.value : "",
        ...(derivation ? { derivation } : {}),
      });
    } else if (
      (child.type === "CODE" || child.type === "TEXT") &&
      !known.has(child.concept?.value ?? "")
    )
      statements.push({ name, text: child.text });
  }
  return {
    tracking: named(item, "112039")?.text ?? "",
    finding: named(item, "121071")?.text ?? "",
    site: (named(item, "363698007") ?? named(item, "G-C0E3"))?.text ?? "",
    measurements,
    statements,
    refers: [...new Set(refers.filter((one) => one !== ""))],
  };
}

/** A report's tree and its measurement groups; whoever reads it gets what is there, nothing is filled in. */
export function readReport(dataSet: DataSet): ReadReport {
  return wholeOr("structured report", () => reportFrom(dataSet));
}

/** dicom-parser throws its own words where an element's length is wrong. @throws badFile */
export function wholeOr<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError("badFile", `The ${what} has a broken element (${words}).`);
  }
}

function reportFrom(dataSet: DataSet): ReadReport {
  const root = itemFrom(dataSet, 0, { left: mostItems });
  const groups: MeasurementGroup[] = [];
  let observer = "";
  walk(root, (item) => {
    if (item.type === "CONTAINER" && item.concept?.value === "125007") groups.push(groupFrom(item));
    if (item.type === "PNAME" && item.concept?.value === "121008" && observer === "")
      observer = item.text;
  });
  return {
    title: root.concept?.meaning ?? "Report",
    completion: text(dataSet, "x0040a491"),
    verification: text(dataSet, "x0040a493"),
    observer,
    at: text(dataSet, "x00080023") + text(dataSet, "x00080033").slice(0, 6),
    study: text(dataSet, "x0020000d"),
    groups,
    lines: linesOf(root.items, 0).slice(0, mostLines),
  };
}

/** Headings and values in reading order; pointers to images say nothing to a reader. */
function linesOf(items: readonly ReportItem[], depth: number): ReportLine[] {
  return items.flatMap((item) => {
    const name = item.concept?.meaning ?? "";
    const quiet = ["IMAGE", "COMPOSITE", "SCOORD", "SCOORD3D", "TCOORD"].includes(item.type);
    const line =
      quiet || (name === "" && item.text === "") ? [] : [{ depth, name, text: item.text }];
    return [...line, ...linesOf(item.items, depth + 1)];
  });
}
