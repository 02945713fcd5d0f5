/** Forks the backend and, when the backend asks, the model worker; only main may fork utility processes. */
import { join } from "node:path";
import type { SecretReply, SecretRequest } from "../port-secrets.ts";
import type { Keychain } from "./secrets.ts";
import {
  MessageChannelMain,
  utilityProcess,
  type MessagePortMain,
  type UtilityProcess,
} from "electron";

/** Nothing of the user's environment reaches a child but what a program needs to run. */
function cleanEnvironment(): Record<string, string> {
  const kept = [
    "PATH",
    "HOME",
    "USERPROFILE",
    "LANG",
    "TMPDIR",
    "TEMP",
    "LOCALAPPDATA",
    "XDG_DATA_HOME",
    "LD_LIBRARY_PATH",
    "SystemRoot",
    // The way out, where a site prescribes one.
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
  ];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function answerSecret(keychain: Keychain, { secret, name, value }: SecretRequest): SecretReply {
  try {
    if (value !== undefined) keychain.set(name, value);
    const stored = value === undefined ? keychain.get(name) : undefined;
    return { secret, ...(stored === undefined ? {} : { value: stored }) };
  } catch (thrown) {
    return { secret, failed: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

export type Backend = { connect: () => MessagePortMain; stop: () => void };

export function startBackend(
  buildFolder: string,
  dataFolder: string,
  keychain: Keychain,
  onExit: (code: number) => void,
): Backend {
  const env = { ...cleanEnvironment(), EVIDESK_DATA: dataFolder };
  const backend = utilityProcess.fork(join(buildFolder, "backend.cjs"), [], {
    serviceName: "Evidesk backend",
    env,
  });
  let worker: UtilityProcess | undefined;
  backend.on("message", (message: unknown) => {
    if (typeof message === "object" && message !== null && "secret" in message)
      backend.postMessage(answerSecret(keychain, message as SecretRequest));
    if (message === "stop-worker") worker?.kill();
    if (message !== "start-worker") return;
    worker?.kill();
    const started = utilityProcess.fork(join(buildFolder, "worker.cjs"), [], {
      serviceName: "Evidesk models",
      // As in fork-worker.ts: a released model gives its memory back.
      env: { ...env, MALLOC_MMAP_THRESHOLD_: "100000" },
    });
    worker = started;
    const { port1, port2 } = new MessageChannelMain();
    started.once("spawn", () => started.postMessage("port", [port1]));
    // The child's exit is the only truth about it: the backend rejects what was in flight.
    started.once("exit", () => port2.close());
    backend.postMessage("worker", [port2]);
  });
  backend.once("exit", (code) => {
    worker?.kill();
    onExit(code);
  });
  return {
    connect: () => {
      const { port1, port2 } = new MessageChannelMain();
      backend.postMessage("renderer", [port1]);
      return port2;
    },
    stop: () => backend.kill(),
  };
}
