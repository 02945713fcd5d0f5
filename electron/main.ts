/** Desktop entry: single instance, scheme, window, backend, and the port between page and backend. No business code. */
import { join } from "node:path";
import { app, ipcMain, BrowserWindow } from "electron";
import { openAssets } from "./features/review/assets.ts";
import { keepCrashesLocal, tellAndQuit } from "./host/crash.ts";
import { startBackend } from "./host/processes.ts";
import { declareScheme, handleScheme } from "./host/protocol.ts";
import { openKeychain } from "./host/secrets.ts";
import { isOwnPage, secureEverything } from "./host/security.ts";
import { openWindow } from "./host/window.ts";
import { defaultDataFolder } from "./places.ts";

const buildFolder = import.meta.dirname;

function start(): void {
  keepCrashesLocal();
  declareScheme();
  app.on("second-instance", () => BrowserWindow.getAllWindows()[0]?.focus());
  app.on("window-all-closed", () => app.quit());
  process.on("uncaughtException", (error) =>
    tellAndQuit("Something unexpected failed.", String(error)),
  );
  void app.whenReady().then(() => {
    const dataFolder = defaultDataFolder();
    secureEverything();
    handleScheme(
      join(app.getAppPath(), "dist", "renderer"),
      openAssets(join(dataFolder, "assets")),
    );
    const backend = startBackend(
      buildFolder,
      dataFolder,
      openKeychain(join(dataFolder, "keys.json")),
      (code) => {
        if (code !== 0) tellAndQuit("The backend stopped.", `Exit code ${code}.`);
      },
    );
    // 17: only our own page's top frame gets a port.
    ipcMain.on("connect", (event) => {
      if (
        event.senderFrame === null ||
        event.senderFrame.parent !== null ||
        !isOwnPage(event.senderFrame.url)
      )
        return;
      event.senderFrame.postMessage("port", null, [backend.connect()]);
    });
    app.on("will-quit", () => backend.stop());
    openWindow(buildFolder);
  });
}

if (app.requestSingleInstanceLock()) start();
else app.quit();
