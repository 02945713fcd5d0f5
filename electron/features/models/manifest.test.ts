import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundledPacksFolder } from "../../places.ts";
import { packFiles } from "./install/fixtures.ts";
import { manifestJsonSchema, parseManifest } from "./manifest.ts";

const parse = (change: Record<string, unknown>): unknown =>
  parseManifest(new TextDecoder().decode(packFiles(change)["manifest.json"]), "small");

test("an unknown step is run, skipped, or refused without saying which are known", () => {
  expect(() => parse({ preprocess: [{ step: "grayscale" }, { step: "runScript" }] })).toThrow(
    /preprocess\.1\.step: unknown step "runScript"; valid: grayscale, resize, orient/,
  );
  expect(() => parse({ postprocess: [{ step: "eval" }] })).toThrow(
    /unknown step "eval"; valid: sigmoid, softmax/,
  );
  expect(() => parse({ inference: { kind: "python", file: "x" } })).toThrow(
    /unknown kind "python"; valid: full, ensemble, slidingWindow, classPrompt, rules, text, generate/,
  );
  expect(() =>
    parse({
      inference: {
        kind: "rules",
        rules: [{ rule: "exec", name: "a" }],
        assign: [{ label: 1, region: "a" }],
      },
    }),
  ).toThrow(/unknown step "exec"; valid: range, combine/);
});

test("wrong types, unknown fields, other formats and paths outside pass", () => {
  expect(() => parse({ preprocess: [{ step: "spacing", mm: [1, 1], mode: "bilinear" }] })).toThrow(
    /preprocess\.0\.mm/,
  );
  expect(() => parse({ preprocess: [{ step: "grayscale", script: "x" }] })).toThrow(/script/);
  expect(() => parse({ format: "evidesk-pack/9" })).toThrow(/format.*evidesk-pack\/1/);
  expect(() => parse({ notForDiagnosis: false })).toThrow(/notForDiagnosis/);
  expect(() => parse({ id: "../evil" })).toThrow(/id/);
  for (const path of ["../x", "/x", "a/../../x", "a//x", "C:\\x", ".", ""])
    expect(() => parse({ files: [{ path, bytes: 1, sha256: "0".repeat(64) }] })).toThrow(
      /files\.0\.path/,
    );
  expect(() => parseManifest("{", "small")).toThrow(/not JSON/);
});

test("the published JSON schema is not the one the program uses", () => {
  const published: unknown = JSON.parse(
    readFileSync(join(bundledPacksFolder, "pack.schema.json"), "utf8"),
  );
  expect(published).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});
