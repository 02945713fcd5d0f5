/** Calls about packs and the model process. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HandlersFor } from "../../api/call.ts";
import { AppError, toErrorShape } from "../../api/errors.ts";
import type { modelsContract, PackInfo } from "../../api/schemas/models.ts";
import { benchPack } from "./bench.ts";
import type { ExpertSettings } from "./experts.ts";
import { keyNameOf } from "./generation/generation.ts";
import { installPack, removePack } from "./install/install.ts";
import type { Experts } from "./models.ts";
import { verifyPack } from "./pack.ts";
import type { InstalledPack, Packs } from "./packs.ts";
import type { AssetStore } from "../review/assets.ts";
import type { Texts } from "./texts.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Where the hub's token is kept; the desktop passes the system's keychain. */
type Secrets = {
  get: (name: string) => Promise<string | undefined>;
  set: (name: string, value: string | null) => Promise<void>;
};
type Dependencies = {
  packs: Packs;
  worker: WorkerClient;
  experts: Experts;
  texts: Texts;
  settings: ExpertSettings;
  assets: Pick<AssetStore, "path">;
  secrets: Secrets;
};

const hubToken = "model-hub-token";

function infoOf(installed: InstalledPack): PackInfo {
  if ("problem" in installed) {
    const id = installed.folder.split(/[\\/]/).at(-1) ?? installed.folder;
    const licence = {
      name: "unknown",
      commercialUse: false,
      clinicalUse: false,
      researchOnly: true,
      attribution: [],
    };
    return {
      id,
      version: "",
      title: id,
      task: "",
      licence,
      intendedUse: "",
      bytes: 0,
      bundled: false,
      status: "broken",
      problem: installed.problem.message,
      figures: [],
    };
  }
  const { manifest, bundled } = installed.pack;
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const { id, version, title, task, licence, intendedUse, figures } = manifest;
  return {
    id,
    version,
    title,
    task,
    licence,
    intendedUse,
    bytes,
    bundled,
    status: installed.enabled ? "ready" : "disabled",
    figures: JSON.parse(JSON.stringify(figures)),
  };
}

export function createModelsHandlers({
  packs,
  worker,
  experts,
  texts,
  settings,
  assets,
  secrets,
}: Dependencies): HandlersFor<typeof modelsContract> {
  const sound = async (): Promise<string[]> =>
    (await packs.list()).flatMap((one) => ("pack" in one ? [one.pack.manifest.id] : []));
  return {
    "models.list": async () => (await packs.list()).map(infoOf),
    "models.card": async ({ id }) => {
      const pack = await packs.find(id);
      return { markdown: await readFile(join(pack.folder, pack.manifest.card), "utf8") };
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
    "models.bench": async ({ id, runs }, { signal, emit }) => {
      const results = [];
      for (const one of id === undefined ? await sound() : [id]) {
        const pack = await packs.checkedPack(one);
        const bench = await benchPack(pack, { experts, texts, worker, runs, signal, emit });
        if (bench) results.push(bench);
        else if (id !== undefined)
          throw new AppError(
            "unsupported",
            `${one} is a ${pack.manifest.task} pack; those are not timed here.`,
          );
      }
      return results;
    },
    // `using` is where the last run took place, empty before the first; `tried` is why not on a better one.
    "models.status": async () => ({
      ...worker.status(),
      devices: settings.devices,
      using: worker.spent().device,
      tried: worker.spent().tried,
    }),
    "models.add": async ({ source }, { signal, emit }) => {
      const token = await secrets.get(hubToken);
      const manifest = await installPack(
        "url" in source ? source.url : assets.path(source.assetId),
        { packs, signal, emit, token },
      );
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
    "models.retry": async () => {
      worker.reset();
      return {};
    },
  };
}
