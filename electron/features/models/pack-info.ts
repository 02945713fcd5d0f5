/** What the page and the command line show of one installed pack. */
import type { PackInfo } from "../../api/schemas/models.ts";
import { isLoopback } from "./generation/generation.ts";
import type { PackNotes } from "./pack-notes.ts";
import { packFile, type Pack } from "./pack.ts";
import type { InstalledPack } from "./packs.ts";
import type { WorkerClient } from "./worker-client.ts";

/** The path a pack's (first) network is open under in the worker; empty for packs made of rules. */
export function networkPath(pack: Pack): string {
  const { inference } = pack.manifest;
  const first = inference.kind === "ensemble" ? inference.members[0] : inference;
  return first && "file" in first ? packFile(pack, first.file) : "";
}

type Known = {
  notes: PackNotes;
  worker: Pick<WorkerClient, "useOf">;
  /** Devices in the order tried for this pack. */
  orderOf: (packId: string) => string[];
};

export function infoOf(installed: InstalledPack, known: Known): PackInfo {
  if ("problem" in installed) return brokenInfo(installed);
  const { manifest, bundled } = installed.pack;
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const { id, version, title, task, licence, intendedUse, figures, inference } = manifest;
  const host =
    inference.kind === "generate" && inference.backend === "endpoint"
      ? elsewhere(inference.address)
      : undefined;
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
    ...(host ? { sendsTo: host } : {}),
    figures: JSON.parse(JSON.stringify(figures)),
    device: deviceOf(installed.pack, known),
    bench: known.notes.bench(id),
  };
}

/** The host of an address on another machine. */
const elsewhere = (address: string): string | undefined =>
  isLoopback(address) ? undefined : new URL(address).host;

function deviceOf(pack: Pack, { notes, worker, orderOf }: Known): PackInfo["device"] {
  const { id } = pack.manifest;
  const path = networkPath(pack);
  // Rules and other machines' models run on none of the runtime's devices.
  if (path === "") return { choice: null, order: [], using: "", tried: [] };
  const use = worker.useOf(path);
  return {
    choice: notes.device(id) ?? null,
    order: orderOf(id),
    using: use?.device ?? "",
    tried: use?.tried ?? [],
    ...(use?.layers ? { layers: use.layers } : {}),
  };
}

function brokenInfo({ folder, problem }: Extract<InstalledPack, { problem: unknown }>): PackInfo {
  const id = folder.split(/[\\/]/).at(-1) ?? folder;
  return {
    id,
    version: "",
    title: id,
    task: "",
    licence: {
      name: "unknown",
      commercialUse: false,
      clinicalUse: false,
      researchOnly: true,
      attribution: [],
    },
    intendedUse: "",
    bytes: 0,
    bundled: false,
    status: "broken",
    problem: problem.message,
    figures: [],
    device: { choice: null, order: [], using: "", tried: [] },
    bench: [],
  };
}
