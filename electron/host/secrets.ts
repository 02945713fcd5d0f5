/** Keys in the system's own keychain through Electron's safeStorage; only their encrypted form is on disk. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { safeStorage } from "electron";

export type Keychain = {
  get: (name: string) => string | undefined;
  set: (name: string, value: string | null) => void;
};

/** @throws when the system offers no encryption: a key is then never written in the clear. */
export function openKeychain(file: string): Keychain {
  const read = (): Record<string, string> =>
    existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return {
    get: (name) => {
      const stored = read()[name];
      return stored === undefined
        ? undefined
        : safeStorage.decryptString(Buffer.from(stored, "base64"));
    },
    set: (name, value) => {
      const { [name]: _old, ...rest } = read();
      if (value !== null && !safeStorage.isEncryptionAvailable())
        throw new Error("This system has no keychain, so the key is kept for this session only.");
      const next =
        value === null
          ? rest
          : { ...rest, [name]: safeStorage.encryptString(value).toString("base64") };
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(next), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
