#!/usr/bin/env node
// The program is TypeScript run by the Node that npm installed with it; an older system Node only hands over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const own = join(
  folder,
  "..",
  "node_modules",
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);
const [major, minor] = process.versions.node.split(".").map(Number);
const modern = major > 22 || (major === 22 && minor >= 18);

if (existsSync(own) || !modern) {
  if (!existsSync(own)) {
    console.error(
      `Evidesk needs Node 22.18 or newer; this is ${process.versions.node}. Run \`npm ci\` in its folder, which brings one along.`,
    );
    process.exit(1);
  }
  const child = spawn(
    own,
    ["--disable-warning=ExperimentalWarning", join(folder, "cli.ts"), ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
} else {
  await import("./cli.ts");
}
