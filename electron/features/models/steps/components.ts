/**
 * Connected pieces and holes of a mask, in two or three dimensions. Rows are cut into runs of equal
 * voxels and runs are joined (union-find): masks have few runs, so this is little more than one reading.
 */

type Shape = readonly [number, number, number];

/** Runs [start, end) of voxels in row order; `first[row]` is where a row's runs begin; `parent` joins them. */
type Runs = { start: number[]; end: number[]; first: Int32Array; parent: number[] };

function runsWhere(mask: Uint8Array, [width, height, depth]: Shape, filled: boolean): Runs {
  const rows = height * depth;
  const runs: Runs = { start: [], end: [], first: new Int32Array(rows + 1), parent: [] };
  for (let row = 0; row < rows; row += 1) {
    runs.first[row] = runs.start.length;
    const end = (row + 1) * width;
    for (let at = row * width; at < end; at += 1) {
      if ((mask[at] !== 0) !== filled) continue;
      const start = at;
      while (at < end && (mask[at] !== 0) === filled) at += 1;
      runs.parent.push(runs.start.length);
      runs.start.push(start - row * width);
      runs.end.push(at - row * width);
    }
  }
  runs.first[rows] = runs.start.length;
  return runs;
}

function rootOf(parent: number[], run: number): number {
  let root = run;
  while (parent[root] !== root) root = parent[root] as number;
  // Later searches are short.
  for (let at = run; at !== root;) {
    const next = parent[at] as number;
    parent[at] = root;
    at = next;
  }
  return root;
}

/** Joins the runs of two rows that share a face (`reach` 0) or touch at a corner too (`reach` 1). */
function join({ start, end, first, parent }: Runs, row: number, other: number, reach: 0 | 1): void {
  let a = first[row] as number;
  let b = first[other] as number;
  const [lastA, lastB] = [first[row + 1] as number, first[other + 1] as number];
  while (a < lastA && b < lastB) {
    const [endA, endB] = [end[a] as number, end[b] as number];
    if ((start[a] as number) < endB + reach && (start[b] as number) < endA + reach) {
      const [rootA, rootB] = [rootOf(parent, a), rootOf(parent, b)];
      parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }
    if (endA < endB) a += 1;
    else b += 1;
  }
}

/** Neighbours share a face (4 in a plane, 6 in space) or, without `faces`, touch at all (8, 26). */
function joinAll(runs: Runs, [, height, depth]: Shape, faces: boolean): void {
  for (let z = 0; z < depth; z += 1) {
    for (let y = 0; y < height; y += 1) {
      const row = y + height * z;
      if (y > 0) join(runs, row, row - 1, faces ? 0 : 1);
      if (z === 0) continue;
      join(runs, row, row - height, faces ? 0 : 1);
      if (faces) continue;
      if (y > 0) join(runs, row, row - height - 1, 1);
      if (y < height - 1) join(runs, row, row - height + 1, 1);
    }
  }
}

/** Calls `visit` with each run's root and its first and last-plus-one voxel. */
function eachRun(
  { start, end, first, parent }: Runs,
  width: number,
  visit: (root: number, from: number, to: number) => void,
): void {
  for (let row = 0; row + 1 < first.length; row += 1) {
    for (let run = first[row] as number; run < (first[row + 1] as number); run += 1)
      visit(
        rootOf(parent, run),
        row * width + (start[run] as number),
        row * width + (end[run] as number),
      );
  }
}

/** Keeps the `count` largest touching pieces that hold at least `minFraction` of the image. Changes nothing in place. */
export function keepLargest(
  mask: Uint8Array,
  shape: Shape,
  count: number,
  minFraction: number,
): Uint8Array {
  const runs = runsWhere(mask, shape, true);
  joinAll(runs, shape, false);
  const sizes = new Map<number, number>();
  eachRun(runs, shape[0], (root, from, to) => sizes.set(root, (sizes.get(root) ?? 0) + to - from));
  const largest = [...sizes].toSorted(([, a], [, b]) => b - a).slice(0, count);
  const kept = new Set(
    largest.filter(([, size]) => size >= minFraction * mask.length).map(([root]) => root),
  );
  const result = new Uint8Array(mask.length);
  eachRun(runs, shape[0], (root, from, to) => {
    if (kept.has(root)) result.set(mask.subarray(from, to), from);
  });
  return result;
}

/** Fills background that no path over faces joins to the border (scipy's `binary_fill_holes`); holes get the label before them. */
export function fillHoles(mask: Uint8Array, shape: Shape): Uint8Array {
  const [width, height, depth] = shape;
  const runs = runsWhere(mask, shape, false);
  joinAll(runs, shape, true);
  const outside = new Set<number>();
  eachRun(runs, width, (root, from, to) => {
    const row = Math.floor(from / width);
    const [y, z] = [row % height, Math.floor(row / height)];
    const edge = y === 0 || y === height - 1 || (depth > 1 && (z === 0 || z === depth - 1));
    if (edge || from === row * width || to === (row + 1) * width) outside.add(root);
  });
  const result = mask.slice();
  eachRun(runs, width, (root, from, to) => {
    if (!outside.has(root)) result.fill(mask[from - 1] as number, from, to);
  });
  return result;
}
