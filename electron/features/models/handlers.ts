/** Calls about packs and the model process. */
import { totalmem } from "node:os";
import { join } from "node:path";
import type { HandlersFor } from "../../api/call.ts";
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { modelsContract } from "../../api/schemas/models.ts";
import { benchEachDevice, benchPack } from "./bench.ts";
import { keyNameOf, type Generation } from "./generation/generation.ts";
import { installPack, installUploaded, removePack } from "./install/install.ts";
import { readCard } from "./card.ts";
import { verifyPack } from "./pack.ts";
import { infoOf, networkPath } from "./pack-info.ts";
import type { PackNotes } from "./pack-notes.ts";
import type { Packs } from "./packs.ts";
import { panelKey, panelsOf } from "./several/panel.ts";
import type { AssetStore } from "../review/assets.ts";
import type { ResidentWorker } from "./runtime/resident-worker.ts";
import type { Texts } from "./texts.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Where the hub's token is kept; the desktop passes the system's keychain. */
type Secrets = {
  get: (name: string) => Promise<string | undefined>;
  set: (name: string, value: string | null) => Promise<void>;
};
type Dependencies = {
  packs: Packs;
  worker: Pick<WorkerClient, "release" | "status" | "rssBytes" | "useOf" | "reset"> &
    Pick<ResidentWorker, "adopt">;
  /** The model process as it is: timings are nobody's work and are not learned from. */
  client: WorkerClient;
  texts: Texts;
  generation: Pick<Generation, "write">;
  notes: PackNotes;
  /** All that this platform's runtime has; the order tried, for a pack or by default. */
  devices: { all: string[]; orderOf: (packId?: string) => string[]; threads: number };
  assets: Pick<AssetStore, "path" | "discard">;
  secrets: Secrets;
  outside: Outside;
};

/** The way to other machines, and the proxy on it. */
type Outside = {
  ready: () => Promise<unknown>;
  proxy: () => Promise<string | null>;
  setProxy: (address: string | null) => Promise<void>;
};

const hubToken = "model-hub-token";

export function createModelsHandlers({
  packs,
  worker,
  client,
  texts,
  generation,
  notes,
  devices,
  assets,
  secrets,
  outside,
}: Dependencies): HandlersFor<typeof modelsContract> {
  const sound = async (): Promise<string[]> =>
    (await packs.list()).flatMap((one) => ("pack" in one ? [one.pack.manifest.id] : []));
  const known = (device: string): string => {
    if (devices.all.includes(device)) return device;
    throw new AppError(
      "badInput",
      `There is no device "${device}" on this platform. Valid: ${devices.all.join(", ")}.`,
      { valid: devices.all },
    );
  };
  return {
    "models.list": async () =>
      (await packs.list()).map((one) => infoOf(one, { notes, worker, orderOf: devices.orderOf })),
    "models.card": async ({ id }) => {
      return readCard(await packs.find(id));
    },
    "models.verify": async ({ id }) => {
      const checks = await Promise.all(
        (id === undefined ? await sound() : [id]).map(async (one) => {
          try {
            await verifyPack(await packs.find(one));
            return { id: one, ok: true };
          } catch (thrown) {
            const error = toErrorShape(thrown);
            if (error.code === "notFound") throw thrown;
            return { id: one, ok: false, problem: error.message };
          }
        }),
      );
      if (id !== undefined) return checks;
      const broken = (await packs.list()).flatMap((one) =>
        "problem" in one
          ? [
              {
                id: one.folder.split(/[\\/]/).at(-1) ?? "",
                ok: false,
                problem: one.problem.message,
              },
            ]
          : [],
      );
      return [...checks, ...broken];
    },
    "models.setEnabled": async ({ id, enabled }) => {
      await packs.find(id);
      packs.setEnabled(id, enabled);
      return {};
    },
    "models.bench": async ({ id, runs, device }, { signal, emit }) => {
      const results = [];
      for (const one of id === undefined ? await sound() : [id]) {
        const pack = await packs.checkedPack(one);
        const { inference } = pack.manifest;
        // Servers are asked only by name.
        const isServer = inference.kind === "generate" && inference.backend === "endpoint";
        if (id === undefined && isServer) continue;
        const { threads } = devices;
        const options = { packs, worker: client, generation, runs, signal, emit, threads };
        const bench =
          device === undefined
            ? [await benchPack(pack, { ...options, devices: devices.orderOf(one) })]
            : await benchEachDevice(pack, {
                ...options,
                devices: device === "all" ? devices.all : [known(device)],
              });
        const timed = bench.filter((entry) => entry !== undefined);
        for (const entry of timed) notes.addBench(entry);
        // What was timed stays open and counts against the limit like any other.
        worker.adopt(networkPath(pack));
        results.push(...timed);
        if (timed.length === 0 && id !== undefined)
          throw new AppError(
            "unsupported",
            `${one} is a ${pack.manifest.task} pack; those are not timed here.`,
          );
      }
      return results;
    },
    "models.setDevice": async ({ id, device }) => {
      const pack = await packs.find(id);
      notes.setDevice(id, device === null ? undefined : known(device));
      await worker.release(networkPath(pack));
      return {};
    },
    "models.status": async () => ({
      ...worker.status(),
      devices: devices.all,
      order: devices.orderOf(),
      memoryBytes: worker.rssBytes(),
      machineBytes: totalmem(),
    }),
    "models.add": async ({ source }, { signal, emit }) => {
      await outside.ready();
      const token = await secrets.get(hubToken);
      const options = { packs, signal, emit, token };
      const manifest =
        "files" in source
          ? await installUploaded(source.files, assets, options)
          : await installPack("url" in source ? source.url : assets.path(source.assetId), options);
      // Weights would lie on the disk twice: what was uploaded has arrived.
      const uploads = "files" in source ? source.files : "assetId" in source ? [source] : [];
      for (const { assetId } of uploads) await assets.discard(assetId);
      return { id: manifest.id, version: manifest.version };
    },
    "models.remove": async ({ id }) => {
      await secrets.set(keyNameOf(id), null);
      const installed = (await packs.list()).find(
        (one) => "pack" in one && one.pack.manifest.id === id,
      );
      // An open session would run on after its file is gone, and holds the file on some systems.
      if (installed && "pack" in installed)
        for (const { path } of installed.pack.manifest.files)
          await worker.release(join(installed.pack.folder, path));
      await removePack(id, packs);
      notes.forget(id);
      return {};
    },
    "models.access": async () => ({
      token: (await secrets.get(hubToken)) !== undefined,
      proxy: await outside.proxy(),
    }),
    "models.setProxy": async ({ proxy }) => {
      await outside.setProxy(proxy);
      return {};
    },
    "models.setToken": async ({ token }) => {
      await secrets.set(hubToken, token);
      return {};
    },
    "models.tag": async ({ id, text }, { signal }) => texts.tag(id, text, { signal }),
    "models.classifyText": async (input, { signal }) => ({
      scores: await texts.score(input.id, input.texts, { signal }),
    }),
    "models.panels": async () =>
      panelsOf(
        (await packs.list()).flatMap((one) =>
          "pack" in one && one.enabled ? [one.pack.manifest] : [],
        ),
        notes.asking,
      ),
    "models.setAsking": async ({ ids, asking }) => {
      for (const id of ids) await packs.find(id);
      notes.setAsking(panelKey(ids), asking);
      return {};
    },
    "models.retry": async () => {
      worker.reset();
      return {};
    },
  };
}
