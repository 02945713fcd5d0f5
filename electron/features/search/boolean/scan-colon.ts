/** Embase.com and the Cochrane Library: `:ti,ab,kw`, NEAR/n, their two ways of writing headings. */
import { qualifierCode } from "./qualifiers.ts";
import { canonical, expand, parenthesis, push, quoted, take, type Rule } from "./scan.ts";

export const parenthesisCurly: Rule = (scan) => {
  if (scan.text[scan.at] === "{" || scan.text[scan.at] === "}")
    scan.text =
      scan.text.slice(0, scan.at) +
      (scan.text[scan.at] === "{" ? "(" : ")") +
      scan.text.slice(scan.at + 1);
  return parenthesis(scan);
};

export const embaseQuoted: Rule = (scan) => {
  const found = take(scan, /'((?:[^']|(?<=\w)'(?=s\b))*)'/);
  return found === null
    ? quoted(scan)
    : push(scan, { kind: "text", text: canonical(found[1] ?? ""), phrase: true });
};

export const centralLines: Rule = (scan) => {
  const found = take(scan, /\{?\s*\b(or|and)\s+#(\d+)\s*-\s*#?(\d+)\s*\}?/i);
  if (found === null) return false;
  return push(scan, {
    kind: "lines",
    operator: (found[1] ?? "").toLowerCase() === "or" ? "or" : "and",
    labels: expand(`${found[2] ?? ""}-${found[3] ?? ""}`),
  });
};

export const embaseHeading: Rule = (scan) => {
  const found = take(
    scan,
    /(?:'([^']+)'|([\w-]+))\s*\/\s*(exp|de|mj|syn)(?:\s*\/\s*(mj|dm_\w+))?(?!\w)/i,
  );
  if (found === null) return false;
  const kind = (found[3] ?? "").toLowerCase();
  const major = kind === "mj" || (found[4] ?? "").toLowerCase() === "mj";
  return push(scan, {
    kind: "heading",
    heading: {
      kind: "heading",
      name: (found[1] ?? found[2] ?? "").trim(),
      explode: kind === "exp",
      major,
      subheadings: [],
    },
  });
};

export const centralHeading: Rule = (scan) => {
  const found = take(
    scan,
    /\[\s*(?:mh|mj)\s+(\^)?\s*(?:"([^"]+)"|([^\]"/]+))\s*(?:\/\s*([^\]]*))?\]/i,
  );
  if (found === null) return false;
  const subheadings = (found[4] ?? "")
    .split(/\s*,\s*/)
    .flatMap((code) => qualifierCode(code) ?? []);
  return push(scan, {
    kind: "heading",
    heading: {
      kind: "heading",
      name: (found[2] ?? found[3] ?? "").replaceAll('"', "").trim(),
      explode: found[1] === undefined,
      major: /^\[\s*mj/i.test(found[0]),
      subheadings,
    },
  });
};

export const centralDescriptor: Rule = (scan) => {
  const found = take(
    scan,
    /MeSH descriptor:\s*\[?([^\]]+?)\]?\s+(explode all trees|explode \d+ trees|this term only|explode all)(?:\s+and with qualifier\(s\):\s*\[([^\]]*)\])?/i,
  );
  if (found === null) return false;
  const subheadings = (found[3] ?? "")
    .split(/\s*-\s*[A-Z]{2}\s*,?|\s*,\s*/)
    .flatMap((name) => qualifierCode(name) ?? []);
  return push(scan, {
    kind: "heading",
    heading: {
      kind: "heading",
      name: (found[1] ?? "").trim(),
      explode: /explode/i.test(found[2] ?? ""),
      major: false,
      subheadings,
    },
  });
};
