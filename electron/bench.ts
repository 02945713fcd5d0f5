/** `npm run bench`: runs every benchmark of the repository, one after the other, each in its own process. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { programFolder } from "./places.ts";

const folders = ["electron", "e2e"].map((name) => join(programFolder, name));
const wanted = process.argv[2] ?? "";
const files = folders
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
  )
  .filter((name) => name.endsWith(".bench.ts") && name.includes(wanted))
  .toSorted();
if (files.length === 0) process.stdout.write(`No benchmark's name holds "${wanted}".\n`);
for (const file of files) {
  process.stdout.write(`\n## ${relative(programFolder, file)}\n`);
  const { status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--expose-gc", file],
    { cwd: programFolder, stdio: "inherit" },
  );
  if (status !== 0) process.exitCode = 1;
}
