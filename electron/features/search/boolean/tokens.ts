/** Cuts one line of a strategy into tokens, by the rules of its database. */
import { colonFields, ovidFields, pubmedField, unique } from "./fields.ts";
import type { FieldCode, Heading, Target } from "./ast.ts";
import { qualifierCode } from "./qualifiers.ts";

export type Token =
  | { kind: "open" | "close" }
  | { kind: "operator"; operator: "and" | "or" | "not" }
  | { kind: "near"; distance: number; ordered: boolean }
  | { kind: "text"; text: string; phrase: boolean }
  | { kind: "fields"; fields: FieldCode[] }
  | { kind: "asHeading"; explode: boolean; major: boolean }
  | { kind: "asNear"; fields: FieldCode[]; distance: number }
  | { kind: "heading"; heading: Heading }
  | { kind: "before"; fields: FieldCode[] }
  | { kind: "lines"; operator: "and" | "or" | "only"; labels: string[] }
  | { kind: "range"; from: string; to: string; fields: FieldCode[] };

type Scan = { text: string; at: number; tokens: Token[]; warnings: string[] };
type Rule = (scan: Scan) => boolean;

/** Tokens of `text`; oddities that were read in a sensible way are named in `warnings`. */
export function tokenize(text: string, from: Target, warnings: string[]): Token[] {
  const plain = text
    .replaceAll(/[“”„‟″«»]/g, '"')
    .replaceAll(/[‘’‛′]/g, "'")
    .replaceAll(/[–—‐‑]/g, "-")
    .replaceAll("\u00a0", " ");
  const scan: Scan = { text: plain, at: 0, tokens: [], warnings };
  const rules = rulesOf(from);
  while (scan.at < plain.length) {
    if (/\s/.test(plain[scan.at] ?? "")) scan.at += 1;
    else if (!rules.some((rule) => rule(scan))) scan.at += 1;
  }
  return scan.tokens;
}

function rulesOf(from: Target): Rule[] {
  switch (from) {
    case "pubmed":
      return [parenthesis, hashLines, pubmedRange, pubmedTag, quoted, operator, pubmedWord];
    case "ovid":
      return [parenthesis, ovidLines, hashLines, ovidSuffix, ovidHeading, quoted, operator, ovidAdjacency, ovidWord];
    case "embase":
      return [parenthesis, hashLines, colonSuffix, embaseHeading, embaseQuoted, slashNear, operator, plainWord];
    case "central":
      return [centralLines, parenthesisCurly, hashLines, centralHeading, centralDescriptor, colonSuffix, quoted, slashNear, operator, plainWord];
    case "europepmc":
      return [parenthesis, luceneField, luceneRange, luceneProximity, quoted, operator, plainWord];
    case "ctgov":
      return [parenthesis, essieArea, quoted, operator, plainWord];
  }
}

/** Matches at the scan's place and moves on. */
function take(scan: Scan, pattern: RegExp): RegExpExecArray | null {
  const sticky = new RegExp(pattern.source, `${pattern.flags.replace("y", "")}y`);
  sticky.lastIndex = scan.at;
  const found = sticky.exec(scan.text);
  if (found !== null) scan.at += found[0].length;
  return found;
}

function push(scan: Scan, token: Token): true {
  scan.tokens.push(token);
  return true;
}

const parenthesis: Rule = (scan) => {
  const sign = scan.text[scan.at];
  if (sign !== "(" && sign !== ")") return false;
  scan.at += 1;
  return push(scan, { kind: sign === "(" ? "open" : "close" });
};

const parenthesisCurly: Rule = (scan) => {
  if (scan.text[scan.at] === "{" || scan.text[scan.at] === "}") scan.text = scan.text.slice(0, scan.at) + (scan.text[scan.at] === "{" ? "(" : ")") + scan.text.slice(scan.at + 1);
  return parenthesis(scan);
};

const operator: Rule = (scan) => {
  const found = take(scan, /(?:AND\s+NOT|AND|OR|NOT|&&|\|\|)(?![\w*$-])/i);
  if (found === null) return false;
  const word = found[0].toLowerCase();
  return push(scan, { kind: "operator", operator: word.endsWith("not") ? "not" : word === "and" || word === "&&" ? "and" : "or" });
};

