/**
 * Connected pieces and holes of a mask, in two or three dimensions. Rows are cut into runs of equal
 * voxels and runs are joined (union-find): masks have few runs, so this is little more than one reading.
 */

export type Shape = readonly [number, number, number];

/** Runs [start, end) of voxels in row order; `first[row]` is where a row's runs begin. */
export type Runs = { start: number[]; end: number[]; first: Int32Array };

export function noRuns([, height, depth]: Shape): Runs {
  return { start: [], end: [], first: new Int32Array(height * depth + 1) };
}

function runsWhere(mask: Uint8Array, shape: Shape, filled: boolean): Runs {
  const [width, height, depth] = shape;
  const rows = height * depth;
  const runs = noRuns(shape);
  for (let row = 0; row < rows; row += 1) {
    runs.first[row] = runs.start.length;
    const end = (row + 1) * width;
    for (let at = row * width; at < end; at += 1) {
      if ((mask[at] !== 0) !== filled) continue;
      const start = at;
      while (at < end && (mask[at] !== 0) === filled) at += 1;
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
function join(
  { start, end, first }: Runs,
  parent: number[],
  row: number,
  other: number,
  reach: 0 | 1,
): void {
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

/**
 * Which runs hang together: each run's root, a run of its own piece. Neighbours share a face (4 in a plane, 6 in space)
 * or, without `faces`, touch at all (8, 26).
 */
function joined(runs: Runs, [, height, depth]: Shape, faces: boolean): number[] {
  const parent = runs.start.map((_, run) => run);
  for (let z = 0; z < depth; z += 1) {
    for (let y = 0; y < height; y += 1) {
      const row = y + height * z;
      if (y > 0) join(runs, parent, row, row - 1, faces ? 0 : 1);
      if (z === 0) continue;
      join(runs, parent, row, row - height, faces ? 0 : 1);
      if (faces) continue;
      if (y > 0) join(runs, parent, row, row - height - 1, 1);
      if (y < height - 1) join(runs, parent, row, row - height + 1, 1);
    }
  }
  return parent.map((_, run) => rootOf(parent, run));
}

/** Calls `visit` with each run, its row and its first and last-plus-one voxel. */
function eachRun(
  { start, end, first }: Runs,
  width: number,
  visit: (run: number, from: number, to: number, row: number) => void,
): void {
  for (let row = 0; row + 1 < first.length; row += 1)
    for (let run = first[row] as number; run < (first[row + 1] as number); run += 1)
      visit(run, row * width + (start[run] as number), row * width + (end[run] as number), row);
}

/** The `count` largest touching pieces of at least `minFraction` of the image: for each run whether it stays. */
function largest(runs: Runs, shape: Shape, count: number, minFraction: number): boolean[] {
  const roots = joined(runs, shape, false);
  const sizes = new Map<number, number>();
  for (const [run, root] of roots.entries())
    sizes.set(
      root,
      (sizes.get(root) ?? 0) + (runs.end[run] as number) - (runs.start[run] as number),
    );
  const least = minFraction * shape[0] * shape[1] * shape[2];
  const kept = new Set(
    [...sizes]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, count)
      .filter(([, size]) => size >= least)
      .map(([root]) => root),
  );
  return roots.map((root) => kept.has(root));
}

/** For each run of background whether no path over faces joins it to the border (scipy's `binary_fill_holes`). */
function holes(background: Runs, shape: Shape): boolean[] {
  const [width, height, depth] = shape;
  const roots = joined(background, shape, true);
  const outside = new Set<number>();
  eachRun(background, width, (run, from, to, row) => {
    const [y, z] = [row % height, Math.floor(row / height)];
    const edge = y === 0 || y === height - 1 || (depth > 1 && (z === 0 || z === depth - 1));
    if (edge || from === row * width || to === (row + 1) * width) outside.add(roots[run] as number);
  });
  return roots.map((root) => !outside.has(root));
}

/** Keeps the `count` largest touching pieces that hold at least `minFraction` of the image. Changes nothing in place. */
export function keepLargest(
  mask: Uint8Array,
  shape: Shape,
  count: number,
  minFraction: number,
): Uint8Array {
  const runs = runsWhere(mask, shape, true);
  const kept = largest(runs, shape, count, minFraction);
  const result = new Uint8Array(mask.length);
  eachRun(runs, shape[0], (run, from, to) => {
    if (kept[run]) result.set(mask.subarray(from, to), from);
  });
  return result;
}

/** Fills holes of a mask; they get the label before them. */
export function fillHoles(mask: Uint8Array, shape: Shape): Uint8Array {
  const runs = runsWhere(mask, shape, false);
  const inside = holes(runs, shape);
  const result = mask.slice();
  eachRun(runs, shape[0], (run, from, to) => {
    if (inside[run]) result.fill(mask[from - 1] as number, from, to);
  });
  return result;
}

/** As `keepLargest`, on runs alone. */
export function largestRuns(runs: Runs, shape: Shape, count: number, minFraction: number): Runs {
  const kept = largest(runs, shape, count, minFraction);
  const result = noRuns(shape);
  eachRow(runs, result, (run) => {
    if (!kept[run]) return;
    result.start.push(runs.start[run] as number);
    result.end.push(runs.end[run] as number);
  });
  return result;
}

/** As `fillHoles`, on runs alone. */
export function filledRuns(runs: Runs, shape: Shape): Runs {
  const background = complement(runs, shape);
  const inside = holes(background, shape);
  const outside = noRuns(shape);
  eachRow(background, outside, (run) => {
    if (inside[run]) return;
    outside.start.push(background.start[run] as number);
    outside.end.push(background.end[run] as number);
  });
  return complement(outside, shape);
}

/** Visits the runs in order and keeps the result's rows in step. */
function eachRow(runs: Runs, result: Runs, visit: (run: number) => void): void {
  for (let row = 0; row + 1 < runs.first.length; row += 1) {
    for (let run = runs.first[row] as number; run < (runs.first[row + 1] as number); run += 1)
      visit(run);
    result.first[row + 1] = result.start.length;
  }
}

function complement(runs: Runs, shape: Shape): Runs {
  const result = noRuns(shape);
  const [width] = shape;
  for (let row = 0; row + 1 < runs.first.length; row += 1) {
    let at = 0;
    for (let run = runs.first[row] as number; run <= (runs.first[row + 1] as number); run += 1) {
      const last = run === runs.first[row + 1];
      const to = last ? width : (runs.start[run] as number);
      if (to > at) {
        result.start.push(at);
        result.end.push(to);
      }
      at = last ? width : (runs.end[run] as number);
    }
    result.first[row + 1] = result.start.length;
  }
  return result;
}
