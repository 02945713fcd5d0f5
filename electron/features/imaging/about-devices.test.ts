import { expect, test } from "vitest";
import { aboutDevices } from "./about-devices.ts";

test("a device that failed is told with its reason, and on Linux with what fetches CUDA; silence where none failed", () => {
  const lines: string[] = [];
  const tell = (text: string): void => void lines.push(text);
  const tried = [{ device: "cuda", failedBecause: "libcudart.so.12 is missing" }];
  const ran = { expert: "cxr-lungs", device: "cpu", tried };
  expect(aboutDevices(ran, tell, "linux")).toMatchObject({
    tried,
    hint: expect.stringMatching(/npm run gpu:install/),
  });
  expect(lines).toEqual([
    "cxr-lungs: cuda was tried and failed (libcudart.so.12 is missing); it ran on cpu.",
    expect.stringMatching(/npm run gpu:install/),
  ]);
  expect(aboutDevices(ran, () => {}, "win32")).toEqual({ tried });
  const dml = [{ device: "dml", failedBecause: "no adapter" }];
  expect(aboutDevices({ ...ran, tried: dml }, () => {}, "linux")).toEqual({ tried: dml });
  expect(aboutDevices({ expert: "cxr-lungs", device: "cpu" }, tell)).toEqual({});
  expect(lines).toHaveLength(2);
});