const quoted: Rule = (scan) => {
  const found = take(scan, /"([^"]*)("|$)/);
  if (found === null) return false;
  if (found[2] === "") scan.warnings.push(`The quotation mark before "${(found[1] ?? "").slice(0, 30)}" is not closed.`);
  const text = (found[1] ?? "").trim();
  return text === "" ? true : push(scan, { kind: "text", text: canonical(text), phrase: true });
};

const embaseQuoted: Rule = (scan) => {
  const found = take(scan, /'((?:[^']|(?<=\w)'(?=s\b))*)'/);
  return found === null ? quoted(scan) : push(scan, { kind: "text", text: canonical(found[1] ?? ""), phrase: true });
};

/** `$` is Ovid's other sign for `*`. */
function canonical(text: string): string {
  return text.replaceAll(/\$(?=\d|$|[^\w$])/g, "*").replaceAll("$", "*").replaceAll(/\s+/g, " ").trim();
}

const hashLines: Rule = (scan) => {
  const found = take(scan, /#\s?(\d+[a-z]?)\b/i);
  return found === null ? false : push(scan, { kind: "lines", operator: "only", labels: [(found[1] ?? "").toLowerCase()] });
};

const ovidLines: Rule = (scan) => {
  const found = take(scan, /(or|and)\s*\/\s*(\d+(?:\s*[-,]\s*\d+)*)/i);
  if (found === null) return false;
  return push(scan, { kind: "lines", operator: (found[1] ?? "").toLowerCase() === "or" ? "or" : "and", labels: expand(found[2] ?? "") });
};

const centralLines: Rule = (scan) => {
  const found = take(scan, /\{?\s*\b(or|and)\s+#(\d+)\s*-\s*#?(\d+)\s*\}?/i);
  if (found === null) return false;
  return push(scan, { kind: "lines", operator: (found[1] ?? "").toLowerCase() === "or" ? "or" : "and", labels: expand(`${found[2] ?? ""}-${found[3] ?? ""}`) });
};

function expand(list: string): string[] {
  return list.split(",").flatMap((part) => {
    const [first, last] = part.split("-").map((number) => Number(number.trim()));
    if (first === undefined || Number.isNaN(first)) return [];
    const end = last === undefined || Number.isNaN(last) ? first : last;
    return Array.from({ length: Math.min(500, Math.max(0, end - first) + 1) }, (_, index) => String(first + index));
  });
}

const pubmedRange: Rule = (scan) => {
  const found = take(scan, /"?(\d{4}(?:\/\d{1,2}){0,2})"?\s*(?:\[([^\]]+)\])?\s*:\s*"?(\d{4}(?:\/\d{1,2}){0,2}|3000)"?\s*\[([^\]]+)\]/);
  if (found === null) return false;
  return push(scan, { kind: "range", from: found[1] ?? "", to: found[3] ?? "", fields: pubmedField(found[4] ?? "") ?? ["dp"] });
};

const pubmedTag: Rule = (scan) => {
  const found = take(scan, /\[\s*([^\]]*?)\s*\]/);
  if (found === null) return false;
  const raw = (found[1] ?? "").toLowerCase();
  const near = /^(.*?)\s*:\s*~\s*(\d+)$/.exec(raw);
  if (near !== null) return push(scan, { kind: "asNear", fields: pubmedField(near[1] ?? "") ?? ["ti", "ab", "kw"], distance: Number(near[2]) + 1 });
  const bare = raw.replace(/\s*:\s*no\s*exp(?:lode)?$/, "");
  if (/^(?:mesh(?: terms?)?|mh|majr|mesh major topic|mesh:.*)$/.test(bare)) {
    return push(scan, { kind: "asHeading", explode: bare === raw, major: /^maj|major/.test(bare) });
  }
  const fields = pubmedField(bare);
  if (fields === undefined) {
    scan.warnings.push(`PubMed has no field [${found[1] ?? ""}]; the term is searched in all fields.`);
    return push(scan, { kind: "fields", fields: ["all"] });
  }
  return push(scan, { kind: "fields", fields: unique(fields) });
};

