/** Opens one broken file as the desk would, and says what must never happen. */
import { AppError } from "../../../api/errors.ts";
import { regionsOf } from "../derived/contours.ts";
import { readReport } from "../derived/report-tree.ts";
import { openImages } from "../open.ts";

/** Words of engines, not of ours: they mean that nobody foresaw this. */
const unforeseen =
  /undefined|not a function|Cannot read|Invalid (typed )?array|RangeError|Maximum call stack|Offset is outside|not iterable/;

/** Bytes beyond four times the file that opening may take: buffers of decoders and their memory. */
export const allowance = 64 * 1024 * 1024;

export type Outcome = { opened: boolean; problem: string | null; ms: number; bytes: number };

const taken = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** A clear refusal is a good end. */
function refusable(read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
  }
}

/** `bytes` is what was allocated and not yet freed at the end: a lower bound of the largest. */
export async function openOne(bytes: Uint8Array): Promise<Outcome> {
  const before = taken();
  const start = process.cpuUsage();
  let problem: string | null = null;
  let opened = false;
  try {
    const { series, derived, rejected } = await openImages([{ name: "x", bytes }]);
    for (const { kind, dataSet } of derived)
      refusable(() => (kind === "SR" ? readReport(dataSet) : regionsOf(dataSet)));
    opened = series.length + derived.length > 0;
    const reason = rejected.map((one) => one.reason).join(" ");
    if (unforeseen.test(reason)) problem = `an unforeseen error: ${reason}`;
    else if (!opened && rejected.length === 0) problem = "neither opened nor refused";
    for (const { volume } of series)
      if (volume.affine.some((value) => !Number.isFinite(value)))
        problem = `a place that is no number: ${volume.affine.join(", ")}`;
  } catch (thrown) {
    problem = `thrown: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
  }
  // Processor time: on a busy machine the clock says how long others took.
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  const used = taken() - before;
  if (used > 4 * bytes.length + allowance)
    problem ??= `${used} bytes taken for a file of ${bytes.length}`;
  return { opened, problem, ms, bytes: used };
}
