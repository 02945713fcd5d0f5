/** Europe PMC and ClinicalTrials.gov: the field comes before the term. */
import type { FieldCode } from "./ast.ts";
import { canonical, push, take, type Rule } from "./scan.ts";

const luceneNames: Record<string, FieldCode[]> = {
  TITLE: ["ti"],
  ABSTRACT: ["ab"],
  TITLE_ABS: ["ab", "ti"],
  KW: ["kw"],
  AUTH: ["au"],
  JOURNAL: ["jn"],
  PUB_TYPE: ["pt"],
  LANG: ["la"],
  EXT_ID: ["id"],
  CHEM: ["rn"],
  AFF: ["in"],
  SRC: ["sb"],
};

export const luceneField: Rule = (scan) => {
  const found = take(scan, /([A-Z_]+)\s*:\s*(?=["(\w*])/);
  if (found === null) return false;
  const name = found[1] ?? "";
  const fields = luceneNames[name];
  if (fields === undefined && name !== "MESH" && !/PDATE|PUB_YEAR/.test(name))
    scan.warnings.push(
      `The Europe PMC field ${name} has no counterpart; its term is searched in all fields.`,
    );
  return push(scan, {
    kind: "before",
    fields: fields ?? (/PUB_YEAR/.test(name) ? ["dp"] : name === "MESH" ? ["kw"] : ["all"]),
  });
};

export const luceneRange: Rule = (scan) => {
  const found = take(
    scan,
    /(?:FIRST_PDATE|E_PDATE|P_PDATE_D|PUB_YEAR)\s*:\s*\[\s*(\S+)\s+TO\s+(\S+)\s*\]/i,
  );
  if (found === null) return false;
  return push(scan, {
    kind: "range",
    from: (found[1] ?? "").replaceAll("-", "/"),
    to: (found[2] ?? "").replaceAll("-", "/"),
    fields: ["dp"],
  });
};

export const luceneProximity: Rule = (scan) => {
  const found = take(scan, /"([^"]+)"~(\d+)/);
  if (found === null) return false;
  scan.tokens.push({ kind: "text", text: canonical(found[1] ?? ""), phrase: true });
  return push(scan, { kind: "asNear", fields: [], distance: Number(found[2]) + 1 });
};

export const essieArea: Rule = (scan) => {
  const found = take(scan, /AREA\s*\[\s*(\w+)\s*\]/i);
  if (found === null) return false;
  const name = (found[1] ?? "").toLowerCase();
  const fields: FieldCode[] = name.startsWith("condition")
    ? ["cond"]
    : name.startsWith("intervention")
      ? ["intr"]
      : name.includes("title")
        ? ["ti"]
        : ["all"];
  return push(scan, { kind: "before", fields });
};
