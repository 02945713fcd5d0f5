/** Parts a search that has too many hits into ranges of entry dates that have few enough. */

/** Days as `YYYY/MM/DD`, both included. */
export type DateRange = { from: string; to: string };

const day = 86_400_000;

/**
 * Halves the time from 1800 to `today` until each range has at most `ceiling` hits, or is one day.
 * Ranges come in order and cover every day once.
 */
export async function splitDates(
  count: (range: DateRange) => Promise<number>,
  ceiling: number,
  today: Date,
): Promise<DateRange[]> {
  const parts: DateRange[] = [];
  // Records dated ahead of their issue are caught by a last day some way in the future.
  const first = Math.floor(Date.UTC(1800, 0, 1) / day);
  const last = Math.floor(today.getTime() / day) + 730;
  const waiting: [number, number][] = [[first, last]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [from, to] = next;
    const range = { from: text(from), to: text(to) };
    const hits = await count(range);
    if (hits === 0) continue;
    if (hits <= ceiling || from === to) parts.push(range);
    else {
      const middle = Math.floor((from + to) / 2);
      waiting.push([middle + 1, to], [from, middle]);
    }
  }
  return parts;
}

function text(days: number): string {
  return new Date(days * day).toISOString().slice(0, 10).replaceAll("-", "/");
}
