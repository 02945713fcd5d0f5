/** `evidesk models …`. */
import { readFile } from "node:fs/promises";
import type { Command, CommandContext } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { textFrom } from "../../encodings.ts";
import { unreadable } from "../../unreadable.ts";
import { bundledPacksFolder } from "../../places.ts";
import { installPack } from "./install/install.ts";
import { openPacks } from "./packs.ts";

const usage =
  "models list|add SRC|verify [ID]|remove ID|enable ID|disable ID|bench [ID]|device ID NAME";

const models: Command = {
  summary: "Installed model packs: list, check their files, time them.",
  usage,
  options: {
    runs: { type: "string", help: "timed runs of a bench (3 to 200, default 20)" },
    device: { type: "string", help: "bench: one device, or all that this platform's runtime has" },
    proxy: {
      type: "string",
      help: "add: http://host:port that fetching goes through (or HTTPS_PROXY)",
    },
    token: { type: "string", help: "access token of a model hub (or EVIDESK_HUB_TOKEN)" },
    model: {
      type: "string",
      help: "add: SRC is a server with OpenAI's chat API; its model's name",
    },
    context: { type: "string", help: "tokens that this model reads (default 32768)" },
    remote: { type: "boolean", help: "this server is another machine, and text may go there" },
  },
  async run({ positionals: [verb, id, device], values }, context) {
    if (verb === "add" && id !== undefined && typeof values["model"] === "string")
      return context.call("generation.addEndpoint", {
        address: id,
        model: values["model"],
        contextTokens: Number(values["context"] ?? 32_768),
        remote: values["remote"] === true,
        ...(process.env["EVIDESK_ENDPOINT_KEY"]
          ? { key: process.env["EVIDESK_ENDPOINT_KEY"] }
          : {}),
      });
    if (verb === "add" || verb === "remove") {
      const { proxy } = values;
      await (typeof proxy === "string"
        ? context.call("models.setProxy", { proxy })
        : context.call("models.access", {}));
      return change(verb, id, values["token"], context);
    }
    if (verb === "device" && id !== undefined && device !== undefined) {
      await context.call("models.setDevice", { id, device: device === "auto" ? null : device });
      const pack = (await context.call("models.list", {})).find((one) => one.id === id);
      return { id, device, order: pack?.device.order ?? [] };
    }
    const all = await context.call("models.list", {});
    const list = all.filter((pack) => id === undefined || pack.id === id);
    if (id !== undefined && list.length === 0) {
      const valid = all.map((pack) => pack.id);
      throw new AppError(
        "notFound",
        `There is no model pack "${id}". Installed: ${valid.join(", ") || "none"}.`,
        { id, valid },
      );
    }
    const row = ({ id: packId, version, task, licence, bytes, status }: (typeof list)[number]) => ({
      id: packId,
      version,
      task,
      licence: licence.name,
      bytes,
      status,
    });
    switch (verb) {
      case "list":
        return list.map((pack) => ({
          ...row(pack),
          commercialUse: pack.licence.commercialUse,
          clinicalUse: pack.licence.clinicalUse,
          ...(pack.problem ? { problem: pack.problem } : {}),
        }));
      case "verify": {
        const checks = await context.call("models.verify", id === undefined ? {} : { id });
        const result = list.map((pack) => {
          const check = checks.find((one) => one.id === pack.id);
          return {
            ...row(pack),
            ok: check?.ok ?? false,
            ...(check?.problem ? { problem: check.problem } : {}),
          };
        });
        const broken = result.filter(({ ok }) => !ok);
        if (broken.length > 0)
          throw new AppError(
            "packMismatch",
            `${broken.length} pack(s) are not sound: ${broken.map((pack) => pack.problem ?? pack.id).join(" ")}`,
            result,
          );
        return result;
      }
      case "bench": {
        const runs = Number(values["runs"] ?? 20);
        const benches = await context.call(
          "models.bench",
          {
            runs,
            ...(id === undefined ? {} : { id }),
            ...(typeof values["device"] === "string" ? { device: values["device"] } : {}),
          },
          {
            signal: context.signal,
            emit: ({ label, done, total }) => done === total && context.progress(label),
          },
        );
        return list.flatMap((pack) =>
          benches.filter((one) => one.id === pack.id).map((bench) => ({ ...row(pack), ...bench })),
        );
      }
      case "enable":
      case "disable":
        if (id === undefined)
          throw new AppError("usage", `Which pack? Usage: evidesk models ${verb} ID`);
        await context.call("models.setEnabled", { id, enabled: verb === "enable" });
        return { id, status: verb === "enable" ? "ready" : "disabled" };
      default:
        throw new AppError("usage", `Usage: evidesk ${usage}`);
    }
  },
};

/** Folders and files named here are the user's own, so they are read directly; the app takes uploads and addresses. */
async function change(
  verb: "add" | "remove",
  name: string | undefined,
  token: unknown,
  context: CommandContext,
) {
  if (name === undefined) throw new AppError("usage", `Usage: evidesk ${usage}`);
  if (verb === "remove") {
    await context.call("models.remove", { id: name });
    return { id: name, removed: true };
  }
  const packs = openPacks(bundledPacksFolder, context.dataFolder);
  let last = "";
  const say = (line: string): void => void (line !== last && context.progress((last = line)));
  const { id, version, task, licence, files } = await installPack(name, {
    packs,
    signal: context.signal,
    token: typeof token === "string" ? token : process.env["EVIDESK_HUB_TOKEN"],
    emit: ({ done, total, label }) =>
      say(total > 0 ? `${label} ${Math.floor((10 * done) / total) * 10} %` : label),
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof AppError) || thrown.code !== "unauthorized") throw thrown;
    throw new AppError(
      thrown.code,
      `${thrown.message} Give one with --token or in EVIDESK_HUB_TOKEN.`,
      thrown.data,
    );
  });
  return {
    id,
    version,
    task,
    licence: licence.name,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    status: "ready",
  };
}

const tag: Command = {
  summary: "Marks spans in a plain text file with a tagger pack.",
  usage: "tag FILE.txt --pack ID",
  options: {
    pack: {
      type: "string",
      help: "id of a pack that tags, or classifies sentences or whole texts",
    },
  },
  async run({ positionals: [file, ...more], values: { pack } }, context) {
    if (file === undefined || more.length > 0 || typeof pack !== "string")
      throw new AppError(
        "usage",
        `${file === undefined ? "The file is missing" : more.length > 0 ? "tag takes one file" : "--pack is missing (for example --pack pico-tagger)"}. Usage: evidesk tag FILE.txt --pack ID`,
      );
    const bytes = await readFile(file).catch((thrown: unknown) => {
      throw unreadable(file, thrown);
    });
    const text = textFrom(bytes, `"${file}"`);
    return context.call("models.tag", { id: pack, text }, { signal: context.signal });
  },
};

export const commands: Record<string, Command> = { models, tag };
