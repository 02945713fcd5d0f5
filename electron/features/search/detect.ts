/** Which format a file is in, judged by what stands in it; its name is never believed. */

export const formats = {
  ris: "RIS",
  nbib: "MEDLINE (NBIB)",
  "pubmed-xml": "PubMed XML",
  "endnote-xml": "EndNote XML",
  csv: "Table (CSV or TSV)",
  bibtex: "BibTeX",
  ovid: "Ovid",
  isi: "Web of Science (tagged)",
  refer: "EndNote tagged (Refer)",
  "csl-json": "CSL-JSON",
} as const;

export type Format = keyof typeof formats;
export type Detected = { format: Format; delimiter?: string };

/** `head` is the first text of the file (64 KiB do); undefined when it is none of the known formats. */
export function detectFormat(head: string): Detected | undefined {
  const text = head.replace(/^[\s\ufeff]+/, "");
  if (/^<(?:\?xml|!DOCTYPE|!--|[A-Za-z])/.test(text)) return xmlFormat(text);
  // One object alone may be anything that has a title, a file of criteria too: it needs more of a reference.
  const ofReference = text.startsWith("{")
    ? /"(?:DOI|author|container-title|issued|PMID|abstract|items|references|records)"\s*:/
    : /"(?:title|DOI|author|container-title|id|type)"\s*:/;
  if (/^[[{]/.test(text) && ofReference.test(text)) return { format: "csl-json" };
  if (/^FN [A-Z]/m.test(text.slice(0, 400)) && /^(?:PT|TI|AU|AN) /m.test(text))
    return { format: "isi" };
  if (/^\s*<\d+\s*\.?\s*>\s*$/m.test(text.slice(0, 4000))) return { format: "ovid" };
  const ris = /^[ \ufeff]{0,2}TY {1,3}-/m.exec(text)?.index ?? Infinity;
  const nbib = /^PMID *- ?\d/m.exec(text)?.index ?? /^OWN {1,3}- /m.exec(text)?.index ?? Infinity;
  const bib = /^\s*@\s*[A-Za-z]+\s*[{(]/m.exec(text)?.index ?? Infinity;
  const first = Math.min(ris, nbib, bib);
  if (first !== Infinity)
    return { format: first === ris ? "ris" : first === nbib ? "nbib" : "bibtex" };
  if (/^%[0-9A-Z] \S/m.test(text)) return { format: "refer" };
  if ((text.match(/^(?:TI|AB|AU|FAU|JT|TA|PT|DP|PMID|PMC|PMCR|AID|MH) *- ?/gm)?.length ?? 0) >= 4)
    return { format: /^ER {1,2}-/m.test(text) ? "ris" : "nbib" };
  if ((text.match(/^[A-Z][A-Z0-9] {1,2}- /gm)?.length ?? 0) >= 3 && /^ER {1,2}-/m.test(text))
    return { format: "ris" };
  if (/^PT [A-Z]\s*$/m.test(text) && /^ER\s*$/m.test(text)) return { format: "isi" };
  if (
    /^(?:Accession Number|Unique Identifier|Author|Title)\s*\r?\n {2}\S/m.test(text) &&
    /^Title\s*\r?\n {1,3}\S/m.test(text)
  )
    return { format: "ovid" };
  return tableFormat(text);
}

function xmlFormat(text: string): Detected | undefined {
  const root = /<(?![?!])([A-Za-z][\w:.-]*)/.exec(text)?.[1] ?? "";
  if (root.startsWith("Pubmed") || /<Pubmed(?:Book)?Article[\s>]/.test(text))
    return { format: "pubmed-xml" };
  if (root === "xml" || root === "records" || root === "record" || /<records?[\s>]/.test(text))
    return { format: "endnote-xml" };
  // The declared entities of a file with no record in sight are still to be refused by name.
  if (/<!ENTITY/i.test(text)) return { format: "pubmed-xml" };
  return undefined;
}

const columnWord =
  /^(?:(?:article|primary|item|document|paper)?\s*titles?|abstracts?|authors?|author names?|doi|item doi|pmid|pubmed ?id|ti|ab|record_?id|label_?included|notes_?abstract)$/i;

function tableFormat(text: string): Detected | undefined {
  const header = text.split(/\r\n|\n|\r/, 1)[0] ?? "";
  let best: { delimiter: string; known: number } | undefined;
  for (const delimiter of ["\t", ",", ";", "|"]) {
    const cells = header.split(delimiter).map((cell) =>
      cell
        .trim()
        .replaceAll(/^"|"$/g, "")
        .trim()
        .replaceAll(/[\s_]+/g, (gap) => (gap === "_" ? "_" : " ")),
    );
    const known = cells.filter((cell) => columnWord.test(cell)).length;
    if (known > 0 && (best === undefined || known > best.known)) best = { delimiter, known };
  }
  if (best !== undefined) return { format: "csv", delimiter: best.delimiter };
  return undefined;
}
