/** Utility-process entry: the app served on the ports that main hands over. */
import type { MessagePortMain } from "electron";
import { servePort, type Port } from "./api/port.ts";
import { createApp } from "./app.ts";
import { defaultDataFolder } from "./places.ts";

const app = createApp({ dataFolder: defaultDataFolder() });

function portOf(port: MessagePortMain): Port {
  port.start();
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", ({ data }) => listener(data)),
    onClose: (listener) => port.on("close", listener),
  };
}

process.parentPort.on("message", ({ data, ports: [port] }) => {
  if (port !== undefined && data === "renderer") servePort(portOf(port), app.dispatch);
});
process.once("SIGTERM", () => void app.close().then(() => process.exit(0)));
