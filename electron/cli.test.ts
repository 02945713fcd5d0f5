import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "evidesk-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
function evidesk(...args: string[]): { rc: number | null; out: unknown; said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "cli.ts"),
      ...args,
      "--json",
      "--data",
      join(folder, "data"),
    ],
    { encoding: "utf8" },
  );
  return { rc: status, out: stdout === "" ? null : JSON.parse(stdout), said: stderr };
}

const trial = file(
  "trial.txt",
  "Yoga for back pain: a randomised trial\n\nMethods\n\nA total of 60 participants were randomised to yoga (n = 30) or usual care (n = 30).\n",
);
const fields = file("fields.json", JSON.stringify([{ name: "Sample size" }]));
const ris = file(
  "one.ris",
  "TY  - JOUR\nTI  - Yoga for back pain: a randomised trial of many weeks\nPY  - 2019\nER  - \n",
);
const nowhere = join(folder, "nowhere.pdf");

describe("when one of several inputs fails, the others' results are printed and the command ends with 1", () => {
  it("extract", () => {
    const { rc, out, said } = evidesk("extract", nowhere, trial, "--fields", fields);
    expect(rc).toBe(1);
    expect(out).toMatchObject([
      { file: nowhere, fields: [{ status: "failed" }], error: { code: "notFound" } },
      { file: trial, fields: [{ value: "60", status: "verified" }] },
    ]);
    expect(said).toContain(`There is no file "${nowhere}".`);
    expect(said).not.toContain("ENOENT");
  });
  it("import, which brings the readable files in", () => {
    const review = join(folder, "some.evidesk");
    const { rc, out, said } = evidesk("import", review, nowhere, ris);
    expect({ rc, out }).toMatchObject({
      rc: 1,
      out: { imported: 1, rejected: [{ file: nowhere }] },
    });
    expect(said).not.toContain("ENOENT");
  });
  it("dedupe", () => {
    expect(evidesk("dedupe", ris, nowhere)).toMatchObject({ rc: 1, out: { n: 1 } });
  });
  it("and all is well when none fails", () => {
    expect(evidesk("extract", trial, "--fields", fields).rc).toBe(0);
  });
});

describe("what is wrong is said", () => {
  it("by import, of nothing that came in, without calling it imported first", () => {
    const { rc, said } = evidesk("import", join(folder, "none.evidesk"), file("not.ris", "hello"));
    expect(rc).toBe(1);
    expect(said).toContain("Nothing was imported");
    expect(said).not.toMatch(/^Imported$/m);
    expect(evidesk("import", join(folder, "none.evidesk"), nowhere).said).not.toContain("ENOENT");
  });
  it("by a usage error, of the option that is missing", () => {
    expect(evidesk("read", "film.png")).toMatchObject({
      rc: 2,
      said: expect.stringContaining("--ask is missing"),
    });
    expect(evidesk("tag", trial).said).toContain("--pack is missing");
  });
  it("by an export that holds no record", () => {
    const review = join(folder, "empty.evidesk");
    evidesk("import", review, ris);
    const { rc, said } = evidesk("export", review, "--format", "bibtex", "--out", folder);
    expect(rc).toBe(0);
    expect(said).toContain("No record is included");
  });
  it("by a file of criteria, once and in words", () => {
    const set = file("set.csv", "id,title,abstract\n1,Yoga,Back pain\n");
    const wrong = file("wrong.json", JSON.stringify({ inclusion: "adults" }));
    const { said } = evidesk("rank", set, "--criteria", wrong);
    expect(said).toContain('"title" is missing');
    expect(said.replace("evidesk: ", "").split(": ")).toHaveLength(2);
  });
});

