/** Calls to image archives: only on a person's press, only to machines that were allowed. */
import type { HandlersFor } from "../../api/call.ts";
import type { pacsContract } from "../../api/schemas/pacs.ts";
import type { AssetStore } from "../review/assets.ts";
import { fetchStudy, findStudies, refuseUnallowed, sendFile, type Archive } from "./dicomweb.ts";
import { openServers } from "./servers.ts";

type Dependencies = {
  dataFolder: string;
  assets: AssetStore;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  secrets: {
    get: (name: string) => Promise<string | undefined>;
    set: (name: string, value: string | null) => Promise<void>;
  };
  /** Notes in the audit trail what went where. */
  record: (action: string, payload: Record<string, string | number | string[]>) => void;
};

const secretOf = (id: string): string => `archive:${id}`;

export function createPacsHandlers({
  dataFolder,
  assets,
  fetch,
  secrets,
  record,
}: Dependencies): HandlersFor<typeof pacsContract> {
  const servers = openServers(dataFolder);

  async function archiveOf(id: string): Promise<Archive> {
    const { address, allowedHost, user } = servers.get(id);
    // Asked every time: a list that was changed by hand is no consent.
    refuseUnallowed(address, allowedHost);
    return { address, user, password: (await secrets.get(secretOf(id))) ?? "" };
  }

  return {
    "pacs.servers": async () => servers.all(),
    "pacs.add": async ({ name, address, allowedHost = null, user, password }) => {
      refuseUnallowed(address, allowedHost);
      const added = servers.add({ name, address, allowedHost, user });
      if (password) await secrets.set(secretOf(added.id), password);
      return added;
    },
    "pacs.remove": async ({ serverId }) => {
      servers.remove(serverId);
      await secrets.set(secretOf(serverId), null);
      return {};
    },
    "pacs.find": async ({ serverId, query }, { signal }) =>
      findStudies(fetch, await archiveOf(serverId), query, signal),
    "pacs.fetch": async ({ serverId, study }, { signal, emit }) => {
      const files = [];
      const archive = await archiveOf(serverId);
      for await (const { name, bytes, done, total } of fetchStudy(fetch, archive, study, signal)) {
        const { id } = await assets.put(bytes, { name, type: "application/dicom" });
        files.push({ assetId: id, name });
        emit({ done, total, label: "Fetching images" });
      }
      record("fetchStudy", { from: new URL(archive.address).host, study, images: files.length });
      return { files };
    },
    "pacs.send": async ({ serverId, files }, { signal, emit }) => {
      const archive = await archiveOf(serverId);
      const refused = [];
      const stored: string[] = [];
      for (const [at, file] of files.entries()) {
        const reason = await sendFile(fetch, archive, await assets.get(file.assetId), signal);
        if (reason === null) stored.push(file.assetId);
        else refused.push({ file: file.name, reason });
        emit({ done: at + 1, total: files.length, label: "Sending" });
      }
      record("sendImages", { to: new URL(archive.address).host, sha256: stored });
      return { stored: stored.length, refused };
    },
  };
}
