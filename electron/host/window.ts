/** The one window. Sandbox, isolation and web security are Electron's defaults, stated so that nobody loses them. */
import { join } from "node:path";
import { BrowserWindow } from "electron";
import { appOrigin } from "./security.ts";

export const webPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
  spellcheck: false,
} as const;

export function openWindow(buildFolder: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    title: "Evidesk",
    webPreferences: { ...webPreferences, preload: join(buildFolder, "preload.cjs") },
  });
  window.once("ready-to-show", () => window.show());
  void window.loadURL(`${appOrigin}/`);
  return window;
}