describe("papers behind a lock and on scans", () => {
  const scan = join(import.meta.dirname, "features/extraction/fixtures/scan.pdf");
  it("--recognise reads a scan; without it the page is named as unread", () => {
    expect(evidesk("text", scan)).toMatchObject({ rc: 0, out: { coverage: 0 } });
    const { rc, out } = evidesk("text", scan, "--recognise");
    expect(rc).toBe(0);
    expect(JSON.stringify(out)).toContain("A total of 60 participants were randomised");
  });
  const shared = process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../shared");
  const locked = join(shared, "data/text/pdfs/dev/edge_cases/2206.01062_pg3.pdf");
  const isThere = ((): boolean => {
    try {
      return readFileSync(locked).length > 0;
    } catch {
      return false;
    }
  })();
  it.skipIf(!isThere)(
    "--password opens a protected PDF, a wrong one is told (needs ../shared)",
    () => {
      expect(evidesk("text", locked)).toMatchObject({
        rc: 1,
        out: { error: { code: "passwordRequired" } },
      });
      expect(evidesk("text", locked, "--password", "no").rc).toBe(1);
      const { rc, out } = evidesk("text", locked, "--password", "1234");
      expect(rc).toBe(0);
      expect(out).toMatchObject({ coverage: 1, title: expect.stringContaining("DocLayNet") });
    },
  );
});

it("extract-results gives no sizes to arms that the paper does not have", () => {
  const { out } = evidesk(
    ...["extract-results", trial, "--intervention", "bananas"],
    ...["--comparator", "oranges", "--outcome", "pain"],
  );
  const none = { events: null, n: null, mean: null, sd: null };
  expect(out).toMatchObject({ status: "notReported", intervention: none, comparator: none });
});

describe("models bench of a pack that writes times nothing, or ends with an error", () => {
  const fixtures = join(import.meta.dirname, "features", "models", "fixtures");
  const bench = (id: string): void => {
    const { rc, out } = evidesk("models", "bench", id, "--runs", "3");
    expect(rc).toBe(0);
    expect(out).toMatchObject([
      {
        id,
        device: "cpu",
        writes: { tokensPerSecond: expect.any(Number), firstMs: expect.any(Number) },
      },
    ]);
    const [one] = out as { writes: { tokensPerSecond: number }; ratioToRuntime: number }[];
    expect(one?.writes.tokensPerSecond).toBeGreaterThan(0);
    expect(
      one?.ratioToRuntime,
      "the whole call takes longer than the runtime in it",
    ).toBeGreaterThan(0.99);
  };
  it.each(["decoder-tiny", "vila-tiny"])("%s, an ONNX decoder alone and one that sees", (id) => {
    cpSync(join(fixtures, id), join(folder, "data", "packs", id), { recursive: true });
    bench(id);
  });
  it("a GGUF file added by itself", () => {
    const added = evidesk("models", "add", join(fixtures, "llama-tiny", "model.gguf"));
    bench((added.out as { id: string }).id);
  });
});

describe("calibrate keeps nothing, or classify asks as if it had not been", () => {
  const id = "xrv-ensemble-tiny";
  const samples = join(import.meta.dirname, "..", "samples", "images");
  it("an ensemble of three on four films", () => {
    const fixtures = join(import.meta.dirname, "features", "models", "fixtures");
    cpSync(join(fixtures, id), join(folder, "data", "packs", id), { recursive: true });
    for (const name of ["adult-pa.jpg", "child-normal.jpg", "child-pneumonia.jpg"])
      cpSync(join(samples, name), join(folder, name));
    const table = "file,Pneumonia\nadult-pa.jpg,0\nchild-normal.jpg,0\nchild-pneumonia.jpg,1\n";
    const truth = file("truth.csv", table);
    const { rc, out } = evidesk("calibrate", id, "--truth", truth, "--on", "three films");
    expect(rc).toBe(0);
    expect(out).toMatchObject({ kind: "any", measured: { n: 3, all: { calls: 3 } } });
    const film = join(folder, "adult-pa.jpg");
    const asked = evidesk("classify", film, "--expert", id, "--effort", "balanced").out;
    expect(asked).toMatchObject([{ asked: { effort: "balanced", calibratedOn: "three films" } }]);
    const none = file("none.csv", "file,Pneumonia\nadult-pa.jpg,0\nchild-normal.jpg,0\n");
    expect(evidesk("calibrate", id, "--truth", none, "--on", "x").out).toMatchObject({
      error: { code: "badInput", message: expect.stringContaining("both present and absent") },
    });
  });
});
