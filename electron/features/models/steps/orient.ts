/** Axis flips and permutation to anatomical axes, as nibabel's closest-canonical reorientation. */
import { AppError } from "../../../api/errors.ts";
import { axisOrder } from "../../imaging/geometry.ts";
import { emptyLike, sizeOf, type Changed, type Grid, type Size } from "./grid.ts";

/** For each axis of the result: the axis it comes from and whether it is reversed. */
type Turn = { from: number; flip: boolean }[];

/** `axes` names where each index grows to: "RAS" is right, anterior, superior. */
export function orient(grid: Grid, axes: string): Changed {
  const now = axisOrder(grid.affine);
  const turn: Turn = [...axes].map((letter) => {
    const axis = ["RL", "AP", "SI"].findIndex((pair) => pair.includes(letter));
    const from = now.findIndex((one) => one.axis === axis);
    if (from < 0)
      throw new AppError("packInvalid", `Axes "${axes}" do not name each direction once.`);
    return { from, flip: now[from]?.positive !== "RAS".includes(letter) };
  });
  const back: Turn = [0, 1, 2].map((axis) => {
    const from = turn.findIndex((one) => one.from === axis);
    return { from, flip: turn[from]?.flip ?? false };
  });
  return { grid: turned(grid, turn), undo: (labels) => turned(labels, back) };
}

function turned<Data extends Float32Array | Uint8Array>(grid: Grid<Data>, turn: Turn): Grid<Data> {
  const strideOf: Size = [grid.size[1] * grid.size[2], grid.size[2], 1];
  const size = turn.map(({ from }) => grid.size[from] as number) as Size;
  const stride = turn.map(({ from, flip }) => (flip ? -1 : 1) * (strideOf[from] as number));
  const origin = turn.reduce(
    (sum, { from, flip }) =>
      sum + (flip ? ((grid.size[from] as number) - 1) * (strideOf[from] as number) : 0),
    0,
  );
  const count = sizeOf(size);
  const data = emptyLike(grid.data, grid.data.length);
  const [dx, dy, dz] = stride as Size;
  let to = 0;
  for (let c = 0; c < grid.channels; c += 1) {
    for (let i = 0; i < size[0]; i += 1) {
      for (let j = 0; j < size[1]; j += 1) {
        let from = c * count + origin + i * dx + j * dy;
        for (let k = 0; k < size[2]; k += 1, from += dz) data[to++] = grid.data[from] as number;
      }
    }
  }
  return { size, channels: grid.channels, data, affine: turnedAffine(grid, turn) };
}

function turnedAffine(grid: Pick<Grid, "affine" | "size">, turn: Turn): number[] {
  const { affine, size } = grid;
  return [0, 1, 2, 3].flatMap((row) => {
    const entry = (column: number): number => affine[row * 4 + column] as number;
    const columns = turn.map(({ from, flip }) => (flip ? -entry(from) : entry(from)));
    const shift = turn.reduce(
      (sum, { from, flip }) => sum + (flip ? ((size[from] as number) - 1) * entry(from) : 0),
      0,
    );
    return row === 3 ? [0, 0, 0, 1] : [...columns, entry(3) + shift];
  });
}
