/** For tests only: installs that must fail, and what they leave behind. */
import { existsSync, readdirSync } from "node:fs";
import { expect } from "vitest";
import type { Packs } from "../packs.ts";
import { emptyPacks } from "./fixtures.ts";
import { installPack } from "./install.ts";

/** The folder that the test under way installs into. */
let current: Packs | undefined;
export const currentFolder = (): string => current?.userFolder ?? "";
export const fresh = (): Packs => (current = emptyPacks());

export const left = (packs: Packs): string[] =>
  existsSync(packs.userFolder)
    ? readdirSync(packs.userFolder).filter((name) => name !== ".downloads")
    : [];

/** Installing must fail with this code and message, and leave nothing. */
export async function refuses(
  source: string,
  code: string,
  message: RegExp,
  more: Partial<Parameters<typeof installPack>[1]> = {},
): Promise<Packs> {
  const packs = fresh();
  await expect(installPack(source, { packs, patience: 1, ...more })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(left(packs)).toEqual([]);
  return packs;
}
