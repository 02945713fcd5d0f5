/** Ovid: `.ti,ab.` after the term, headings ending in a slash, adjN, `or/1-5`. */
import { ovidFields, ovidSuffixPattern } from "./fields.ts";
import { qualifierCode } from "./qualifiers.ts";
import { canonical, expand, push, take, type Rule } from "./scan.ts";

export const ovidLines: Rule = (scan) => {
  const found =
    take(scan, /(or|and)\s*\/\s*(\d+(?:\s*[-,]\s*\d+)*)/i) ??
    (scan.at === 0 ? take(scan, /(or|and)\s+(\d+\s*-\s*\d+)\s*$/i) : null);
  if (found === null) return false;
  return push(scan, {
    kind: "lines",
    operator: (found[1] ?? "").toLowerCase() === "or" ? "or" : "and",
    labels: expand(found[2] ?? ""),
  });
};

/** `[mp=title, abstract, …]` and notes to the reader. */
export const ovidComment: Rule = (scan) => take(scan, /\[[^\]]*(?:\]|$)/) !== null;

export const ovidSuffix: Rule = (scan) => {
  const before = scan.at;
  const found = take(scan, ovidSuffixPattern);
  if (found === null) return false;
  const codes = (found[1] ?? "").split(/[\s,.]+/).filter(Boolean);
  const fields = ovidFields(codes);
  if (fields === undefined) {
    scan.at = before;
    return false;
  }
  if (codes.length === 1 && codes[0]?.toLowerCase() === "sh")
    return push(scan, { kind: "asHeading", explode: false, major: false });
  return push(scan, { kind: "fields", fields });
};

export const ovidHeading: Rule = (scan) => {
  const before = scan.at;
  const found = take(
    scan,
    /(exp(?:lode)?\s+)?(\*)?\s*(?:"([^"]+)"|([A-Za-z0-9][^()"/:.;\n]*?(?:\[[^\]]*\])?))\s*\/(?!\d)/i,
  );
  if (found === null) return false;
  const name = (found[3] ?? found[4] ?? "").trim();
  if (
    found[3] === undefined &&
    /(?:^|\s)(?:and|or|not|adj\d*)\s/i.test(` ${name} `) &&
    !/^[A-Z][\w-]* and [A-Z]/.test(name)
  ) {
    scan.at = before;
    return false;
  }
  const codes = take(
    scan,
    /\s*((?:[a-z]{2}|all)(?:\s*,\s*(?:[a-z]{2}))*)(?![\w*$.])(?:\s*\[[^\]]*\])?/i,
  );
  let subheadings = (codes?.[1] ?? "")
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter(Boolean);
  if (codes !== null && subheadings.some((code) => qualifierCode(code) === undefined)) {
    scan.at -= codes[0].length;
    subheadings = [];
  }
  const stray = take(scan, /[a-z]{1,3}(?=\s|\)|$)/i);
  if (stray !== null && codes === null)
    scan.warnings.push(`"${stray[0]}" after ${name}/ is no subheading and was left out.`);
  return push(scan, {
    kind: "heading",
    heading: {
      kind: "heading",
      name: name.replace(/\s*\[[^\]]*\]$/, ""),
      explode: found[1] !== undefined,
      major: found[2] !== undefined,
      subheadings,
    },
  });
};

export const ovidAdjacency: Rule = (scan) => {
  const found = take(scan, /(?:adj|near)\s?(\d*)(?![\w*$-])/i);
  if (found === null) return false;
  const distance = found[1] ? Number(found[1]) : 1;
  return push(scan, { kind: "near", distance: Math.max(1, distance), ordered: found[1] === "" });
};

export const ovidWord: Rule = (scan) => {
  let word = "";
  while (scan.at < scan.text.length && !/[\s()"]/.test(scan.text[scan.at] ?? "")) {
    if (scan.text[scan.at] === "." && word !== "") {
      const before = scan.at;
      const count = scan.tokens.length;
      const isSuffix = ovidSuffix(scan);
      scan.at = before;
      scan.tokens.length = count;
      if (isSuffix) break;
    }
    word += scan.text[scan.at];
    scan.at += 1;
  }
  const clean = word.replace(/^[,;.]+|[,;.]+$/g, "");
  return clean === ""
    ? word !== ""
    : push(scan, { kind: "text", text: canonical(clean), phrase: false });
};
