/** Command-line entry: what is compiled once is kept, which spares two thirds of the time that the next start takes. */
import { keepCompiled } from "./compiled.ts";

keepCompiled();
// Only what is loaded from here on is kept.
await import("./command-line.ts");
