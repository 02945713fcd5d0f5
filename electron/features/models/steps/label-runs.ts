/** Label maps as runs, for the way between processes: outlines are few runs, however many voxels they hold. */
import type { Runs } from "./components.ts";

/** Each run is its label in the upper 8 bits and its length in the lower 24; `raw` where runs would be longer. */
export type PackedLabels =
  | { length: number; runs: Uint32Array }
  | { length: number; raw: Uint8Array };

const longest = 0xffffff;

/** Packs a label map of `length` voxels that comes in order, piece by piece. */
export function openPacker(length: number) {
  let runs = new Uint32Array(256);
  let count = 0;
  let done = 0;
  /** Labels themselves, once runs would take more room. */
  let raw: Uint8Array | undefined;

  function add(label: number, more: number): void {
    if (raw) raw.fill(label, done, done + more);
    else for (let left = more; left > 0;) left -= lengthen(label, left) || begin(label, left);
    done += more;
    if (!raw && 4 * count > length) {
      const before = unpackLabels({ length: done, runs: runs.subarray(0, count) });
      raw = new Uint8Array(length);
      raw.set(before.labels);
    }
  }

  /** How much of it the last run takes. */
  function lengthen(label: number, more: number): number {
    const last = runs[count - 1] ?? 0;
    if (count === 0 || last >>> 24 !== label) return 0;
    const taken = Math.min(longest - (last & longest), more);
    runs[count - 1] = last + taken;
    return taken;
  }

  function begin(label: number, more: number): number {
    if (count === runs.length) {
      const wider = new Uint32Array(2 * count);
      wider.set(runs);
      runs = wider;
    }
    const taken = Math.min(longest, more);
    runs[count++] = ((label << 24) | taken) >>> 0;
    return taken;
  }

  return {
    add,
    addMask(mask: Uint8Array): void {
      for (let at = 0; at < mask.length;) {
        const label = mask[at] as number;
        const from = at;
        while (at < mask.length && mask[at] === label) at += 1;
        add(label, at - from);
      }
    },
    /** One plane of one label; `width` voxels a row. */
    addRuns({ start, end, first }: Runs, width: number, label: number): void {
      for (let row = 0; row + 1 < first.length; row += 1) {
        let at = 0;
        for (let run = first[row] as number; run < (first[row + 1] as number); run += 1) {
          add(0, (start[run] as number) - at);
          at = end[run] as number;
          add(label, at - (start[run] as number));
        }
        add(0, width - at);
      }
    },
    finish(): PackedLabels {
      if (done !== length) throw new RangeError(`${done} labels came for ${length} voxels`);
      return raw ? { length, raw } : { length, runs: runs.slice(0, count) };
    },
  };
}

export function packLabels(labels: Uint8Array): PackedLabels {
  const packer = openPacker(labels.length);
  packer.addMask(labels);
  return packer.finish();
}

/** @returns the labels, and how many voxels each of the 256 possible ones got */
export function unpackLabels(packed: PackedLabels): { labels: Uint8Array; counts: Uint32Array } {
  const counts = new Uint32Array(256);
  if ("raw" in packed) {
    for (const label of packed.raw) counts[label] = (counts[label] as number) + 1;
    return { labels: packed.raw, counts };
  }
  const labels = new Uint8Array(packed.length);
  let at = 0;
  for (const run of packed.runs) {
    const [label, length] = [run >>> 24, run & longest];
    if (label !== 0) labels.fill(label, at, at + length);
    counts[label] = (counts[label] as number) + length;
    at += length;
  }
  return { labels, counts };
}
