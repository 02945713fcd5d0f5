/** `npm run bench`: runs every benchmark of the repository, one after the other, each in its own process. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { programFolder } from "./places.ts";

const folder = join(programFolder, "electron");
const wanted = process.argv[2] ?? "";
const files = readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith(".bench.ts") && name.includes(wanted)).toSorted();
if (files.length === 0) process.stdout.write(`No benchmark's name holds "${wanted}".\n`);
for (const file of files) {
  process.stdout.write(`\n## ${file}\n`);
  const { status } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "--expose-gc", join(folder, file)], { cwd: programFolder, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
