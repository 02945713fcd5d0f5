/** Utility-process entry: the app served on the ports that main hands over. */
import type { MessagePortMain } from "electron";
import { servePort, type Port } from "./api/port.ts";
import { createApp } from "./app.ts";
import { defaultDataFolder } from "./places.ts";
import { ensureSamples } from "./samples.ts";
import { createPortSecrets } from "./port-secrets.ts";
import { createPortWorkers } from "./port-worker.ts";

const workers = createPortWorkers((what) => process.parentPort.postMessage(what));
const dataFolder = defaultDataFolder();
const keys = createPortSecrets((request) => process.parentPort.postMessage(request));
const app = createApp({
  dataFolder,
  spawnWorker: workers.spawn,
  secrets: keys.secrets,
  stays: true,
});
void ensureSamples(app, dataFolder);

function portOf(port: MessagePortMain): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on("message", ({ data }) => listener(data));
      port.start();
    },
    onClose: (listener) => port.on("close", listener),
  };
}

process.parentPort.on("message", ({ data, ports: [port] }) => {
  if (typeof data === "object" && data !== null && "secret" in data) keys.answer(data);
  if (port === undefined) return;
  if (data === "renderer") servePort(portOf(port), app.dispatch);
  else if (data === "worker") workers.arrive(port);
});
process.once("SIGTERM", () => void app.close().then(() => process.exit(0)));
