/** What goes into the packaged app: a closed list, so that neither too much nor too little ships. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Packages that stay outside the bundles: native code, and what loads files beside itself. */
export const externals = [
  "onnxruntime-node",
  "onnxruntime-common",
  "node-llama-cpp",
  "tesseract.js",
  "@tesseract.js-data/eng",
  "@lancedb/lancedb",
  "apache-arrow",
  "pdfjs-dist",
  "exceljs",
  "@cornerstonejs/codec-openjpeg",
  "@cornerstonejs/codec-charls",
  "@cornerstonejs/codec-libjpeg-turbo-8bit",
  "@cornerstonejs/codec-openjph",
  "jpeg-lossless-decoder-js",
];

/** Files that native code opens by path and that therefore lie outside the archive. */
export const unpackPattern = "**/*.{node,dll,dylib,so,so.*,wasm}";
/** Weights too: ONNX Runtime cannot read inside the archive. */
export const unpackFolder = "models";

type Manifest = {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

/** The externals and everything they need, as folders below node_modules. */
export function shippedPackages(root: string, names: readonly string[] = externals): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const file = join(root, "node_modules", name, "package.json");
    if (found.has(name) || !existsSync(file)) return;
    found.add(name);
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    for (const need of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      visit(need);
  };
  for (const name of names) visit(name);
  return found;
}

const kept = ["/.vite", "/dist/renderer", "/models", "/prompts", "/samples", "/package.json"];

/** Forge's `ignore`: true leaves a path out. Training material and other platforms' binaries stay home. */
export function ignorePath(
  root: string,
  platform: string,
  arch: string,
): (path: string) => boolean {
  const shipped = shippedPackages(root);
  return (path) => {
    if (path === "" || path === "/dist" || path === "/node_modules") return false;
    if (/^\/models\/(training|convert)(\/|$)/.test(path)) return true;
    if (kept.some((one) => path === one || path.startsWith(`${one}/`))) return false;
    const match = /^\/node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(path);
    if (match?.[1] === undefined) return true;
    const [, name, rest = ""] = match;
    if (name.startsWith("@") && !name.includes("/"))
      return ![...shipped].some((one) => one.startsWith(`${name}/`));
    if (!shipped.has(name)) return true;
    const binary = /^\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(rest);
    return (
      name === "onnxruntime-node" &&
      binary !== null &&
      (binary[1] !== platform || (binary[2] !== undefined && binary[2] !== arch))
    );
  };
}
