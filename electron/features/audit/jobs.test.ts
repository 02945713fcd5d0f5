import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openJobs } from "./jobs.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((one) => rmSync(one, { recursive: true, force: true })));
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "evidesk-jobs-"));
  folders.push(made);
  return made;
}
const frame = { signal: new AbortController().signal, emit: () => {} };

test("a paused job is held until it goes on, tells those who hold it back, and is over when cancelled", async () => {
  const jobs = openJobs(folder());
  let heard = 0;
  jobs.heard(() => (heard += 1));
  let held = (): boolean => false;
  const running = jobs.run("a.batch", {}, frame, ({ signal, isHeld }) => {
    held = isHeld;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
  });
  const id = jobs.list()[0]?.id ?? "";
  expect(jobs.pause(id, true)).toBe(true);
  expect([held(), jobs.list()[0]?.state]).toEqual([true, "paused"]);
  expect(jobs.pause(id, false)).toBe(true);
  expect([held(), jobs.list()[0]?.state, heard]).toEqual([false, "running", 2]);
  jobs.pause(id, true);
  jobs.cancel(id);
  await expect(running).rejects.toThrow();
  expect(jobs.list()[0]?.state).toBe("cancelled");
  expect(jobs.pause(id, false), "what is over cannot go on").toBe(false);
});

test("a job that was paused when the program ended can be taken up again", () => {
  const at = folder();
  const jobs = openJobs(at);
  void jobs.run("a.batch", { reviewId: "r" }, frame, () => new Promise(() => {}));
  jobs.pause(jobs.list()[0]?.id ?? "", true);
  const again = openJobs(at);
  const [job] = again.list();
  expect(job?.state).toBe("interrupted");
  expect(again.takeInterrupted(job?.id ?? "")).toMatchObject({
    call: "a.batch",
    input: { reviewId: "r" },
  });
});
