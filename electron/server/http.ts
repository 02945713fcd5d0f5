/** The loopback host: the same app as in the window, for a browser on this machine (or over `ssh -L`). */
import { AppError } from "../api/errors.ts";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import type { AssetStore } from "../features/review/assets.ts";
import { answerAsset } from "./assets.ts";
import { refuseStranger, refuseTokenless } from "./guard.ts";
import { securityHeaders } from "../page-headers.ts";
import { openPage } from "./page.ts";
import { answerCall, type Dispatch } from "./rpc.ts";

export type Host = {
  url: string;
  host: string;
  port: number;
  token: string;
  close: () => Promise<void>;
};
type HostOptions = { dispatch: Dispatch; assets: AssetStore; pageFolder: string; port: number };

/** Listens on 127.0.0.1 only. The token is new at each start and travels in the URL's fragment. */
export async function startHost({
  dispatch,
  assets,
  pageFolder,
  port,
}: HostOptions): Promise<Host> {
  const token = randomBytes(32).toString("base64url");
  const page = openPage(pageFolder);
  const server = createServer((request, response) => {
    const bound = (server.address() as AddressInfo).port;
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const url = new URL(request.url ?? "/", "http://evidesk.invalid");
    const isData = url.pathname.startsWith("/rpc/") || /^\/assets(\/|$)/.test(url.pathname);
    const refusal =
      refuseStranger(request.headers, bound) ??
      (isData ? refuseTokenless(request.headers, token) : null);
    if (refusal) {
      response
        .writeHead(refusal.status, { "Content-Type": "text/plain", Connection: "close" })
        .end(refusal.message);
    } else if (url.pathname.startsWith("/rpc/") && request.method === "POST") {
      void answerCall(request, response, url.pathname.slice("/rpc/".length), dispatch);
    } else if (isData) {
      void answerAsset(request, response, url, assets);
    } else if (request.method === "GET" || request.method === "HEAD") {
      page(response, url.pathname);
    } else {
      response.writeHead(405).end();
    }
  });
  const bound = await listen(server, port);
  const host = `127.0.0.1:${bound}`;
  return {
    url: `http://${host}/#token=${token}`,
    host: "127.0.0.1",
    port: bound,
    token,
    close: () => stop(server),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new AppError(
              "conflict",
              `Port ${port} is taken by another program. Choose another one.`,
            )
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
