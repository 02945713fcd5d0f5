import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { CommandContext } from "../../command.ts";
import { commands } from "./commands.ts";
import type { Deduplication } from "./dedupe.ts";

const folder = mkdtempSync(join(tmpdir(), "evidesk-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unused = (): never => {
  throw new Error("these commands need no app");
};
const failures: string[] = [];
const context: CommandContext = {
  experts: { list: unused, runImage: unused, runNetwork: unused, folderOf: unused },
  planners: { list: unused, open: unused },
  router: { look: unused, shares: unused },
  call: unused,
  dataFolder: folder,
  seed: 0,
  signal: new AbortController().signal,
  progress: () => {},
  failed: (text) => failures.push(text),
  openReview: unused,
  putAsset: unused,
  getAsset: unused,
};
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const run = (
  name: string,
  positionals: string[],
  values: Record<string, string> = {},
): Promise<unknown> =>
  commands[name]?.run({ positionals, values, json: true }, context) ??
  Promise.reject(new Error(name));

const title = "Effect of exercise training on heart failure outcomes";

it("dedupe answers with the file's own ids, or with row numbers that count rejected rows", async () => {
  const own = (await run("dedupe", [
    file(
      "own.csv",
      `ID,title,author,year\na7,${title},"Lee, K",2019\nb2,Other words about the kidney,"Roy, P",2001\nc9,${title}.,"Lee, K",2019\n`,
    ),
  ])) as Deduplication;
  expect(own).toMatchObject({ groups: [["a7", "c9"]], n: 3 });
  const rows = (await run("dedupe", [
    file(
      "rows.csv",
      `title,author,year\n${title},"Lee, K",2019\nOther,x,2001,surplus\n${title}.,"Lee, K",2019\n`,
    ),
  ])) as Deduplication;
  expect(rows).toMatchObject({ groups: [["0", "2"]], n: 2 });
});

it("parse gives the shape of a record, with source and no decision, and the rejections", async () => {
  const value = await run("parse", [
    file("one.ris", `TY  - JOUR\nTI  - ${title}\nER  -\nTY  - JOUR\nTI  - cut`),
  ]);
  expect(value).toMatchObject({
    format: "ris",
    records: [
      {
        id: "0",
        title,
        abstract: "",
        authors: [],
        year: null,
        journal: "",
        doi: "",
        pmid: "",
        source: "one.ris",
        decision: null,
      },
    ],
    rejected: [{ file: "one.ris", line: 4 }],
  });
});

it("query takes PICO by word or letter, texts or lists, and names a wrong target", async () => {
  const path = file("p.json", JSON.stringify({ P: ["asthma"], Intervention: "yoga" }));
  expect(await run("query", [], { pico: path })).toMatchObject({
    query: '(asthma[tiab] OR "Asthma"[mh]) AND yoga[tiab]',
  });
  await expect(run("query", [], { pico: path, target: "medline" })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("pubmed, europepmc"),
  });
  await expect(run("query", [], { pico: file("bad.json", "{") })).rejects.toMatchObject({
    code: "badFile",
  });
  await expect(run("query", [])).rejects.toMatchObject({ code: "usage" });
  await expect(run("parse", [join(folder, "absent.ris")])).rejects.toMatchObject({
    code: "notFound",
  });
});
