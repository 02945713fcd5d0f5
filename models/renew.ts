/**
 * Brings what manifests say of their cards up to date: each lists its card and the pictures on it, with bytes and
 * sha256. Weights are left alone; whoever trains or converts them writes theirs. Run: node models/renew.ts [FOLDER…]
 * With --check nothing is written, and a manifest that is not up to date is an error.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renewedManifest } from "../electron/features/models/card-files.ts";

const here = import.meta.dirname;
const check = process.argv.includes("--check");
const given = process.argv.slice(2).filter((one) => one !== "--check");
const folders = given.length > 0 ? given : readdirSync(here).map((name) => join(here, name));

for (const folder of folders) {
  const file = join(folder, "manifest.json");
  if (!existsSync(file)) continue;
  const before = readFileSync(file, "utf8");
  const after = renewedManifest(before, (path) => readFileSync(join(folder, path)));
  if (after === before) continue;
  if (check) {
    console.error(`${file} does not list its card as it is now: run node models/renew.ts`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(file, after);
  console.log(`${file} lists its card as it is now.`);
}
