/** `npm start`: the desktop window where Electron can run, else the same app in the browser, said in one line. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { defaultDataFolder, pageFolder, programFolder } from "./places.ts";
import { serve } from "./serve.ts";

const require = createRequire(import.meta.url);
const downloadSeconds = 120;

/** Null when the desktop window can open, else the reason why not. */
function whyNoDesktop(): string | null {
  if (process.env["EVIDESK_BROWSER"]) return "EVIDESK_BROWSER is set";
  if (process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"])
    return "there is no display";
  const folder = join(require.resolve("electron/package.json"), "..");
  if (existsSync(join(folder, "path.txt"))) return null;
  process.stdout.write("Fetching the Electron program once…\n");
  const fetched = spawnSync(process.execPath, [join(folder, "install.js")], {
    stdio: "ignore",
    timeout: downloadSeconds * 1000,
  });
  return fetched.status === 0 && existsSync(join(folder, "path.txt"))
    ? null
    : "the Electron program cannot be downloaded";
}

const newest = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (latest, entry) =>
      entry.isFile()
        ? Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
        : latest,
    0,
  );

/** Builds the page unless the built one is newer than its sources. */
function buildPage(): void {
  const built = join(pageFolder, "index.html");
  const sources = Math.max(
    newest(join(programFolder, "renderer")),
    newest(join(programFolder, "electron", "api")),
  );
  if (existsSync(built) && statSync(built).mtimeMs > sources) return;
  process.stdout.write("Building the page…\n");
  const result = spawnSync(
    process.execPath,
    [
      join(require.resolve("vite/package.json"), "..", "bin", "vite.js"),
      "build",
      "--logLevel",
      "error",
    ],
    { cwd: programFolder, stdio: "inherit" },
  );
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const reason = whyNoDesktop();
if (reason === null) {
  buildPage();
  const forge = join(
    programFolder,
    "node_modules",
    "@electron-forge",
    "cli",
    "dist",
    "electron-forge.js",
  );
  spawn(process.execPath, [forge, "start"], { cwd: programFolder, stdio: "inherit" }).on(
    "exit",
    (code) => process.exit(code ?? 0),
  );
} else {
  buildPage();
  const host = await serve({
    dataFolder: defaultDataFolder(),
    port: Number(process.env["PORT"] ?? 0),
    open: !process.env["CI"],
  });
  process.stdout.write(
    `No desktop window here (${reason}), so Evidesk runs in the browser: ${host.url}\n`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void host.close().then(() => process.exit(0)));
}