const pubmedWord: Rule = (scan) => {
  const found = take(scan, /[^\s()[\]"]+/);
  if (found === null) return false;
  const word = found[0].replace(/^[,;]+|[,;]+$/g, (marks) => (marks.includes(",") && /^\s*\S/.test(scan.text.slice(scan.at)) ? "," : ""));
  return word === "" || word === "," ? true : push(scan, { kind: "text", text: canonical(word), phrase: false });
};

const suffixPattern = /\.\s*([a-z]{2}(?:\s*[,.]\s*[a-z]{2})*)\s*(?:[,.]+|(?=[\s)]|$))/i;

const ovidSuffix: Rule = (scan) => {
  const before = scan.at;
  const found = take(scan, suffixPattern);
  if (found === null) return false;
  const codes = (found[1] ?? "").split(/[\s,.]+/).filter(Boolean);
  const fields = ovidFields(codes);
  if (fields === undefined) {
    scan.at = before;
    return false;
  }
  if (codes.length === 1 && codes[0]?.toLowerCase() === "sh") return push(scan, { kind: "asHeading", explode: false, major: false });
  return push(scan, { kind: "fields", fields });
};

const ovidHeading: Rule = (scan) => {
  const before = scan.at;
  const found = take(scan, /(exp(?:lode)?\s+)?(\*)?\s*(?:"([^"]+)"|([A-Za-z0-9][^()"/:.;\n]*?(?:\[[^\]]*\])?))\s*\/(?!\d)/i);
  if (found === null) return false;
  const name = (found[3] ?? found[4] ?? "").trim();
  if (found[3] === undefined && /(?:^|\s)(?:and|or|not|adj\d*)\s/i.test(` ${name} `) && !/^[A-Z][\w-]* and [A-Z]/.test(name)) {
    scan.at = before;
    return false;
  }
  const codes = take(scan, /\s*((?:[a-z]{2}|all)(?:\s*,\s*(?:[a-z]{2}))*)(?![\w*$.])(?:\s*\[[^\]]*\])?/i);
  let subheadings = (codes?.[1] ?? "").toLowerCase().split(/\s*,\s*/).filter(Boolean);
  if (codes !== null && subheadings.some((code) => qualifierCode(code) === undefined)) {
    scan.at -= codes[0].length;
    subheadings = [];
  }
  return push(scan, { kind: "heading", heading: { kind: "heading", name: name.replace(/\s*\[[^\]]*\]$/, ""), explode: found[1] !== undefined, major: found[2] !== undefined, subheadings } });
};

const ovidAdjacency: Rule = (scan) => {
  const found = take(scan, /(?:adj|near)\s?(\d*)(?![\w*$-])/i);
  if (found === null) return false;
  const distance = found[1] ? Number(found[1]) : 1;
  return push(scan, { kind: "near", distance: Math.max(1, distance), ordered: found[1] === "" });
};

const ovidWord: Rule = (scan) => {
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
  return clean === "" ? word !== "" : push(scan, { kind: "text", text: canonical(clean), phrase: false });
};

const slashNear: Rule = (scan) => {
  const found = take(scan, /(NEAR|NEXT)(?:\s*\/\s*(\d+))?(?![\w*$-])/i);
  if (found === null) return false;
  const ordered = (found[1] ?? "").toLowerCase() === "next";
  const byDefault = ordered ? 1 : 6;
  return push(scan, { kind: "near", distance: Math.max(1, found[2] ? Number(found[2]) : byDefault), ordered });
};

const colonSuffix: Rule = (scan) => {
  const before = scan.at;
  const found = take(scan, /:\s*([a-z]{2,3}(?:\s*,\s*[a-z]{2,3})*)(?![\w*])/i);
  if (found === null) return false;
  const fields = colonFields((found[1] ?? "").split(/\s*,\s*/));
  if (fields === undefined) {
    scan.at = before;
    return false;
  }
  return push(scan, { kind: "fields", fields });
};

const embaseHeading: Rule = (scan) => {
  const found = take(scan, /(?:'([^']+)'|([\w-]+))\s*\/\s*(exp|de|mj|syn)(?:\s*\/\s*(mj|dm_\w+))?(?!\w)/i);
  if (found === null) return false;
  const kind = (found[3] ?? "").toLowerCase();
  const major = kind === "mj" || (found[4] ?? "").toLowerCase() === "mj";
  return push(scan, { kind: "heading", heading: { kind: "heading", name: (found[1] ?? found[2] ?? "").trim(), explode: kind === "exp", major, subheadings: [] } });
};

