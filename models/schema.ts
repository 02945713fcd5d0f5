/** Writes `pack.schema.json` from the program's own rules. Run: node models/schema.ts */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestJsonSchema } from "../electron/features/models/manifest.ts";

writeFileSync(
  join(import.meta.dirname, "pack.schema.json"),
  `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
);
