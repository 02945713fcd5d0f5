/** PubMed: bracketed tags after the term, dates by colon. */
import { pubmedField, unique } from "./fields.ts";
import { canonical, push, take, type Rule } from "./scan.ts";

export const pubmedRange: Rule = (scan) => {
  const found = take(
    scan,
    /"?(\d{4}(?:\/\d{1,2}){0,2})"?\s*(?:\[([^\]]+)\])?\s*:\s*"?(\d{4}(?:\/\d{1,2}){0,2}|3000)"?\s*\[([^\]]+)\]/,
  );
  if (found === null) return false;
  return push(scan, {
    kind: "range",
    from: found[1] ?? "",
    to: found[3] ?? "",
    fields: pubmedField(found[4] ?? "") ?? ["dp"],
  });
};

export const pubmedTag: Rule = (scan) => {
  const found = take(scan, /\[\s*([^\]]*?)\s*\]/);
  if (found === null) return false;
  const raw = (found[1] ?? "").toLowerCase();
  const near = /^(.*?)\s*:\s*~\s*(\d+)$/.exec(raw);
  if (near !== null)
    return push(scan, {
      kind: "asNear",
      fields: pubmedField(near[1] ?? "") ?? ["ti", "ab", "kw"],
      distance: Number(near[2]) + 1,
    });
  const bare = raw.replace(/\s*:\s*no\s*exp(?:lode)?$/, "");
  if (/^(?:mesh(?: terms?)?|mh|majr|mesh major topic|mesh:.*)$/.test(bare)) {
    return push(scan, { kind: "asHeading", explode: bare === raw, major: /^maj|major/.test(bare) });
  }
  const fields = pubmedField(bare);
  if (fields === undefined) {
    scan.warnings.push(
      `PubMed has no field [${found[1] ?? ""}]; the term is searched in all fields.`,
    );
    return push(scan, { kind: "fields", fields: ["all"] });
  }
  return push(scan, { kind: "fields", fields: unique(fields) });
};

export const pubmedWord: Rule = (scan) => {
  const found = take(scan, /[^\s()[\]"]+/);
  if (found === null) return false;
  let raw = found[0];
  if (raw.includes("?")) {
    scan.warnings.push(`PubMed has no sign for one optional letter; "${raw}" was read with *.`);
    raw = raw.replaceAll("?", "*");
  }
  const word = raw.replace(/^[,;]+|[,;]+$/g, (marks) =>
    marks.includes(",") && /^\s*\S/.test(scan.text.slice(scan.at)) ? "," : "",
  );
  return word === "" || word === ","
    ? true
    : push(scan, { kind: "text", text: canonical(word), phrase: false });
};
