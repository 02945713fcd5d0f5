/** `app://evidesk/…`: the page and the assets, by id; no path of the disk ever comes from a URL. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { protocol } from "electron";
import { partOf, type AssetStore } from "../features/review/assets.ts";
import { openPageFiles } from "../page-files.ts";
import { securityHeaders } from "../page-headers.ts";

/** Must run before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: "app",
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    },
  ]);
}

const body = (stream: Readable): ReadableStream<Uint8Array> =>
  Readable.toWeb(stream) as ReadableStream<Uint8Array>;

export function handleScheme(pageFolder: string, assets: AssetStore): void {
  const page = openPageFiles(pageFolder);
  protocol.handle("app", async (request) => {
    const url = new URL(request.url);
    if (url.host !== "evidesk") return new Response("Not found", { status: 404 });
    if (/^\/assets(\/|$)/.test(url.pathname)) return answerAsset(request, url, assets);
    const file = request.method === "GET" ? page(url.pathname) : undefined;
    if (file === undefined)
      return new Response("Not found", { status: 404, headers: securityHeaders });
    return new Response(body(createReadStream(file.path)), {
      headers: { ...securityHeaders, "Content-Type": file.type },
    });
  });
}

async function answerAsset(request: Request, url: URL, assets: AssetStore): Promise<Response> {
  if (request.method === "POST" && url.pathname === "/assets/many")
    return Response.json(await assets.putMany(new Uint8Array(await request.arrayBuffer())), {
      headers: securityHeaders,
    });
  if (request.method === "POST" && url.pathname === "/assets") {
    const about = {
      name: url.searchParams.get("name") ?? "file",
      type: request.headers.get("content-type") ?? "application/octet-stream",
    };
    return Response.json(await assets.put(new Uint8Array(await request.arrayBuffer()), about), {
      headers: securityHeaders,
    });
  }
  const id = /^\/assets\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
  if (request.method !== "GET" || id === undefined)
    return new Response("Not found", { status: 404, headers: securityHeaders });
  try {
    const info = await assets.info(id);
    const part = partOf(request.headers.get("range"), info.bytes);
    const headers = {
      ...securityHeaders,
      "Content-Type": info.type,
      "Content-Length": String(part ? part.end - part.start + 1 : info.bytes),
      ...(part ? { "Content-Range": `bytes ${part.start}-${part.end}/${info.bytes}` } : {}),
    };
    return new Response(body(assets.stream(id, part ?? {})), {
      headers,
      status: part ? 206 : 200,
    });
  } catch {
    return new Response("Not found", { status: 404, headers: securityHeaders });
  }
}
