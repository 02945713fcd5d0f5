/** Where things lie: the program's own folders and the user's data folder on each platform. */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const programFolder = dirname(dirname(fileURLToPath(import.meta.url)));
export const pageFolder = join(programFolder, "dist", "renderer");
export const bundledPacksFolder = join(programFolder, "models");
export const samplesFolder = join(programFolder, "samples");

export function defaultDataFolder(): string {
  const { env, platform } = process;
  if (env["EVIDESK_DATA"]) return env["EVIDESK_DATA"];
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Evidesk");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Evidesk");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "evidesk");
}
