/** A pack over https through a proxy: the whole command, a proxy that counts, a hub with its own certificate. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
// oxlint-disable-next-line no-restricted-imports -- a local stand-in for a proxy, in this test only
import { createServer } from "node:http";
import { createServer as createHub } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { programFolder } from "../../../places.ts";
import { newFolder, packFiles } from "./fixtures.ts";

const folder = newFolder();
const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

function makeCertificate(): void {
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hub.test"],
      ...["-addext", "subjectAltName=DNS:hub.test", "-keyout", key, "-out", certificate],
    ],
    { stdio: "ignore" },
  );
}

const listening = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
  });

function startHub(): Promise<number> {
  const files = packFiles();
  return listening(
    createHub({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
      const body = files[request.url?.slice("/small/".length) ?? ""];
      response.writeHead(body ? 200 : 404).end(body);
    }),
  );
}

type Asked = { target: string | undefined; authorization: string | undefined };

/** Tunnels everything to the hub, and refuses whoever does not name the password. */
async function startProxy(hub: number): Promise<{ port: number; asked: Asked[] }> {
  const asked: Asked[] = [];
  const proxy = createServer().on("connect", (request, socket: Socket) => {
    const authorization = request.headers["proxy-authorization"];
    asked.push({ target: request.url, authorization });
    if (authorization !== `Basic ${Buffer.from("ward:secret").toString("base64")}`)
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const through = connect(hub, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      through.pipe(socket).pipe(through);
    });
    for (const end of [socket, through]) end.on("error", () => through.destroy());
    return undefined;
  });
  return { port: await listening(proxy), asked };
}

function addThrough(proxy: string): Promise<{ code: number | null; value: unknown }> {
  const child = spawn(
    process.execPath,
    [
      ...["--disable-warning=ExperimentalWarning", "electron/cli.ts", "models", "add"],
      ...[
        "https://hub.test/small/manifest.json",
        "--proxy",
        proxy,
        "--json",
        "--data",
        newFolder(),
      ],
    ],
    {
      cwd: programFolder,
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, value: JSON.parse(text) })),
  );
}

test.skipIf(!hasOpenssl)(
  "a site behind a proxy cannot fetch packs, or its password is not sent",
  async () => {
    makeCertificate();
    const { port, asked } = await startProxy(await startHub());
    expect(await addThrough(`http://ward:secret@127.0.0.1:${port}`)).toMatchObject({
      code: 0,
      value: { id: "small", status: "ready" },
    });
    // hub.test is no machine: only the proxy can have known the way.
    expect(new Set(asked.map(({ target }) => target))).toEqual(new Set(["hub.test:443"]));
  },
);

test("a proxy's address with a path, or of another kind, is taken and fails later", async () => {
  for (const wrong of ["socks5://127.0.0.1:1080", "http://127.0.0.1:3128/path"]) {
    const { code, value } = await addThrough(wrong);
    expect(code).toBe(1);
    expect(value).toMatchObject({ error: { code: "badInput" } });
  }
});
