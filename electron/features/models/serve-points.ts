/** Click prompts: one object around what the reader pointed at, in windows centred at the clicks. */
import { refuseNaN } from "./steps/not-a-number.ts";
import { AppError } from "../../api/errors.ts";
import { apply, inverse } from "../imaging/geometry.ts";
import { checked, type Labelled } from "./serve-windows.ts";
import type { Session, TensorData } from "./session.ts";
import { copyBlock, sizeOf, type Grid, type Size } from "./steps/grid.ts";
import type { PointsRule } from "./worker-protocol.ts";

type Placed = { at: Size; kind: number };

/**
 * As MONAI's `point_based_window_inferer`: a window centred at each click, moved to lie inside; logits of windows
 * are added, and what no window saw is not the object. Each window is told every click that lies in it (MONAI leaves
 * out those on its first voxel, we do not). Kept is what is connected, also by corners, with a click inside the object.
 * @param rule its `label` is the object's
 */
export async function byClicks(
  grid: Grid,
  affine: readonly number[],
  rule: PointsRule,
  session: Session,
  onProgress: (done: number, total: number) => void,
): Promise<Labelled> {
  const clicks = placed(rule, grid, affine);
  const roi = rule.roi.map((length, axis) =>
    length > 0 ? length : (grid.size[axis] as number),
  ) as Size;
  const sums = new Float32Array(sizeOf(grid.size));
  let msRuntime = 0;
  for (const [index, { at }] of clicks.entries()) {
    onProgress(index, clicks.length);
    const start = at.map((p, axis) =>
      windowStart(p, roi[axis] as number, grid.size[axis] as number),
    ) as Size;
    const image = new Float32Array(sizeOf(roi)).fill(rule.cval);
    copyBlock(grid, start, roi, image);
    const ran = await session.run({
      [rule.input]: { type: "float32", dims: [1, 1, ...roi], data: image },
      ...told(clicks, start, roi, rule),
    });
    msRuntime += ran.msRuntime;
    const answer = checked(ran.outputs, rule.output, sizeOf(roi));
    refuseNaN(answer);
    addWindow(answer, roi, start, grid.size, sums);
  }
  onProgress(clicks.length, clicks.length);
  const data = connected(sums, grid.size, clicks.filter(isInside), rule.label);
  return { labels: { ...grid, channels: 1, data }, msRuntime };
}

const isInside = ({ kind }: Placed): boolean => kind % 2 === 1;

/** Image voxels to the grid's: through millimetres, rounded. @throws badInput where a click fell off what was kept */
function placed(
  { clicks, isSpecial }: PointsRule,
  grid: Grid,
  affine: readonly number[],
): Placed[] {
  const back = inverse(grid.affine);
  if (back === null)
    throw new AppError("badInput", "Clicks need an image whose voxels have a place in space.");
  return clicks.map(({ at, inside }) => {
    const place = apply(back, apply([...affine], at)).map(Math.round) as Size;
    if (place.some((n, axis) => n < 0 || n >= (grid.size[axis] as number)))
      throw new AppError(
        "badInput",
        `The click at ${at.join(", ")} lies outside the body that this expert cuts out.`,
        { at },
      );
    return { at: place, kind: (inside ? 1 : 0) + (isSpecial ? 2 : 0) };
  });
}

/** A window around `p` that stays inside; one larger than the image begins before it, half of the rest. */
function windowStart(p: number, roi: number, length: number): number {
  if (roi >= length) return -Math.floor((roi - length) / 2) || 0;
  const half = Math.floor(roi / 2);
  if (p - half < 0) return 0;
  return p + half > length ? length - roi : p - half;
}

/** The clicks in one window, in its own voxels. */
function told(
  clicks: readonly Placed[],
  start: Size,
  roi: Size,
  { points, kinds }: PointsRule,
): Record<string, TensorData> {
  const here = clicks
    .map(({ at, kind }) => ({ at: at.map((n, axis) => n - (start[axis] as number)), kind }))
    .filter(({ at }) => at.every((n, axis) => n >= 0 && n < (roi[axis] as number)));
  return {
    [points]: {
      type: "float32",
      dims: [1, here.length, 3],
      data: Float32Array.from(here.flatMap(({ at }) => at)),
    },
    [kinds]: {
      type: "int64",
      dims: [1, here.length],
      data: BigInt64Array.from(here, ({ kind }) => BigInt(kind)),
    },
  };
}

function addWindow(
  logits: Float32Array,
  roi: Size,
  start: Size,
  [nx, ny, nz]: Size,
  sums: Float32Array,
): void {
  let from = 0;
  for (let i = start[0]; i < start[0] + roi[0]; i += 1)
    for (let j = start[1]; j < start[1] + roi[1]; j += 1)
      for (let k = start[2]; k < start[2] + roi[2]; k += 1, from += 1) {
        if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
        const to = (i * ny + j) * nz + k;
        sums[to] = (sums[to] as number) + (logits[from] as number);
      }
}

/** Voxels above zero that hang together with one of the clicks, by faces, edges or corners. */
function connected(
  sums: Float32Array,
  [nx, ny, nz]: Size,
  clicks: readonly Placed[],
  label: number,
): Uint8Array {
  const data = new Uint8Array(sums.length);
  const open: number[] = [];
  const visit = (i: number, j: number, k: number): void => {
    const at = (i * ny + j) * nz + k;
    if (data[at] !== 0 || (sums[at] as number) <= 0) return;
    data[at] = label;
    open.push(at);
  };
  for (const { at } of clicks) visit(...at);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const k = at % nz;
    const j = Math.floor(at / nz) % ny;
    const i = Math.floor(at / (nz * ny));
    for (let x = Math.max(0, i - 1); x <= Math.min(nx - 1, i + 1); x += 1)
      for (let y = Math.max(0, j - 1); y <= Math.min(ny - 1, j + 1); y += 1)
        for (let z = Math.max(0, k - 1); z <= Math.min(nz - 1, k + 1); z += 1) visit(x, y, z);
  }
  return data;
}
