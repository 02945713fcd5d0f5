/** Keys where no system keychain is at hand: kept in memory until the program ends, never on disk. */
import type { Secrets } from "./handlers.ts";

/** Starts with NCBI_API_KEY of the environment, where set. The desktop host passes the system's keychain instead. */
export function sessionSecrets(
  environment: Record<string, string | undefined> = process.env,
): Secrets {
  const kept = new Map<string, string>();
  const given = environment["NCBI_API_KEY"];
  if (given) kept.set("ncbi-api-key", given);
  return {
    get: async (name) => kept.get(name),
    set: async (name, value) => {
      if (value === null) kept.delete(name);
      else kept.set(name, value);
    },
  };
}
