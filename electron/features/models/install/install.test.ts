import { existsSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
// oxlint-disable-next-line no-restricted-imports -- a local stand-in for a model hub, in this test only
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { toErrorShape } from "../../../api/errors.ts";
import type { Packs } from "../packs.ts";
import {
  emptyPacks,
  newFolder,
  packFiles,
  weights,
  writePack,
  zipOf,
  type Entry,
} from "./fixtures.ts";
import { installPack, removePack } from "./install.ts";

/** The folder that the test under way installs into. */
let current: Packs | undefined;
const fresh = (): Packs => (current = emptyPacks());

const left = (packs: Packs): string[] =>
  existsSync(packs.userFolder)
    ? readdirSync(packs.userFolder).filter((name) => name !== ".downloads")
    : [];

/** Installing must fail with this code and message, and leave nothing. */
async function refuses(
  source: string,
  code: string,
  message: RegExp,
  more: Partial<Parameters<typeof installPack>[1]> = {},
): Promise<Packs> {
  const packs = fresh();
  await expect(installPack(source, { packs, patience: 1, ...more })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(left(packs)).toEqual([]);
  return packs;
}

function zipFile(entries: readonly Entry[]): string {
  const path = join(newFolder(), "pack.zip");
  writeFileSync(path, zipOf(entries));
  return path;
}

const entriesOf = (files: Record<string, Uint8Array>, root = ""): Entry[] =>
  Object.entries(files).map(([path, bytes]) => ({ path: root + path, bytes }));

test("a folder is installed whole, once, and can be removed", async () => {
  const packs = emptyPacks();
  const source = writePack({ ...packFiles(), "notes/extra.txt": weights });
  await installPack(source, { packs });
  expect(readdirSync(join(packs.userFolder, "small")).toSorted()).toEqual([
    "card.md",
    "manifest.json",
    "model.onnx",
  ]);
  expect((await packs.checkedPack("small")).manifest.title).toBe("A small pack");
  await expect(installPack(source, { packs })).rejects.toMatchObject({ code: "conflict" });
  await removePack("small", packs);
  expect(left(packs)).toEqual([]);
  await expect(removePack("small", packs)).rejects.toMatchObject({ code: "notFound" });
});

test("a folder with a missing, changed, linked or outside file is installed", async () => {
  const missing = writePack(packFiles());
  unlinkSync(join(missing, "model.onnx"));
  await refuses(missing, "packInvalid", /"model\.onnx" is missing/);
  const changed = writePack({ ...packFiles(), "model.onnx": weights.map((value) => value ^ 1) });
  await refuses(changed, "packMismatch", /sha256/);
  const linked = writePack(packFiles());
  unlinkSync(join(linked, "model.onnx"));
  symlinkSync(join(writePack({ other: weights }), "other"), join(linked, "model.onnx"));
  await refuses(linked, "packInvalid", /"model\.onnx" is a link/);
  await refuses(
    writePack(packFiles({ card: "../card.md" })),
    "packInvalid",
    /card: a path inside the pack/,
  );
  await refuses(newFolder(), "packInvalid", /no manifest\.json/);
});

test("a zip is installed from its top or from one folder, and only what its manifest lists", async () => {
  for (const root of ["", "small-1.0.0/"]) {
    const packs = emptyPacks();
    await installPack(
      zipFile([...entriesOf(packFiles(), root), { path: `${root}run-me.sh`, bytes: weights }]),
      { packs },
    );
    expect(readdirSync(join(packs.userFolder, "small")).toSorted()).toEqual([
      "card.md",
      "manifest.json",
      "model.onnx",
    ]);
  }
});

test("a zip writes outside its folder, through a link, or without end", async () => {
  const good = entriesOf(packFiles());
  await refuses(
    zipFile([...good, { path: "../../evil", bytes: weights }]),
    "packInvalid",
    /"\.\.\/\.\.\/evil" lies outside/,
  );
  await refuses(
    zipFile([...good, { path: "/etc/evil", bytes: weights }]),
    "packInvalid",
    /lies outside/,
  );
  await refuses(
    zipFile([...good, { path: "a\\..\\evil", bytes: weights }]),
    "packInvalid",
    /lies outside/,
  );
  await refuses(
    zipFile([
      ...good,
      { path: "link", bytes: new TextEncoder().encode("/etc/passwd"), mode: 0o120777 },
    ]),
    "packInvalid",
    /"link" is a link/,
  );
  const zeros = new Uint8Array(40 << 20);
  const bomb = packFiles({
    files: [{ path: "model.onnx", bytes: zeros.length, sha256: "0".repeat(64) }],
  });
  await refuses(
    zipFile(entriesOf({ ...bomb, "model.onnx": zeros })),
    "packInvalid",
    /would grow \d+-fold/,
  );
  const shy = packFiles({ files: [{ path: "model.onnx", bytes: 1000, sha256: "0".repeat(64) }] });
  await refuses(
    zipFile(
      Object.entries({ ...shy, "model.onnx": zeros }).map(([path, bytes]) => ({
        path,
        bytes,
        ...(path === "model.onnx" ? { says: 1000 } : {}),
      })),
    ),
    "packInvalid",
    /unpacks to more than the 1000 bytes/,
  );
  await refuses(
    zipFile([{ path: "manifest.json", bytes: new Uint8Array(8 << 20), says: 8 << 20 }]),
    "packInvalid",
    /manifest\.json has 8388608 bytes/,
  );
});

test("a cut, wrong or lying zip is installed in part", async () => {
  const whole = zipOf(entriesOf(packFiles()));
  for (const bytes of [
    whole.subarray(0, whole.length / 2),
    whole.subarray(0, whole.length - 30),
    new TextEncoder().encode("not a zip at all, only some words"),
  ]) {
    const path = join(newFolder(), "pack.zip");
    writeFileSync(path, bytes);
    await refuses(path, "packInvalid", /refused/);
  }
  await refuses(
    zipFile(entriesOf({ ...packFiles(), "model.onnx": weights.subarray(1) })),
    "packMismatch",
    /299999 bytes in the zip, its manifest says 300000/,
  );
  await refuses(zipFile(entriesOf({ "card.md": weights })), "packInvalid", /0 manifest\.json/);
});

test("a pack that does not fit on the disk is begun", async () => {
  await refuses(writePack(packFiles()), "diskFull", /MiB are free/, {
    freeBytes: async () => 1000,
  });
});

test.skipIf(!existsSync("/dev/full"))(
  "a disk that fills up while a pack is fetched leaves half a pack, or says something else",
  async () => {
    let state: "cut" | "gone" | "well" = "cut";
    const address = await hub(packFiles(), (request, response, bytes) => {
      if (!isWeights(request) || state === "well") return false;
      if (state === "gone") return !!response.destroy();
      state = "gone";
      return cut(response, bytes, 0);
    });
    const packs = await refuses(address, "network", /goes on from byte 100000/);
    const downloads = join(packs.userFolder, ".downloads");
    const part = readdirSync(downloads, { recursive: true, encoding: "utf8" }).find((name) =>
      name.endsWith(".part"),
    );
    if (part === undefined) throw new Error("nothing was fetched");
    // Writing there fails as on a full disk, byte one.
    unlinkSync(join(downloads, part));
    symlinkSync("/dev/full", join(downloads, part));
    state = "well";
    const failure: unknown = await installPack(address, { packs, patience: 1 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(toErrorShape(failure)).toMatchObject({ code: "diskFull" });
    expect(left(packs)).toEqual([]);
    unlinkSync(join(downloads, part));
    await installPack(address, { packs, patience: 1 });
    expect((await packs.checkedPack("small")).manifest.id).toBe("small");
  },
);

// A hub on this machine that misbehaves on demand.
let server: Server | undefined;
afterEach(() => server?.close());

type Answer = (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => boolean;
async function hub(
  files: Record<string, Uint8Array>,
  misbehave: Answer = () => false,
): Promise<string> {
  server = createServer((request, response) => {
    const bytes = files[(request.url ?? "").slice(1)];
    if (bytes === undefined) return void response.writeHead(404).end();
    if (misbehave(request, response, bytes)) return;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": bytes.length - from,
      etag: '"one"',
      ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    response.end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/manifest.json`;
}

const isWeights = (request: IncomingMessage): boolean => request.url === "/model.onnx";

const isArrived = (bytes: number): boolean => {
  const folder = join(current?.userFolder ?? "", ".downloads");
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).some(
    (name) => statSync(join(folder, name)).size === bytes,
  );
};

/** Sends a third, and drops the line once it is on the other side's disk: a busy machine takes its time. */
function cut(response: ServerResponse, bytes: Uint8Array, from: number): true {
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": bytes.length - from,
    etag: '"one"',
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  response.write(bytes.subarray(from, from + 100_000));
  const waiting = setInterval(() => {
    if (!isArrived(from + 100_000)) return;
    clearInterval(waiting);
    response.destroy();
  }, 5);
  return true;
}

test("a cut download starts from the beginning instead of where it stopped", async () => {
  const ranges: string[] = [];
  const address = await hub(packFiles(), (request, response, bytes) => {
    if (!isWeights(request)) return false;
    ranges.push(request.headers.range ?? "all");
    return (
      ranges.length <= 2 &&
      cut(response, bytes, Number(/\d+/.exec(request.headers.range ?? "0")?.[0]))
    );
  });
  const packs = fresh();
  const seen: number[] = [];
  await installPack(address, { packs, patience: 1, emit: ({ done }) => void seen.push(done) });
  expect(ranges).toEqual(["all", "bytes=100000-", "bytes=200000-"]);
  expect(seen.at(-1)).toBe(weights.length);
  expect((await packs.checkedPack("small")).manifest.id).toBe("small");
});

test("what a failed try fetched is lost to the next one", async () => {
  let dead = false;
  const ranges: string[] = [];
  const address = await hub(packFiles(), (request, response, bytes) => {
    if (!isWeights(request)) return false;
    if (dead) {
      response.destroy();
      return true;
    }
    if (ranges.length === 0) {
      dead = true;
      ranges.push("first");
      return cut(response, bytes, 0);
    }
    ranges.push(request.headers.range ?? "all");
    return false;
  });
  const packs = await refuses(address, "network", /goes on from byte 100000/);
  dead = false;
  await installPack(address, { packs, patience: 1 });
  expect(ranges).toEqual(["first", "bytes=100000-"]);
});

test("a damaged download is installed, or kept and tried again for ever", async () => {
  const address = await hub({ ...packFiles(), "model.onnx": weights.map((value) => value ^ 8) });
  const packs = await refuses(address, "packMismatch", /damaged on the way/);
  expect(readdirSync(join(packs.userFolder, ".downloads"))).toEqual([]);
});

test("a server that ignores ranges doubles the file's beginning", async () => {
  let calls = 0;
  const address = await hub(packFiles(), (request, response, bytes) => {
    if (!isWeights(request)) return false;
    calls += 1;
    if (calls === 1) return cut(response, bytes, 0);
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    return true;
  });
  await installPack(address, { packs: fresh(), patience: 1 });
  expect(calls).toBe(2);
});

test("throttling, missing tokens and missing files are told apart", async () => {
  let busy = 2;
  const throttled = await hub(
    packFiles(),
    (request, response) =>
      isWeights(request) && busy-- > 0 && !!response.writeHead(429, { "retry-after": "0" }).end(),
  );
  await installPack(throttled, { packs: emptyPacks(), patience: 1 });
  server?.close();
  const gated = await hub(
    packFiles(),
    (request, response) =>
      request.headers.authorization !== "Bearer secret" && !!response.writeHead(401).end(),
  );
  await refuses(gated, "unauthorized", /access token/);
  await installPack(gated, { packs: emptyPacks(), token: "secret" });
  server?.close();
  const partial = packFiles();
  delete partial["model.onnx"];
  await refuses(await hub(partial), "notFound", /model\.onnx is not there/);
});

test("more than the manifest promises is written to the disk", async () => {
  const address = await hub(packFiles(), (request, response, bytes) => {
    if (!isWeights(request)) return false;
    response.writeHead(200);
    response.end(Buffer.concat([bytes, bytes]));
    return true;
  });
  await refuses(address, "packMismatch", /more than the 300000 bytes/);
});

test("models travel over plain http from another machine", async () => {
  await refuses("http://models.example/manifest.json", "badInput", /https only/);
});
