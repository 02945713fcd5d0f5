/** Compiled program text, kept in the program's own folder between starts. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { programFolder } from "./places.ts";

/** Where the folder cannot be written, nothing is kept and the program starts as before. */
export function keepCompiled(): void {
  enableCompileCache(join(programFolder, "node_modules", ".cache", "evidesk"));
}
