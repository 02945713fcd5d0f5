/** What a caption looks like, and what only looks like one. */
export type CaptionLabel = {
  kind: "table" | "figure";
  label: string;
  rest: string;
  continued: boolean;
};

const pattern =
  /^((?:supplementa(?:ry|l)\s+)?(table|tab\.|figure|fig\.?|box|scheme))\s*((?:[A-Z]?\d{1,3}[a-zA-Z]?|[IVX]{1,5})(?![\w-]))\s*([.:|–—-]?)\s*(.*)$/is;

/** The label of a caption line such as "Table 2. Baseline characteristics"; undefined for running text. */
export function captionLabel(line: string): CaptionLabel | undefined {
  const match = pattern.exec(line.trim());
  if (!match) return undefined;
  const [, , word = "", number = "", mark = "", rest = ""] = match;
  // "Table 2 shows that ..." and "Table 2, ..." are sentences.
  if (mark === "" && /^[a-z,;)]/.test(rest)) return undefined;
  if (rest.startsWith(")") || rest.startsWith(",") || rest.startsWith(";")) return undefined;
  const kind = /^tab/i.test(word) ? "table" : "figure";
  const name = kind === "table" ? "Table" : "Figure";
  const continued = /\bcont(inued|\.|'d)/i.test(rest) && rest.length < 40;
  return { kind, label: `${name} ${number}`, rest, continued };
}
