/** `npm start`: the desktop window where Electron can run, else the same app in the browser, said in one line. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { toErrorShape } from "./api/errors.ts";
import { keepCompiled } from "./compiled.ts";
import { defaultDataFolder, pageFolder, programFolder } from "./places.ts";

const usage = "npm start -- [--port N] [--data DIR]";

/** What the command line asks for; a wrong flag is said, not passed over. */
function asked(): { port: number; dataFolder: string } {
  try {
    const { values } = parseArgs({
      options: { port: { type: "string" }, data: { type: "string" } },
    });
    const port = Number(values.port ?? process.env["PORT"] ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
    return { port, dataFolder: resolve(values.data ?? defaultDataFolder()) };
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : ""}\nUsage: ${usage}\n`);
    process.exit(2);
  }
}

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

const { port, dataFolder } = asked();
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
  const env = { ...process.env, EVIDESK_DATA: dataFolder };
  spawn(process.execPath, [forge, "start"], { cwd: programFolder, stdio: "inherit", env }).on(
    "exit",
    (code) => process.exit(code ?? 0),
  );
} else {
  buildPage();
  keepCompiled();
  const { serve } = await import("./serve.ts");
  const host = await serve({ dataFolder, port, open: !process.env["CI"] }).catch(
    (thrown: unknown) => {
      process.stderr.write(`${toErrorShape(thrown).message}\n`);
      process.exit(1);
    },
  );
  process.stdout.write(
    `No desktop window here (${reason}), so Evidesk runs in the browser: ${host.url}\n`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void host.close().then(() => process.exit(0)));
}
