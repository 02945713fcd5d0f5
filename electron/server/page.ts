/** The built page. The list of servable files is read once: a request can only name one of them. */
import { createReadStream, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { ServerResponse } from "node:http";
import { contentType } from "./headers.ts";

export function openPage(folder: string) {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join("/")}`, path);
  }
  return (response: ServerResponse, pathname: string): void => {
    // Every address that is not a file is a place inside the app.
    const path = files.get(pathname) ?? (pathname.includes(".") ? undefined : files.get("/index.html"));
    if (path === undefined) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found");
      return;
    }
    // Vite names these by content hash, so they never change under their name.
    const lasting = pathname.startsWith("/assets-built/") ? { "Cache-Control": "public, max-age=31536000, immutable" } : {};
    response.writeHead(200, { "Content-Type": contentType(path), ...lasting });
    createReadStream(path).pipe(response);
  };
}
