import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPackageWithOptions, listPackage } from "@electron/asar";
import { afterAll, expect, test } from "vitest";
import { ignorePath, shippedPackages, unpackFolder, unpackPattern } from "./packaging.ts";
import { programFolder } from "./places.ts";

const stage = mkdtempSync(join(tmpdir(), "evidesk-package-"));
afterAll(() => rmSync(stage, { recursive: true, force: true }));

test("native packages and all they need ship; build tools do not", () => {
  const shipped = shippedPackages(programFolder);
  for (const name of [
    "onnxruntime-node",
    "onnxruntime-common",
    "@lancedb/lancedb",
    "apache-arrow",
    "flatbuffers",
  ])
    expect(shipped).toContain(name);
  for (const name of ["vite", "electron", "typescript", "playwright"])
    expect(shipped).not.toContain(name);
  const ignore = ignorePath(programFolder, "linux", "x64");
  expect(ignore("/node_modules/vite/package.json")).toBe(true);
  expect(
    ignore("/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node"),
  ).toBe(false);
  expect(ignore("/node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll")).toBe(true);
  expect(ignore("/models/training/requirements.txt")).toBe(true);
  expect(ignore("/models/cxr-lungs/model.onnx")).toBe(false);
  expect(ignore("/electron/app.ts")).toBe(true);
});

test("in a stub distribution every library that native code opens lies outside the archive", async () => {
  const app = join(stage, "app");
  const ignore = ignorePath(programFolder, "linux", "x64");
  for (const path of ["/node_modules/onnxruntime-node", "/models/cxr-lungs", "/package.json"]) {
    if (!existsSync(join(programFolder, path))) continue;
    cpSync(join(programFolder, path), join(app, path), {
      recursive: true,
      filter: (from) => !ignore(from.slice(programFolder.length).replaceAll("\\", "/")),
    });
  }
  const fake = join(app, "node_modules", "onnxruntime-node", "bin");
  mkdirSync(fake, { recursive: true });
  for (const name of ["a.dll", "b.dylib", "c.so", "libonnxruntime.so.1"])
    writeFileSync(join(fake, name), "x");
  const archive = join(stage, "app.asar");
  await createPackageWithOptions(app, archive, { unpack: unpackPattern, unpackDir: unpackFolder });
  const inside = listPackage(archive, { isPack: true }).filter((line) =>
    /\.(node|dll|dylib|so|so\.\d+)$/.test(line),
  );
  expect(inside.length).toBeGreaterThan(4);
  expect(inside.filter((line) => !line.startsWith("unpack"))).toEqual([]);
  expect(
    readFileSync(join(`${archive}.unpacked`, "models/cxr-lungs/model.onnx")).length,
  ).toBeGreaterThan(1_000_000);
  expect(
    listPackage(archive, { isPack: false }).filter((line) => line.includes("typescript")),
  ).toEqual([]);
});

test("one copy of the runtime is installed", () => {
  const lock = JSON.parse(readFileSync(join(programFolder, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  expect(Object.keys(lock.packages).filter((path) => path.endsWith("/onnxruntime-node"))).toEqual([
    "node_modules/onnxruntime-node",
  ]);
});
