/** Packs from a hub on this machine that misbehaves on demand. */
import { existsSync, readdirSync, statSync, symlinkSync, unlinkSync } from "node:fs";
// oxlint-disable-next-line no-restricted-imports -- a local stand-in for a model hub, in this test only
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { toErrorShape } from "../../../api/errors.ts";
import { emptyPacks, packFiles, weights } from "./fixtures.ts";
import { installPack } from "./install.ts";
import { currentFolder, fresh, left, refuses } from "./refused-install.ts";

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
  const folder = join(currentFolder(), ".downloads");
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
  expect(seen.at(-1)).toBe(weights.length + (packFiles()["card.md"]?.length ?? 0));
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect((await packs.checkedPack("small")).manifest.id).toBe("small");
});

test("a line that is cut after each short burst never gets further", async () => {
  const burst = 40_000;
  const ranges: number[] = [];
  const address = await hub(packFiles(), (request, response, bytes) => {
    if (!isWeights(request)) return false;
    const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
    ranges.push(from);
    const head = [
      `HTTP/1.1 ${from > 0 ? "206 Partial Content" : "200 OK"}`,
      `content-length: ${bytes.length - from}`,
      'etag: "one"',
      ...(from > 0 ? [`content-range: bytes ${from}-${bytes.length - 1}/${bytes.length}`] : []),
    ];
    // Head, burst and the line's end arrive together, before anything of it can be written.
    response.socket?.end(
      Buffer.concat([
        Buffer.from(`${head.join("\r\n")}\r\n\r\n`),
        bytes.subarray(from, from + burst),
      ]),
    );
    return true;
  });
  const packs = fresh();
  await installPack(address, { packs, patience: 1 });
  expect(ranges).toEqual(Array.from({ length: 8 }, (_, at) => at * burst));
  expect((await packs.checkedPack("small")).manifest.id).toBe("small");
});

test("a hub's store elsewhere gets the hub's token, or cannot be led to", async () => {
  const seen: (string | undefined)[] = [];
  const store = await hub(packFiles(), (request) => {
    seen.push(request.headers.authorization);
    return false;
  });
  const storeServer = server;
  const address = await hub(
    packFiles(),
    (request, response) =>
      isWeights(request) &&
      !!response.writeHead(302, { location: store.replace("manifest.json", "model.onnx") }).end(),
  );
  const packs = fresh();
  await installPack(address, { packs, token: "secret" }).finally(() => storeServer?.close());
  expect(seen).toEqual([undefined]);
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
  await refuses("ftp://models.example/manifest.json", "badInput", /"ftp:.*https only/);
  await refuses("https:///", "badInput", /"https:\/\/\/" is no address/);
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
