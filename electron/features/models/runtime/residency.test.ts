import { describe, expect, it } from "vitest";
import { generatedSessions, languageModel, smallExperts } from "./generated-sessions.ts";
import { createPredictor } from "./prediction.ts";
import { createResidency, type Weight } from "./residency.ts";
import { leastRecent, ourKeeper, play } from "./simulation.ts";

const weights: Record<string, Weight> = Object.fromEntries(
  [
    ["small", 10],
    ["middle", 40],
    ["other", 40],
    ["large", 100],
    ["huge", 500],
  ].map(([id, bytes]) => [id, { id, liveBytes: bytes, loadMs: bytes } as Weight]),
);
const weightOf = (id: string): Weight => weights[id] ?? { id, liveBytes: 1, loadMs: 1 };
function deskWith(budget: number) {
  const predictor = createPredictor();
  const residency = createResidency(weightOf, budget, predictor);
  const call = (...ids: string[]): void => {
    for (const id of ids) {
      predictor.called(id);
      residency.used(id);
    }
  };
  const open = (...ids: string[]): void => {
    for (const id of ids) {
      residency.opened(id);
      call(id);
    }
  };
  return { residency, predictor, call, open };
}

describe("prediction", () => {
  it("follows the last two calls where one alone would not tell", () => {
    const predictor = createPredictor();
    for (let round = 0; round < 40; round += 1)
      for (const id of ["a", "x", "b", "c", "x", "d"]) predictor.called(id);
    for (const id of ["a", "x"]) predictor.called(id);
    expect(predictor.next().get("b")).toBeGreaterThan(0.9);
    for (const id of ["b", "c", "x"]) predictor.called(id);
    expect(predictor.next().get("d")).toBeGreaterThan(0.9);
  });
  it("gives shares that add up to one, and nothing before anything was seen", () => {
    const predictor = createPredictor();
    expect([...predictor.next()]).toEqual([]);
    for (const id of ["a", "b", "a"]) predictor.called(id);
    const total = [...predictor.next().values()].reduce((sum, share) => sum + share, 0);
    expect(total).toBeCloseTo(1, 9);
  });
});

describe("residency", () => {
  it("never puts out what is running, even when nothing else makes room", () => {
    const { residency, open } = deskWith(100);
    open("middle", "other");
    const done = residency.lease("middle");
    expect(residency.admit("large")).toMatchObject({ kind: "refused", neededBytes: 100 });
    done();
    expect(residency.admit("large")).toEqual({ kind: "load", evict: expect.any(Array) });
  });
  it("puts out no more than is needed", () => {
    const { residency, open } = deskWith(100);
    open("small", "middle", "other");
    const admission = residency.admit("extra-40");
    expect(admission).toEqual({ kind: "load", evict: [] });
    weights["wanted"] = { id: "wanted", liveBytes: 30, loadMs: 30 };
    expect(residency.admit("wanted")).toEqual({
      kind: "load",
      evict: [expect.stringMatching(/middle|other/)],
    });
  });
  it("refuses a model that is larger than the whole budget and says how much is missing", () => {
    const { residency } = deskWith(100);
    expect(residency.admit("huge")).toEqual({
      kind: "refused",
      neededBytes: 500,
      budgetBytes: 100,
      heldBytes: 0,
    });
  });
  it("fetches the model that always follows, and not one that seldom does", () => {
    const { residency, call, predictor } = deskWith(200);
    for (let day = 0; day < 30; day += 1) {
      call("small");
      call(day % 10 === 0 ? "other" : "middle");
      predictor.sessionEnded();
    }
    call("small");
    expect(residency.prefetch(1000)?.id).toBe("middle");
    expect(residency.prefetch(5), "there is no time for it").toBeNull();
    residency.opened("middle");
    expect(residency.prefetch(1000)?.id).not.toBe("other");
  });
  it("does not push out the model in use every time for a large one that is rarely called", () => {
    const { residency, open, call, predictor } = deskWith(110);
    for (let day = 0; day < 40; day += 1) {
      open("middle", "middle", "middle");
      if (day % 8 === 0) call("large");
      predictor.sessionEnded();
    }
    residency.opened("middle");
    call("middle");
    expect(residency.prefetch(10_000)).toBeNull();
  });
});

describe("on generated sessions", () => {
  const byId = new Map([...smallExperts, languageModel].map((one) => [one.id, one]));
  const weight = (id: string): Weight => byId.get(id) as Weight;
  const total = [...byId.values()].reduce((sum, { liveBytes }) => sum + liveBytes, 0);

  it.each([0.7, 0.9])(
    "waits no longer than LRU with a language model at %s of all bytes",
    (share) => {
      const sessions = generatedSessions(120, 7, { withModel: true });
      const ours = play(sessions, weight, ourKeeper(weight, share * total));
      const lru = play(sessions, weight, leastRecent(weight, share * total));
      expect(ours.stallMs).toBeLessThanOrEqual(1.05 * lru.stallMs);
      expect(ours.calls).toBe(lru.calls);
    },
  );
});

it("opens only the first of models that are called one after the other without a look between", () => {
  const predictor = createPredictor();
  const residency = createResidency(weightOfMegabytes(10), 25e6, predictor);
  for (let day = 0; day < 20; day += 1) {
    predictor.called("look", 5000);
    predictor.called("plan", 4000);
    predictor.called("outline", 20);
    predictor.called("judge", 20);
    predictor.sessionEnded();
  }
  expect(predictor.burst(), "four calls, two looks").toBe(2);
  residency.opened("look");
  predictor.called("look", 5000);
  const fetched = ["", ""].map(() => {
    const next = residency.prefetch(4000);
    for (const id of next?.evict ?? []) residency.released(id);
    if (next) residency.opened(next.id);
    return next?.id;
  });
  expect(fetched.toSorted(), "both that will be asked at once").toEqual(["outline", "plan"]);
  // Room for two: what comes after them puts neither out again.
  expect(residency.prefetch(4000)).toBeNull();
});

const weightOfMegabytes = (megabytes: number) => (id: string) => ({
  id,
  liveBytes: megabytes * 1e6,
  loadMs: 500,
});
