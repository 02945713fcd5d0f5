import { expect, test } from "vitest";
import { layersWithin } from "./card-layers.ts";

/** As a 7B model in four bits: 33 layers of 130 MB and half a gigabyte of context, all of it where any layer is. */
const seven = async (layers: number): Promise<number> =>
  layers === 0 ? 0 : layers * 130e6 + 500e6;

test("a model larger than the card's room is refused, or put there whole, instead of in part", async () => {
  expect(await layersWithin(33, 8e9, seven)).toBe(33);
  const part = await layersWithin(33, 3e9, seven);
  expect(part).toBe(19);
  expect(await seven(part)).toBeLessThanOrEqual(3e9);
  expect(await seven(part + 1)).toBeGreaterThan(3e9);
  expect(await layersWithin(33, 4e8, seven), "not even one").toBe(0);
});
