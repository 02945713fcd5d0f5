/** Calls about what models hold of memory, and the log of what was called. */
import { totalmem } from "node:os";
import { basename } from "node:path";
import type { HandlersFor } from "../../../api/call.ts";
import type { runtimeContract, TraceLine } from "../../../api/schemas/runtime.ts";
import type { AssetStore } from "../../review/assets.ts";
import type { Packs } from "../packs.ts";
import type { Budgets } from "./budgets.ts";
import type { ResidentWorker } from "./resident-worker.ts";
import type { Trace } from "./trace.ts";

type Dependencies = {
  worker: Pick<ResidentWorker, "residents" | "rssBytes" | "unlearn" | "bytesKnown">;
  budgets: Budgets;
  trace: Trace;
  assets: Pick<AssetStore, "put">;
  packs: Pick<Packs, "list">;
  /** The model process hears its limit anew. */
  limitChanged: () => void;
};

export function createRuntimeHandlers({
  worker,
  budgets,
  trace,
  assets,
  packs,
  limitChanged,
}: Dependencies): HandlersFor<typeof runtimeContract> {
  /** Titles by pack folder; a pack that is gone keeps its folder's name. */
  async function titled(): Promise<(id: string) => string> {
    const titles = new Map(
      (await packs.list()).flatMap((one) =>
        "pack" in one ? [[basename(one.pack.folder), one.pack.manifest.title] as const] : [],
      ),
    );
    return (id) => titles.get(id.split("/")[0] ?? "") ?? id;
  }
  return {
    "runtime.state": async ({ calls }) => {
      const titleOf = await titled();
      const { devices, after, expected } = worker.residents();
      const made = trace.all().filter(({ kind, device }) => kind === "call" && device !== "server");
      const count = (wanted: TraceLine["kind"]): number =>
        trace.all().filter(({ kind }) => kind === wanted).length;
      const known = devices.some(({ device }) => device === "cpu")
        ? devices
        : [{ device: "cpu", budgetBytes: budgets.of("cpu"), open: [] }, ...devices];
      return {
        devices: known.map(({ device, budgetBytes, open }) => ({
          device,
          budgetBytes,
          chosen: budgets.isChosen(device),
          open: open.map(({ id, bytes }) => ({ id, title: titleOf(id), bytes })),
        })),
        after: after === "" ? "" : titleOf(after),
        expected: expected.map(({ evict, ...one }) => ({
          ...one,
          title: titleOf(one.id),
          bytes: worker.bytesKnown(one.id),
          closes: evict.map(titleOf),
        })),
        processBytes: worker.rssBytes(),
        machineBytes: totalmem(),
        calls: trace.all().slice(-calls).toReversed(),
        hitRatio: made.length === 0 ? null : made.filter(({ hit }) => hit).length / made.length,
        callsInAll: count("call"),
        failedInAll: count("failed"),
        sparedInAll: trace
          .all()
          .reduce((sum, { kind, calls: not = 1 }) => sum + (kind === "spared" ? not : 0), 0),
      };
    },
    "runtime.setBudget": async ({ device, bytes }) => {
      budgets.set(device, bytes);
      limitChanged();
      return {};
    },
    "runtime.exportTrace": async () => {
      const name = "expert-calls.jsonl";
      const info = await assets.put(new TextEncoder().encode(trace.text()), {
        name,
        type: "application/jsonl",
      });
      return { assetId: info.id, name, lines: trace.all().length };
    },
    "runtime.clearTrace": async () => {
      trace.clear();
      worker.unlearn();
      return {};
    },
  };
}
