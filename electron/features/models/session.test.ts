import { expect, test } from "vitest";
import { deviceOrder, devicesOf } from "./devices.ts";
import { openOnFirst, type Opened } from "./session.ts";

const ran = { outputs: {}, msRuntime: 1 };
const nothing = { inputs: [], outputs: [], release: async () => {} };
const works = (): Opened => ({ ...nothing, run: async () => ran });
const breaks = (why: string): Opened => ({
  ...nothing,
  run: () => Promise.reject(new Error(why)),
});

test("a device that does not open is used in name, or its reason is lost", async () => {
  const session = await openOnFirst(["cuda", "cpu"], async (device) => {
    if (device === "cuda") throw new Error("no such library");
    return works();
  });
  expect(session.device).toBe("cpu");
  expect(session.tried).toEqual([{ device: "cuda", failedBecause: "no such library" }]);
});

test("a device that opens and then cannot run the model fails every call", async () => {
  const released: string[] = [];
  const session = await openOnFirst(["cuda", "cpu"], async (device) => ({
    ...(device === "cuda" ? breaks("out of memory") : works()),
    release: async () => void released.push(device),
  }));
  expect(session.device).toBe("cuda");
  expect(await session.run({})).toBe(ran);
  expect(session.device).toBe("cpu");
  expect(session.tried).toEqual([{ device: "cuda", failedBecause: "out of memory" }]);
  expect(released).toEqual(["cuda"]);
});

test("an input that no device takes moves the pack off its device for good", async () => {
  const session = await openOnFirst(["cuda", "cpu"], async () => breaks("wrong shape"));
  await expect(session.run({})).rejects.toThrow("wrong shape");
  expect(session.device).toBe("cuda");
  expect(session.tried).toEqual([]);
});

test("when no device opens, the reasons are lost", async () => {
  await expect(
    openOnFirst(["cuda", "cpu"], (device) => Promise.reject(new Error(`not on ${device}`))),
  ).rejects.toThrow("cuda: not on cuda; cpu: not on cpu");
});

test("every order ends with the processor, and a device without its libraries is asked for by itself", () => {
  for (const platform of ["linux", "win32", "darwin", "freebsd"])
    for (const arch of ["x64", "arm64"]) {
      const on = { platform, arch, cuda: false };
      expect(devicesOf(on).at(-1)).toBe("cpu");
      expect(deviceOrder(on).at(-1)).toBe("cpu");
      for (const device of devicesOf(on)) expect(deviceOrder(on, device)[0]).toBe(device);
    }
  expect(deviceOrder({ platform: "linux", arch: "x64", cuda: false })).toEqual(["cpu"]);
  expect(deviceOrder({ platform: "linux", arch: "x64", cuda: true })).toEqual(["cuda", "cpu"]);
});
