import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../api/errors.ts";
import { openAssets } from "../features/review/assets.ts";
import { startHost, type Host } from "./http.ts";

let host: Host;
let cancelled: Promise<void>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-http-"));
  mkdirSync(join(folder, "page"));
  writeFileSync(join(folder, "page", "index.html"), "<!doctype html><title>Evidesk</title>");
  writeFileSync(join(folder, "secret.txt"), "secret");
  let sawCancel: () => void;
  cancelled = new Promise((resolve) => (sawCancel = resolve));
  host = await startHost({
    port: 0,
    pageFolder: join(folder, "page"),
    assets: openAssets(join(folder, "assets")),
    dispatch: async (name, input, { signal, emit }) => {
      if (name === "test.fail") throw new AppError("notFound", "No such thing.", { id: 1 });
      if (name === "test.slow") {
        emit({ done: 1, total: 2, label: "half" });
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        sawCancel();
      }
      emit({ saw: input });
      return { ok: true };
    },
  });
});
afterAll(() => host.close());

type Answer = {
  status: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
};

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: host.port,
        path,
        method: options.method ?? "GET",
        headers: options.headers,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: response.headers,
          }),
        );
      },
    );
    call.on("error", reject);
    call.end(options.body);
  });
}

const json = (): Record<string, string> => ({
  "Content-Type": "application/json",
  Authorization: `Bearer ${host.token}`,
});
const rpc = (name: string, body: unknown, headers = json()): Promise<Answer> =>
  ask(`/rpc/${name}`, { method: "POST", headers, body: JSON.stringify(body) });

test("a call answers with its events, then exactly one value or error", async () => {
  const answer = await rpc("test.echo", { a: 1 });
  expect(
    answer.body
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([{ event: { saw: { a: 1 } } }, { value: { ok: true } }]);
  const failed = await rpc("test.fail", {});
  expect(JSON.parse(failed.body)).toEqual({
    error: { code: "notFound", message: "No such thing.", data: { id: 1 } },
  });
});

test("a rebound host name, a foreign origin and a missing or wrong token are refused on every route", async () => {
  const routes: [string, string][] = [
    ["GET", "/"],
    ["POST", "/rpc/test.echo"],
    ["GET", `/assets/${"0".repeat(64)}`],
    ["POST", "/assets?name=a"],
  ];
  for (const [method, path] of routes) {
    expect(
      (await ask(path, { method, headers: { ...json(), Host: `evil.test:${host.port}` } })).status,
    ).toBe(421);
    expect(
      (await ask(path, { method, headers: { ...json(), Origin: "http://evil.test" } })).status,
    ).toBe(403);
    expect(
      (await ask(path, { method, headers: { ...json(), Origin: `http://evil.test:${host.port}` } }))
        .status,
    ).toBe(403);
    expect(
      (await ask(path, { method, headers: { ...json(), "Sec-Fetch-Site": "cross-site" } })).status,
    ).toBe(403);
    if (path === "/") continue;
    expect((await ask(path, { method })).status).toBe(401);
    expect((await ask(path, { method, headers: { Authorization: "Bearer wrong" } })).status).toBe(
      401,
    );
  }
});

test("the page carries the policy, and never the token", async () => {
  const page = await ask("/");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  expect(page.body).not.toContain(host.token);
});

test("no path reaches outside the built page", async () => {
  for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//secret.txt"]) {
    const answer = await ask(path);
    expect(answer.body).not.toContain("secret");
  }
});

test("bytes go in and come out by their hash", async () => {
  const bytes = new Uint8Array([0, 255, 10, 13, 7]);
  const stored = await ask("/assets?name=%C3%BC.pdf", {
    method: "POST",
    headers: { Authorization: `Bearer ${host.token}`, "Content-Type": "application/pdf" },
    body: bytes,
  });
  const info = JSON.parse(stored.body);
  expect(info).toMatchObject({
    name: "ü.pdf",
    bytes: 5,
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const back = await fetch(`http://127.0.0.1:${host.port}/assets/${info.id}`, {
    headers: { Authorization: `Bearer ${host.token}` },
  });
  expect(new Uint8Array(await back.arrayBuffer())).toEqual(bytes);
  expect(back.headers.get("content-disposition")).toContain("attachment");
  // A long series is drawn before it is whole: slices are asked for by their place.
  const part = (range: string) =>
    fetch(`http://127.0.0.1:${host.port}/assets/${info.id}`, {
      headers: { Authorization: `Bearer ${host.token}`, Range: range },
    });
  const middle = await part("bytes=1-3");
  expect([middle.status, middle.headers.get("content-range")]).toEqual([206, "bytes 1-3/5"]);
  expect(new Uint8Array(await middle.arrayBuffer())).toEqual(bytes.slice(1, 4));
  expect((await (await part("bytes=4-")).arrayBuffer()).byteLength).toBe(1);
  expect((await part("bytes=9-12")).status).toBe(400);
  expect((await part("pages=1-2")).status).toBe(200);
});

test("closing the connection cancels the call behind it", async () => {
  const controller = new AbortController();
  const response = await fetch(`http://127.0.0.1:${host.port}/rpc/test.slow`, {
    method: "POST",
    headers: json(),
    body: "{}",
    signal: controller.signal,
  });
  await response.body?.getReader().read();
  controller.abort();
  await cancelled;
});
