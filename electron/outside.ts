/** How this program reaches other machines: straight, or by the proxy that the user or the system names. */
import { goThrough } from "./server/proxy.ts";

type Secrets = {
  get: (name: string) => Promise<string | undefined>;
  set: (name: string, value: string | null) => Promise<void>;
};

const secretName = "proxy";

/** A proxy's address may hold a password, so it is kept where keys are. */
export function openOutside(
  secrets: Secrets,
  environment: Record<string, string | undefined> = process.env,
) {
  const ofSystem = environment["HTTPS_PROXY"] ?? environment["https_proxy"];
  let applied: Promise<string | undefined> | undefined;

  async function apply(): Promise<string | undefined> {
    const address = (await secrets.get(secretName)) ?? (ofSystem || undefined);
    goThrough(address);
    return address;
  }
  const ready = (): Promise<string | undefined> => (applied ??= apply());

  return {
    /** Settles once `fetch` goes the right way; asked before anything is sent. */
    ready,
    fetch: async (...request: Parameters<typeof fetch>): Promise<Response> => {
      await ready();
      return fetch(...request);
    },
    /** Without its user and password. */
    proxy: async (): Promise<string | null> => {
      const address = await ready();
      return address === undefined ? null : new URL(address).origin;
    },
    setProxy: async (address: string | null): Promise<void> => {
      if (address !== null) goThrough(address);
      await secrets.set(secretName, address);
      applied = apply();
      await applied;
    },
  };
}
