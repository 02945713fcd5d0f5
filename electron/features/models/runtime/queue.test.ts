import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCallQueue, runAtLeisure } from "./queue.ts";

/** A desk with room for two of its models: what is asked third puts out the one asked longest ago. */
function desk() {
  let open: string[] = [];
  const calls: string[] = [];
  let loads = 0;
  const queue = createCallQueue((expert) => open.includes(expert));
  const ask = async (expert: string, item: number, signal?: AbortSignal): Promise<string> => {
    const leave = await queue.enter(expert, { signal });
    try {
      if (!open.includes(expert)) {
        loads += 1;
        open = [...open, expert].slice(-2);
      }
      calls.push(`${expert}${item}`);
      return `${expert} of ${item}`;
    } finally {
      leave();
    }
  };
  return { queue, ask, calls, loads: () => loads };
}
const free = { isHeld: () => false };
const experts = ["a", "b", "c", "d", "e"];

test("500 documents by five models with room for two load each model once, and answers keep the documents' order", async () => {
  const { ask, loads } = desk();
  const items = Array.from({ length: 500 }, (_, at) => at);
  const answers = await runAtLeisure(free, () =>
    Promise.all(items.map((item) => Promise.all(experts.map((expert) => ask(expert, item))))),
  );
  expect(loads()).toBe(5);
  expect(answers).toEqual(items.map((item) => experts.map((expert) => `${expert} of ${item}`)));
});

test("what somebody looks at goes before a batch that came earlier", async () => {
  const { ask, calls } = desk();
  const batch = runAtLeisure(free, () => Promise.all(experts.map((expert) => ask(expert, 1))));
  await ask("looked", 0);
  await batch;
  expect(calls.indexOf("looked0")).toBeLessThanOrEqual(1);
});

test("a cancel half-way lets the one under way end and runs none of the others", async () => {
  const { ask, calls } = desk();
  const stop = new AbortController();
  const asked = Array.from({ length: 200 }, (_, item) =>
    runAtLeisure(free, () => ask(experts[item % 5] as string, item, stop.signal)).then((answer) => {
      if (calls.length === 100) stop.abort();
      return answer;
    }),
  );
  const ended = await Promise.allSettled(asked);
  expect(calls.length).toBeLessThanOrEqual(101);
  expect(ended.filter(({ status }) => status === "fulfilled").length).toBe(calls.length);
  const refused = ended.find(({ status }) => status === "rejected") as PromiseRejectedResult;
  expect(refused.reason).toMatchObject({ code: "cancelled" });
});

test("a held batch waits while others go on, and goes on where it was", async () => {
  const { queue, ask, calls } = desk();
  let held = true;
  const batch = runAtLeisure({ isHeld: () => held }, () => ask("a", 1));
  await ask("b", 2);
  await pause(5);
  expect(calls).toEqual(["b2"]);
  held = false;
  queue.wake();
  expect(await batch).toBe("a of 1");
});

test("questions to a model that answers several together are under way at once, and another model's is not among them", async () => {
  const queue = createCallQueue(() => true);
  let under = 0;
  const seen: string[] = [];
  const ask = async (expert: string, isShared: boolean): Promise<void> => {
    const leave = await queue.enter(expert, { isShared });
    under += 1;
    seen.push(`${expert}${under}`);
    await pause(5);
    under -= 1;
    leave();
  };
  await Promise.all([ask("w", true), ask("w", true), ask("x", false), ask("w", true)]);
  expect(seen).toEqual(["w1", "w2", "x1", "w1"]);
});
