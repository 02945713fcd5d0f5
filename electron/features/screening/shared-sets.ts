/** Where the labelled reviews of the shared data lie, for what measures on them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { programFolder } from "../../places.ts";

export const sharedSets = join(
  process.env["EVIDESK_SHARED"] ?? join(programFolder, "..", "shared"),
  "data",
  "screening",
);

/** The folder; a script that is run without it says so and ends well. */
export function sharedSetsOrEnd(): string {
  if (existsSync(sharedSets)) return sharedSets;
  process.stdout.write("Skipped: the labelled reviews of the shared data folder are not here.\n");
  process.exit(0);
}
