/** Browser entry: the same app behind loopback HTTP. Run by `evidesk serve` and `npm start`. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "./api/errors.ts";
import { forkWorker } from "./features/models/fork-worker.ts";
import { createApp } from "./app.ts";
import { openDatabase } from "./features/audit/ledger.ts";
import { pageFolder } from "./places.ts";
import { ensureSamples } from "./samples.ts";
import { startHost, type Host } from "./server/http.ts";

/** Starts serving; one host per data folder, so that two never write the same library. */
export async function serve(options: {
  dataFolder: string;
  port: number;
  open: boolean;
}): Promise<Host> {
  if (!existsSync(join(pageFolder, "index.html"))) {
    throw new AppError(
      "notFound",
      "The page is not built yet. Run `npm run build` first, or `npm start`.",
    );
  }
  mkdirSync(options.dataFolder, { recursive: true });
  const lock = openDatabase(join(options.dataFolder, "desk.lock"));
  const app = createApp({ dataFolder: options.dataFolder, spawnWorker: forkWorker, stays: true });
  await ensureSamples(app, options.dataFolder);
  const host = await startHost({
    dispatch: app.dispatch,
    assets: app.assets,
    pageFolder,
    port: options.port,
  });
  if (options.open) openBrowser(host.url);
  return {
    ...host,
    close: async () => {
      await host.close();
      await app.close();
      lock.close();
    },
  };
}

function openBrowser(url: string): void {
  const openers: Record<string, [string, string[]]> = {
    darwin: ["open", [url]],
    win32: ["cmd", ["/c", "start", "", url]],
  };
  const [command, args] = openers[process.platform] ?? ["xdg-open", [url]];
  // No browser on a headless machine is not an error: the address is printed anyway.
  spawn(command, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
