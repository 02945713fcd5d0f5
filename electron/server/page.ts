/** Sends files of the built page. */
import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { openPageFiles } from "../page-files.ts";

export function openPage(folder: string) {
  const find = openPageFiles(folder);
  return (response: ServerResponse, pathname: string): void => {
    const file = find(pathname);
    if (file === undefined) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found");
      return;
    }
    const cache = file.lasting ? { "Cache-Control": "public, max-age=31536000, immutable" } : {};
    response.writeHead(200, { "Content-Type": file.type, ...cache });
    // A page rebuilt while it is served may be gone: that request ends, the host goes on.
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response);
  };
}
