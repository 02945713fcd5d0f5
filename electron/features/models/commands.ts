/** `evidesk models …`. */
import type { Command } from "../../command.ts";
import { AppError } from "../../api/errors.ts";

const usage = "models list|verify [ID]|bench [ID]";

const models: Command = {
  summary: "Installed model packs: list, check their files, time them.",
  usage,
  options: { runs: { type: "string", help: "timed runs of a bench (3 to 200, default 20)" } },
  async run({ positionals: [verb, id], values }, context) {
    const list = (await context.call("models.list", {})).filter((pack) => id === undefined || pack.id === id);
    if (id !== undefined && list.length === 0) throw new AppError("notFound", `There is no model pack "${id}".`);
    const row = ({ id: packId, version, task, licence, bytes, status }: (typeof list)[number]) => ({ id: packId, version, task, licence: licence.name, bytes, status });
    switch (verb) {
      case "list":
        return list.map((pack) => ({ ...row(pack), commercialUse: pack.licence.commercialUse, clinicalUse: pack.licence.clinicalUse, ...(pack.problem ? { problem: pack.problem } : {}) }));
      case "verify": {
        const checks = await context.call("models.verify", id === undefined ? {} : { id });
        const result = list.map((pack) => {
          const check = checks.find((one) => one.id === pack.id);
          return { ...row(pack), ok: check?.ok ?? false, ...(check?.problem ? { problem: check.problem } : {}) };
        });
        const broken = result.filter(({ ok }) => !ok);
        if (broken.length > 0) throw new AppError("packMismatch", `${broken.length} pack(s) are not sound: ${broken.map((pack) => pack.problem ?? pack.id).join(" ")}`, result);
        return result;
      }
      case "bench": {
        const runs = Number(values["runs"] ?? 20);
        const benches = await context.call("models.bench", { runs, ...(id === undefined ? {} : { id }) }, { signal: context.signal, emit: ({ label, done, total }) => done === total && context.progress(label) });
        return list.flatMap((pack) => {
          const bench = benches.find((one) => one.id === pack.id);
          return bench ? [{ ...row(pack), ...bench }] : [];
        });
      }
      default:
        throw new AppError("usage", `Usage: evidesk ${usage}`);
    }
  },
};

export const commands: Record<string, Command> = { models };
