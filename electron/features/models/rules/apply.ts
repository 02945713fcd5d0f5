/** Runs a pack's rules over one volume of values; every rule reads named regions and makes a new one. */
import { AppError } from "../../../api/errors.ts";
import { spacingOf } from "../../imaging/geometry.ts";
import type { Grid, LabelGrid } from "../steps/grid.ts";
import {
  dilate,
  erode,
  fillSlices,
  keepPieces,
  piecesOf,
  regionWhere,
  type Space,
} from "./morphology.ts";
import { regionsReadBy, type Rule } from "./schema.ts";

export type Assignment = { label: number; region: string };

/**
 * `grid` holds one channel in the unit the rules speak of, its z axis head to foot (RAS). Later
 * assignments overwrite earlier ones. @throws packInvalid when a rule names a region no rule before it made
 */
export function applyRules(
  grid: Grid,
  rules: readonly Rule[],
  assign: readonly Assignment[],
): LabelGrid {
  const regions = new Map<string, Uint8Array>();
  const region = (name: string): Uint8Array => {
    const found = regions.get(name);
    if (found === undefined)
      throw new AppError(
        "packInvalid",
        `No rule before it makes the region "${name}". Made so far: ${[...regions.keys()].join(", ") || "none"}.`,
      );
    return found;
  };
  const space: Space = { size: grid.size, spacing: spacingOf(grid.affine) };
  for (const [index, rule] of rules.entries()) {
    regions.set(rule.name, made(rule, grid, space, region));
    // A region is one byte per voxel of the scan: gone as soon as nobody reads it any more.
    const wanted = new Set([
      ...rules.slice(index + 1).flatMap(regionsReadBy),
      ...assign.map((one) => one.region),
    ]);
    for (const name of regions.keys()) if (!wanted.has(name)) regions.delete(name);
  }
  const data = new Uint8Array(grid.data.length);
  for (const { label, region: name } of assign) {
    const set = region(name);
    for (let at = 0; at < data.length; at += 1) if (set[at] === 1) data[at] = label;
  }
  return { size: grid.size, channels: 1, data, affine: grid.affine };
}

function made(
  rule: Rule,
  grid: Grid,
  space: Space,
  region: (name: string) => Uint8Array,
): Uint8Array {
  switch (rule.rule) {
    case "range":
      return regionWhere(
        grid.data.length,
        (at) => (grid.data[at] as number) >= rule.min && (grid.data[at] as number) < rule.max,
      );
    case "combine": {
      const [inside, outside] = [rule.inside.map(region), rule.outside.map(region)];
      const from = region(rule.of);
      return regionWhere(
        from.length,
        (at) =>
          from[at] === 1 &&
          inside.every((one) => one[at] === 1) &&
          outside.every((one) => one[at] === 0),
      );
    }
    case "union": {
      const parts = rule.of.map(region);
      return regionWhere(grid.data.length, (at) => parts.some((one) => one[at] === 1));
    }
    case "erode":
      return erode(region(rule.of), space, rule.mm);
    case "dilate":
      return dilate(region(rule.of), space, rule.mm);
    case "open":
      return dilate(erode(region(rule.of), space, rule.mm), space, rule.mm);
    case "close":
      return erode(dilate(region(rule.of), space, rule.mm), space, rule.mm);
    case "largest": {
      const pieces = piecesOf(region(rule.of), grid.size);
      const voxelMl = (space.spacing[0] * space.spacing[1] * space.spacing[2]) / 1000;
      const ranked = pieces.sizes
        .map((count, index) => ({ mark: index + 1, ml: count * voxelMl }))
        .toSorted((a, b) => b.ml - a.ml);
      const kept = new Set(
        ranked
          .slice(0, rule.count)
          .filter(({ ml }) => ml >= rule.minMl)
          .map(({ mark }) => mark),
      );
      return keepPieces(pieces, (mark) => kept.has(mark));
    }
    case "touching": {
      const pieces = piecesOf(region(rule.of), grid.size);
      const seeded = new Set<number>();
      region(rule.seed).forEach(
        (value, at) => value === 1 && seeded.add(pieces.piece[at] as number),
      );
      return keepPieces(pieces, (mark) => seeded.has(mark));
    }
    case "meanBetween": {
      const pieces = piecesOf(region(rule.of), grid.size);
      const sums = new Float64Array(pieces.sizes.length + 1);
      pieces.piece.forEach(
        (mark, at) => (sums[mark] = (sums[mark] as number) + (grid.data[at] as number)),
      );
      const mean = (mark: number): number =>
        (sums[mark] as number) / (pieces.sizes[mark - 1] as number);
      return keepPieces(pieces, (mark) => mean(mark) >= rule.min && mean(mark) < rule.max);
    }
    case "fillSlices":
      return fillSlices(region(rule.of), grid.size);
  }
}
