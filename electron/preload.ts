/** Hands the backend's port to the page, once per ask; exposes nothing of Electron. */
import { contextBridge, ipcRenderer } from "electron";

contextBridge.exposeInMainWorld(
  "evideskDesktop",
  Object.freeze({ isDesktop: true, connect: () => ipcRenderer.send("connect") }),
);

ipcRenderer.on("port", (event) => {
  // A port cannot cross the context bridge; the page checks that the message came from its own window.
  window.postMessage({ evidesk: "port" }, "app://evidesk", event.ports);
});
