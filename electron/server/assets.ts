/** Bytes by id over HTTP. No path ever comes from the client. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { AppError, toErrorShape } from "../api/errors.ts";
import { partOf, type AssetStore } from "../features/review/assets.ts";

export async function answerAsset(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  assets: AssetStore,
): Promise<void> {
  try {
    if (request.method === "POST" && url.pathname === "/assets/many") {
      json(response, 200, await assets.putMany(await bodyOf(request)));
      return;
    }
    if (request.method === "POST" && url.pathname === "/assets") {
      const info = await assets.put(request, {
        name: url.searchParams.get("name") ?? "file",
        type: request.headers["content-type"] ?? "application/octet-stream",
      });
      json(response, 200, info);
      return;
    }
    const id = /^\/assets\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
    if (request.method !== "GET" || id === undefined)
      throw new AppError("notFound", "Assets are read by id and stored by POST.");
    const info = await assets.info(id);
    // Stored files may be anything: they are handed out as downloads, never as pages.
    const part = partOf(request.headers.range, info.bytes);
    response.writeHead(part ? 206 : 200, {
      "Content-Type": /^(image\/(png|jpeg)|application\/(pdf|json)|text\/plain)$/.test(info.type)
        ? info.type
        : "application/octet-stream",
      "Content-Length": part ? part.end - part.start + 1 : info.bytes,
      ...(part ? { "Content-Range": `bytes ${part.start}-${part.end}/${info.bytes}` } : {}),
      "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(info.name)}`,
    });
    await pipeline(assets.stream(id, part ?? {}), response);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else
      json(response, thrown instanceof AppError && thrown.code === "notFound" ? 404 : 400, {
        error: toErrorShape(thrown),
      });
  }
}

/** Larger files come one by one, as streams. */
const mostAtOnce = 256 << 20;

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const length = Number(request.headers["content-length"]);
  if (!(length <= mostAtOnce))
    throw new AppError(
      "badInput",
      `Files sent together may have ${mostAtOnce} bytes; these have ${request.headers["content-length"] ?? "an unknown number"}.`,
    );
  const body = new Uint8Array(length);
  let at = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    body.set(chunk, at);
    at += chunk.length;
  }
  if (at < length) throw new AppError("network", `Only ${at} of ${length} bytes came.`);
  return body;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
}
