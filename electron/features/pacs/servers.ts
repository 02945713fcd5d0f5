/** The archives that this desk knows, in one file of the data folder; their passwords lie where keys lie. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../api/errors.ts";
import type { PacsServer } from "../../api/schemas/pacs.ts";

export function openServers(dataFolder: string) {
  const path = join(dataFolder, "archives.json");

  function all(): PacsServer[] {
    if (!existsSync(path)) return [];
    try {
      return JSON.parse(readFileSync(path, "utf8")) as PacsServer[];
    } catch {
      throw new AppError("badFile", `"${path}" cannot be read; move it away to start a new list.`);
    }
  }
  function write(servers: readonly PacsServer[]): void {
    writeFileSync(`${path}.new`, JSON.stringify(servers, null, 1));
    renameSync(`${path}.new`, path);
  }

  return {
    all,
    get: (id: string): PacsServer => {
      const found = all().find((server) => server.id === id);
      if (found) return found;
      throw new AppError("notFound", `There is no archive "${id}".`, { id });
    },
    add: (server: Omit<PacsServer, "id">): PacsServer => {
      const added = { ...server, id: randomUUID() };
      write([...all(), added]);
      return added;
    },
    remove: (id: string): void => write(all().filter((server) => server.id !== id)),
  };
}
