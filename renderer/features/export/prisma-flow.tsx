/**
 * The PRISMA 2020 flow diagram (Page et al., BMJ 2021;372:n71) for databases and registers, drawn
 * from the counts as one SVG, so that it prints and scales.
 */
import type { PrismaCounts } from "../../../electron/api/schemas/review.ts";

type Box = { id: string; x: number; y: number; width: number; lines: string[]; kind?: "open" };
const left = { x: 34, width: 250 };
const right = { x: 332, width: 252 };
const lineHeight = 17;
const padding = 11;
const gap = 30;

const heightOf = (box: { lines: string[] }): number =>
  box.lines.length * lineHeight + padding * 2 - 4;
const n = (count: number): string => `(n = ${count.toLocaleString("en")})`;

/** Rows of the flow: what stays (left) and what leaves (right). Pure; exported for its test. */
export function flowRows(
  counts: PrismaCounts,
): { phase: string; stays: string[]; leaves: string[] }[] {
  const reasons = counts.excludedAtFullText.map(
    ({ reason, reports }) => `   ${reason} ${n(reports)}`,
  );
  const excluded = counts.excludedAtFullText.reduce((sum, { reports }) => sum + reports, 0);
  return [
    {
      phase: "Identification",
      stays: [
        "Records identified from:",
        ...counts.identified.map(({ source, records }) => `   ${shorten(source)} ${n(records)}`),
      ],
      leaves: ["Records removed before screening:", `   Duplicates ${n(counts.duplicatesRemoved)}`],
    },
    {
      phase: "Screening",
      stays: [
        "Records screened",
        n(counts.screened),
        ...(counts.unscreened > 0 ? [`Not screened yet ${n(counts.unscreened)}`] : []),
      ],
      leaves: [
        "Records excluded",
        n(counts.excludedAtScreening),
        ...(counts.excludedUnread > 0
          ? [`   Unread, by a stop rule ${n(counts.excludedUnread)}`]
          : []),
        ...(counts.maybeAtScreening > 0 ? [`Put aside ${n(counts.maybeAtScreening)}`] : []),
      ],
    },
    {
      phase: "",
      stays: ["Reports sought for retrieval", n(counts.soughtForRetrieval)],
      leaves: ["Reports not retrieved", n(counts.notRetrieved)],
    },
    {
      phase: "",
      stays: [
        "Reports assessed for eligibility",
        n(counts.assessed),
        ...(counts.unassessed > 0 ? [`Not assessed yet ${n(counts.unassessed)}`] : []),
      ],
      leaves: [`Reports excluded ${n(excluded)}`, ...reasons],
    },
    { phase: "Included", stays: ["Studies included in review", n(counts.included)], leaves: [] },
  ];
}

function shorten(source: string): string {
  return source.length > 26 ? `${source.slice(0, 25)}…` : source;
}

export function PrismaFlow({ counts }: { counts: PrismaCounts }) {
  const placed = place(flowRows(counts));
  const last = placed.at(-1);
  const total = (last ? last.top + last.height : 0) + 4;
  return (
    <>
      <svg
        className="flow"
        viewBox={`0 0 590 ${total}`}
        role="img"
        aria-label="PRISMA 2020 flow diagram"
      >
        <defs>
          <marker
            id="flow-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" />
          </marker>
        </defs>
        {placed.map(({ row, stays, leaves, top, height }, index) => {
          const next = placed[index + 1];
          const middle = top + heightOf(stays) / 2;
          return (
            <g key={stays.id}>
              {row.phase && <Phase text={row.phase} top={top} bottom={phaseEnd(placed, index)} />}
              <FlowBox box={stays} />
              {leaves && <FlowBox box={leaves} />}
              {leaves && (
                <path
                  className="flow-line"
                  d={`M${left.x + left.width} ${middle}H${right.x}`}
                  markerEnd="url(#flow-arrow)"
                />
              )}
              {next && (
                <path
                  className="flow-line"
                  d={`M${left.x + left.width / 2} ${top + heightOf(stays)}V${top + height + gap}`}
                  markerEnd="url(#flow-arrow)"
                />
              )}
            </g>
          );
        })}
      </svg>
      {counts.unscreened > 0 && (
        <p className="field-note">
          {counts.unscreened.toLocaleString()} records are not screened yet; the flow shows what is
          decided so far.
        </p>
      )}
    </>
  );
}

type Laid = {
  row: ReturnType<typeof flowRows>[number];
  stays: Box;
  leaves: Box | null;
  top: number;
  height: number;
};

/** Stacks the rows; each is as high as its higher box. */
function place(rows: ReturnType<typeof flowRows>): Laid[] {
  return rows.reduce<Laid[]>((placed, row, index) => {
    const above = placed.at(-1);
    const top = above ? above.top + above.height + gap : 2;
    const stays: Box = { id: `stays-${index}`, ...left, y: top, lines: row.stays };
    const leaves: Box | null =
      row.leaves.length > 0 ? { id: `leaves-${index}`, ...right, y: top, lines: row.leaves } : null;
    return [
      ...placed,
      { row, stays, leaves, top, height: Math.max(heightOf(stays), leaves ? heightOf(leaves) : 0) },
    ];
  }, []);
}

type Placed = { row: { phase: string }; top: number; height: number };

/** A phase's band reaches down to just above the next phase's. */
function phaseEnd(placed: Placed[], index: number): number {
  const following = placed.findIndex((one, at) => at > index && one.row.phase !== "");
  const next = placed[following];
  const last = placed.at(-1);
  if (next) return next.top - 6;
  return last ? last.top + last.height : 0;
}

function Phase({ text, top, bottom }: { text: string; top: number; bottom: number }) {
  const middle = (top + bottom) / 2;
  return (
    <>
      <rect className="flow-phase" x={1} y={top} width={22} height={bottom - top} rx={4} />
      <text
        className="flow-phase-text"
        textAnchor="middle"
        transform={`translate(16 ${middle}) rotate(-90)`}
      >
        {text}
      </text>
    </>
  );
}

function FlowBox({ box }: { box: Box }) {
  return (
    <>
      <rect
        className="flow-box"
        x={box.x}
        y={box.y}
        width={box.width}
        height={heightOf(box)}
        rx={5}
      />
      {box.lines.map((line, index) => (
        <text
          key={`${index} ${line}`}
          x={box.x + 12 + (line.startsWith(" ") ? 12 : 0)}
          y={box.y + padding + 11 + index * lineHeight}
        >
          {line.trim()}
        </text>
      ))}
    </>
  );
}
