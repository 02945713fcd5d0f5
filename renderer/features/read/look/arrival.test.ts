import { expect, it } from "vitest";
import { startArrival } from "./arrival.ts";

/** Parts wait until the test lets them come. */
function slow(slices: number, first: number) {
  const asked: [number, number][] = [];
  const open: { come: () => void; fail: (cause: Error) => void }[] = [];
  const arrival = startArrival({
    ...{ slices, first, atOnce: 4 },
    bring: (from, to) => {
      asked.push([from, to]);
      return new Promise((come, fail) => open.push({ come, fail }));
    },
  });
  const tick = () => new Promise((resolve) => setTimeout(resolve));
  return { arrival, asked, open, tick };
}

it("brings the slice in view alone and first, then what lies around it, each once", async () => {
  const { arrival, asked, open, tick } = slow(20, 10);
  expect(asked).toEqual([[10, 11]]);
  open[0]?.come();
  await arrival.slice(10);
  expect([arrival.has(10), arrival.has(12), arrival.count()]).toEqual([true, false, 1]);
  while (arrival.count() < 20) {
    for (const { come } of open) come();
    await tick();
  }
  await arrival.whole;
  const brought = asked.flatMap(([from, to]) =>
    Array.from({ length: to - from }, (_, n) => from + n),
  );
  expect(brought.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

it("goes where the reader went: a slice far away comes before its neighbours' turn", async () => {
  const { arrival, asked, open, tick } = slow(100, 50);
  const far = arrival.slice(3);
  open[0]?.come();
  await tick();
  expect(asked.slice(1)).toEqual([
    [3, 7],
    [0, 3],
  ]);
  for (const { come } of open) come();
  await far;
  expect(arrival.has(3)).toBe(true);
});

it("a part that fails fails those who wait and the whole, and later askers at once", async () => {
  const { arrival, open } = slow(10, 0);
  const waits = arrival.slice(9);
  open[0]?.fail(new Error("cut off"));
  await expect(waits).rejects.toThrow("cut off");
  await expect(arrival.whole).rejects.toThrow("cut off");
  await expect(arrival.slice(5)).rejects.toThrow("cut off");
});

it("the others wait until the first is drawn, and come at once when another is asked for", async () => {
  const brought: number[] = [];
  const bring = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 1) brought.push(at);
  };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  const way = { slices: 6, first: 3, atOnce: 2, patienceMs: 60_000, bring };
  const drawn = startArrival(way);
  await turn();
  expect(brought).toEqual([3]);
  drawn.drawn();
  await drawn.whole;
  expect(brought.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  brought.length = 0;
  const scrolled = startArrival(way);
  await turn();
  await scrolled.slice(0);
  expect(brought.slice(0, 2)).toEqual([3, 0]);
  await scrolled.whole;
});
