/** The built page as a closed list: a request can only name a file of it, never a path. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

export type PageFile = { path: string; type: string; lasting: boolean };

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Reads the folder once; answers a URL path with its file, or undefined. */
export function openPageFiles(folder: string): (pathname: string) => PageFile | undefined {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join("/")}`, path);
  }
  return (pathname) => {
    // Every address that is not a file is a place inside the app.
    const path =
      files.get(pathname) ?? (pathname.includes(".") ? undefined : files.get("/index.html"));
    if (path === undefined) return undefined;
    const type =
      types[path.slice(path.lastIndexOf(".")).toLowerCase()] ?? "application/octet-stream";
    // Vite names built files by content hash, so they never change under their name.
    return { path, type, lasting: pathname.startsWith("/assets-built/") };
  };
}
