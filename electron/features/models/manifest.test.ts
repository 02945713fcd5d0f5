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

const rules = (more: object) => ({
  kind: "rules",
  rules: [{ rule: "range", name: "a", min: 1 }],
  assign: [{ label: 1, region: "a" }],
  ...more,
});

test("fields that contradict each other pass, or the error does not name the value", () => {
  const full = { kind: "full", file: "model.onnx", input: "image", output: "logits" };
  const label = { id: 1, name: "thing" };
  for (const [change, message] of [
    [{ inference: { ...full, file: "../../../etc/passwd" } }, /inference\.file.*passwd/],
    [{ inference: { ...full, file: "other.onnx" } }, /"other\.onnx" is not among files/],
    [
      { preprocess: [{ step: "tokenize", vocabulary: "../../x", maxTokens: 5 }] },
      /preprocess\.0\.vocabulary.*"\.\.\/\.\.\/x"/,
    ],
    [
      { preprocess: [{ step: "tokenize", vocabulary: "words.txt", maxTokens: 5 }] },
      /preprocess\.0\.vocabulary: "words\.txt" is not among files/,
    ],
    [{ labels: [label, { ...label, name: "other" }] }, /the id 1 is given twice/],
    [{ groups: { tumour: [1, 77] } }, /groups\.tumour: 77 is no label's id \(1\)/],
    [{ task: "classification" }, /task: "classification" does not fit postprocess "threshold"/],
    [{ task: "tagging" }, /"tagging" does not fit inference "full"/],
    [{ postprocess: [{ step: "sigmoid" }] }, /"segmentation" needs a postprocess step/],
    [{ operatingPoints: [{ label: "zzz", threshold: 0.5 }] }, /"zzz" is no label/],
    [{ operatingPoints: [{ label: "thing", threshold: 7 }] }, /threshold.*given: 7/],
    [
      { inference: rules({ assign: [{ label: 1, region: "nosuch" }] }) },
      /inference\.assign\.0: no rule before it makes the region "nosuch"/,
    ],
    [
      { inference: rules({ rules: [{ rule: "open", name: "a", of: "later", mm: 3 }] }) },
      /rules\.0: no rule before it makes the region "later"/,
    ],
    [{ inference: rules({ assign: [{ label: 9, region: "a" }] }) }, /9 is no label's id/],
    [{ id: "../evil" }, /id:.*given: "\.\.\/evil"/],
    [{ task: "surgery" }, /task:.*given: "surgery"/],
  ] as [Record<string, unknown>, RegExp][])
    expect(() => parse(change)).toThrow(message);
});

test("what the format names is refused, or what it does not name is taken", () => {
  const written = {
    source: { url: "https://hub.example/model", revision: "1" },
    feedback: { template: "segmented", locale: "en" },
    tests: [{ input: "in.png", sha256: "0".repeat(64), expectedMetric: 0.9, tolerance: 0.01 }],
    labels: [
      {
        id: 1,
        name: "thing",
        color: "#ABCDEF",
        snomed: {
          category: { code: "123037004", meaning: "Anatomical Structure" },
          type: { code: "39607008", meaning: "Lung structure" },
        },
      },
    ],
  };
  expect(parse(written)).toMatchObject({
    labels: [{ snomed: { code: "39607008", meaning: "Lung structure" } }],
  });
  for (const preprocess of [
    [{ step: "tokenize", vocabulary: "model.onnx", maxTokens: 5, evil: 1 }],
    [{ step: "grayscale", evil: 1 }],
  ])
    expect(() => parse({ preprocess })).toThrow(/evil/);
  const text = {
    kind: "text",
    file: "model.onnx",
    input: "ids",
    output: "logits",
    decoding: { kind: "bio" },
  };
  expect(parse({ task: "tagging", inference: text })).toMatchObject({ inference: text });
  expect(() => parse({ task: "tagging", inference: { ...text, evil: "x" } })).toThrow(/evil/);
});

test("the published JSON schema is not the one the program uses", () => {
  const published: unknown = JSON.parse(
    readFileSync(join(bundledPacksFolder, "pack.schema.json"), "utf8"),
  );
  expect(published).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});