const centralHeading: Rule = (scan) => {
  const found = take(scan, /\[\s*(?:mh|mj)\s+(\^)?\s*(?:"([^"]+)"|([^\]"/]+))\s*(?:\/\s*([^\]]*))?\]/i);
  if (found === null) return false;
  const subheadings = (found[4] ?? "").split(/\s*,\s*/).flatMap((code) => qualifierCode(code) ?? []);
  return push(scan, { kind: "heading", heading: { kind: "heading", name: (found[2] ?? found[3] ?? "").replaceAll('"', "").trim(), explode: found[1] === undefined, major: /^\[\s*mj/i.test(found[0]), subheadings } });
};

const centralDescriptor: Rule = (scan) => {
  const found = take(scan, /MeSH descriptor:\s*\[?([^\]]+?)\]?\s+(explode all trees|explode \d+ trees|this term only|explode all)(?:\s+and with qualifier\(s\):\s*\[([^\]]*)\])?/i);
  if (found === null) return false;
  const subheadings = (found[3] ?? "").split(/\s*-\s*[A-Z]{2}\s*,?|\s*,\s*/).flatMap((name) => qualifierCode(name) ?? []);
  return push(scan, { kind: "heading", heading: { kind: "heading", name: (found[1] ?? "").trim(), explode: /explode/i.test(found[2] ?? ""), major: false, subheadings } });
};

const luceneNames: Record<string, FieldCode[]> = { TITLE: ["ti"], ABSTRACT: ["ab"], TITLE_ABS: ["ab", "ti"], KW: ["kw"], AUTH: ["au"], JOURNAL: ["jn"], PUB_TYPE: ["pt"], LANG: ["la"], EXT_ID: ["id"], CHEM: ["rn"], AFF: ["in"], SRC: ["sb"] };

const luceneField: Rule = (scan) => {
  const found = take(scan, /([A-Z_]+)\s*:\s*(?=["(\w*])/);
  if (found === null) return false;
  const name = found[1] ?? "";
  const fields = luceneNames[name];
  if (fields === undefined && name !== "MESH" && !/PDATE|PUB_YEAR/.test(name)) scan.warnings.push(`The Europe PMC field ${name} has no counterpart; its term is searched in all fields.`);
  return push(scan, { kind: "before", fields: fields ?? (/PUB_YEAR/.test(name) ? ["dp"] : name === "MESH" ? ["kw"] : ["all"]) });
};

const luceneRange: Rule = (scan) => {
  const found = take(scan, /(?:FIRST_PDATE|E_PDATE|P_PDATE_D|PUB_YEAR)\s*:\s*\[\s*(\S+)\s+TO\s+(\S+)\s*\]/i);
  if (found === null) return false;
  return push(scan, { kind: "range", from: (found[1] ?? "").replaceAll("-", "/"), to: (found[2] ?? "").replaceAll("-", "/"), fields: ["dp"] });
};

const luceneProximity: Rule = (scan) => {
  const found = take(scan, /"([^"]+)"~(\d+)/);
  if (found === null) return false;
  scan.tokens.push({ kind: "text", text: canonical(found[1] ?? ""), phrase: true });
  return push(scan, { kind: "asNear", fields: [], distance: Number(found[2]) + 1 });
};

const essieArea: Rule = (scan) => {
  const found = take(scan, /AREA\s*\[\s*(\w+)\s*\]/i);
  if (found === null) return false;
  const name = (found[1] ?? "").toLowerCase();
  const fields: FieldCode[] = name.startsWith("condition") ? ["cond"] : name.startsWith("intervention") ? ["intr"] : name.includes("title") ? ["ti"] : ["all"];
  return push(scan, { kind: "before", fields });
};

const plainWord: Rule = (scan) => {
  const found = take(scan, /[^\s()[\]{}"':]+(?:'s)?/);
  if (found === null) return false;
  const clean = found[0].replace(/^[,;.]+|[,;.]+$/g, "");
  return clean === "" ? true : push(scan, { kind: "text", text: canonical(clean), phrase: false });
};
