import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundledPacksFolder } from "../../places.ts";
import { picturesOf, renewedManifest } from "./card-files.ts";

const packs = readdirSync(bundledPacksFolder).filter((name) =>
  existsSync(join(bundledPacksFolder, name, "manifest.json")),
);

// Where this fails: node models/renew.ts
test.each(packs)("%s: the card or its plot was changed after the manifest was written", (name) => {
  const read = (path: string): Buffer => readFileSync(join(bundledPacksFolder, name, path));
  const manifest = read("manifest.json").toString();
  expect(renewedManifest(manifest, read)).toBe(manifest);
});

test("a renewed manifest loses a file, keeps an old hash, or is written anew elsewhere", () => {
  const before =
    '{\n  "id": "a",\n  "files": [{ "path": "model.onnx", "bytes": 1, "sha256": "x" }],\n  "value": 1.0,\n  "card": "card.md"\n}\n';
  const content: Record<string, string> = {
    "card.md": "![plot](plot.svg) ![elsewhere](https://elsewhere.example/a.png)",
    "plot.svg": "<svg/>",
  };
  const read = (path: string): Uint8Array => new TextEncoder().encode(content[path]);
  const once = renewedManifest(before, read);
  expect(JSON.parse(once).files.map(({ path }: { path: string }) => path)).toEqual([
    "model.onnx",
    "card.md",
    "plot.svg",
  ]);
  expect(once).toContain('"value": 1.0');
  expect(renewedManifest(once, read)).toBe(once);
  content["plot.svg"] = "<svg></svg>";
  expect(renewedManifest(once, read)).not.toBe(once);
});

test("pictures elsewhere count as the pack's own", () => {
  expect(picturesOf("![a](a.svg) ![b](http://x/b.png) ![c](/etc/c.png) ![a](a.svg)")).toEqual([
    "a.svg",
  ]);
});
