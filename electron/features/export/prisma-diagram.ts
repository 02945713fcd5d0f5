/** The PRISMA 2020 flow (Page et al., BMJ 2021;372:n71) as a plain SVG that prints in grey, and as CSV. */
import type { PrismaCounts } from "../../api/schemas/review.ts";

type Node = { x: number; y: number; width: number; lines: string[] };

const lineHeight = 18;
const padding = 12;
const left = { x: 40, width: 330 };
const right = { x: 430, width: 330 };

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const height = (node: Node): number => node.lines.length * lineHeight + 2 * padding;
const n = (count: number): string => `(n = ${count.toLocaleString("en")})`;

/** Rows of [left box, right box]; the arrow goes down the left column and out to the right one. */
function rows(counts: PrismaCounts): [string[], string[] | null][] {
  const total = counts.identified.reduce((sum, source) => sum + source.records, 0);
  const shown = counts.identified
    .slice(0, 6)
    .map((source) => `${source.source.slice(0, 36)} ${n(source.records)}`);
  const rest = counts.identified.slice(6).reduce((sum, source) => sum + source.records, 0);
  const excludedFullText = counts.excludedAtFullText.reduce((sum, entry) => sum + entry.reports, 0);
  return [
    [
      [
        "Records identified",
        ...shown,
        ...(rest > 0 ? [`Other sources ${n(rest)}`] : []),
        `Total ${n(total)}`,
      ],
      ["Records removed before screening:", `Duplicate records ${n(counts.duplicatesRemoved)}`],
    ],
    [
      [
        "Records screened",
        n(counts.screened),
        ...(counts.unscreened > 0 ? [`Not screened yet ${n(counts.unscreened)}`] : []),
      ],
      [
        "Records excluded",
        n(counts.excludedAtScreening),
        ...(counts.excludedUnread > 0
          ? [`Of these unread, by a stop rule ${n(counts.excludedUnread)}`]
          : []),
        ...(counts.maybeAtScreening > 0 ? [`Undecided (maybe) ${n(counts.maybeAtScreening)}`] : []),
      ],
    ],
    [
      ["Reports sought for retrieval", n(counts.soughtForRetrieval)],
      ["Reports not retrieved", n(counts.notRetrieved)],
    ],
    [
      [
        "Reports assessed for eligibility",
        n(counts.assessed),
        ...(counts.unassessed > 0 ? [`Not assessed yet ${n(counts.unassessed)}`] : []),
      ],
      [
        `Reports excluded ${n(excludedFullText)}`,
        ...counts.excludedAtFullText.map(
          (entry) => `${entry.reason.slice(0, 36)} ${n(entry.reports)}`,
        ),
      ],
    ],
    [["Reports of included studies", n(counts.included)], null],
  ];
}

export function prismaSvg(counts: PrismaCounts): string {
  const parts: string[] = [];
  let y = 60;
  let previous: Node | null = null;
  for (const [leftLines, rightLines] of rows(counts)) {
    const box: Node = { ...left, y, lines: leftLines };
    if (previous)
      parts.push(
        arrow(left.x + left.width / 2, previous.y + height(previous), left.x + left.width / 2, y),
      );
    parts.push(draw(box));
    let bottom = y + height(box);
    if (rightLines) {
      const side: Node = { ...right, y, lines: rightLines };
      const middle = y + Math.min(height(box), height(side)) / 2;
      parts.push(arrow(left.x + left.width, middle, right.x, middle), draw(side));
      bottom = Math.max(bottom, y + height(side));
    }
    previous = box;
    y = bottom + 36;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${y}" width="800" height="${y}" font-family="Inter, Arial, sans-serif" font-size="13">`,
    `<title>PRISMA 2020 flow diagram</title>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#333"/></marker></defs>`,
    `<rect width="800" height="${y}" fill="#fff"/>`,
    `<text x="40" y="34" font-size="15" font-weight="600" fill="#111">Identification of studies</text>`,
    ...parts,
    `</svg>`,
  ].join("\n");
}

function draw(node: Node): string {
  const text = node.lines.map(
    (line, index) =>
      `<text x="${node.x + padding}" y="${node.y + padding + 13 + index * lineHeight}" fill="#111">${escape(line)}</text>`,
  );
  return `<rect x="${node.x}" y="${node.y}" width="${node.width}" height="${height(node)}" fill="#fff" stroke="#333"/>${text.join("")}`;
}

function arrow(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#333" marker-end="url(#head)"/>`;
}

export function prismaRows(counts: PrismaCounts): string[][] {
  return [
    ["Stage", "Detail", "Count"],
    ...counts.identified.map((source) => [
      "Records identified",
      source.source,
      String(source.records),
    ]),
    ["Duplicate records removed", "", String(counts.duplicatesRemoved)],
    ["Records screened", "", String(counts.screened)],
    ["Records excluded", "", String(counts.excludedAtScreening)],
    ["Records excluded", "of these unread, by a stop rule", String(counts.excludedUnread)],
    ["Records undecided (maybe)", "", String(counts.maybeAtScreening)],
    ["Records not screened yet", "", String(counts.unscreened)],
    ["Reports sought for retrieval", "", String(counts.soughtForRetrieval)],
    ["Reports not retrieved", "", String(counts.notRetrieved)],
    ["Reports assessed for eligibility", "", String(counts.assessed)],
    ["Reports at hand, not assessed yet", "", String(counts.unassessed)],
    ...counts.excludedAtFullText.map((entry) => [
      "Reports excluded",
      entry.reason,
      String(entry.reports),
    ]),
    ["Reports of included studies", "", String(counts.included)],
  ];
}
