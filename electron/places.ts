/** Where things lie: the program's own folders and the user's data folder on each platform. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, whether these are the sources or a bundle in `.vite/build`. */
function findProgramFolder(from: string): string {
  const above = dirname(from);
  return existsSync(join(from, "package.json")) || above === from ? from : findProgramFolder(above);
}

export const programFolder = findProgramFolder(dirname(fileURLToPath(import.meta.url)));
export const pageFolder = join(programFolder, "dist", "renderer");
/** Native code opens weights by path, so a packaged app keeps them outside its archive. */
export const bundledPacksFolder = join(
  programFolder.replace(/app\.asar$/, "app.asar.unpacked"),
  "models",
);
export const promptsFolder = join(programFolder, "prompts");
export const samplesFolder = join(programFolder, "samples");

export function defaultDataFolder(): string {
  const { env, platform } = process;
  if (env["EVIDESK_DATA"]) return env["EVIDESK_DATA"];
  if (platform === "win32")
    return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Evidesk");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Evidesk");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "evidesk");
}
