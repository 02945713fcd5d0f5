/** Connected pieces and holes of a mask, in two or three dimensions. */

type Shape = readonly [number, number, number];

/** Neighbour steps: all touching voxels (8 in a plane, 26 in space) or only those sharing a face (4, 6). */
function neighbours(shape: Shape, faces: boolean): [number, number, number][] {
  const steps: [number, number, number][] = [];
  const deep = shape[2] > 1 ? [-1, 0, 1] : [0];
  for (const dz of deep) {
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const distance = Math.abs(dx) + Math.abs(dy) + Math.abs(dz);
        if (distance > 0 && (!faces || distance === 1)) steps.push([dx, dy, dz]);
      }
    }
  }
  return steps;
}

/** Floods from `seed` over voxels where `open` holds and `piece` is 0; returns how many it marked. */
function flood(shape: Shape, open: Uint8Array, piece: Int32Array, seed: number, mark: number, steps: readonly [number, number, number][]): number {
  const [width, height, depth] = shape;
  const stack = [seed];
  piece[seed] = mark;
  let size = 0;
  while (stack.length > 0) {
    const at = stack.pop() as number;
    size += 1;
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const z = Math.floor(at / (width * height));
    for (const [dx, dy, dz] of steps) {
      const nx = x + dx;
      const ny = y + dy;
      const nz = z + dz;
      if (nx < 0 || ny < 0 || nz < 0 || nx >= width || ny >= height || nz >= depth) continue;
      const next = nx + width * (ny + height * nz);
      if (open[next] === 0 || piece[next] !== 0) continue;
      piece[next] = mark;
      stack.push(next);
    }
  }
  return size;
}

/** Keeps the `count` largest touching pieces that hold at least `minFraction` of the image. Changes nothing in place. */
export function keepLargest(mask: Uint8Array, shape: Shape, count: number, minFraction: number): Uint8Array {
  const piece = new Int32Array(mask.length);
  const steps = neighbours(shape, false);
  const sizes: { mark: number; size: number }[] = [];
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] === 0 || piece[at] !== 0) continue;
    const mark = sizes.length + 1;
    sizes.push({ mark, size: flood(shape, mask, piece, at, mark, steps) });
  }
  const kept = new Set(
    sizes.toSorted((a, b) => b.size - a.size).slice(0, count).filter(({ size }) => size >= minFraction * mask.length).map(({ mark }) => mark),
  );
  return mask.map((value, at) => (kept.has(piece[at] as number) ? value : 0));
}

/** Fills background that no path over faces joins to the border (scipy's `binary_fill_holes`). */
export function fillHoles(mask: Uint8Array, shape: Shape): Uint8Array {
  const [width, height, depth] = shape;
  const background = mask.map((value) => (value === 0 ? 1 : 0));
  const piece = new Int32Array(mask.length);
  const steps = neighbours(shape, true);
  for (let at = 0; at < mask.length; at += 1) {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const z = Math.floor(at / (width * height));
    const border = x === 0 || y === 0 || x === width - 1 || y === height - 1 || (depth > 1 && (z === 0 || z === depth - 1));
    if (border && background[at] === 1 && piece[at] === 0) flood(shape, background, piece, at, 1, steps);
  }
  return mask.map((value, at) => (value !== 0 || piece[at] !== 0 ? value : 1));
}
