/** A real Chromium for the end-to-end tests: the one there is, else fetched, and said so. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright";

const usual = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Volumes need WebGL2, which a machine without a graphics card gives in software. The page itself is then
 * put together on the processor, as it is on such a machine; through WebGL it would be drawn twice.
 */
export const drawInSoftware = ["--no-sandbox", "--enable-unsafe-swiftshader"];

/** The program's path, or null when none is installed. */
export function findChromium(): string | null {
  const own = process.env["EVIDESK_CHROMIUM"];
  if (own && existsSync(own)) return own;
  const fetched = chromium.executablePath();
  if (existsSync(fetched)) return fetched;
  return usual.find((path) => existsSync(path)) ?? null;
}

/** Playwright's own download first; behind a closed network, Debian's package as root. */
export function installChromium(): string | null {
  process.stdout.write("No Chromium here: installing one for the end-to-end tests.\n");
  const attempts: [string, string[]][] = [
    [process.execPath, ["node_modules/playwright/cli.js", "install", "chromium"]],
    ["apt-get", ["update", "-q"]],
    ["apt-get", ["install", "-y", "-q", "chromium"]],
  ];
  for (const [command, args] of attempts) {
    process.stdout.write(`  ${[command.split("/").at(-1), ...args].join(" ")}\n`);
    spawnSync(command, args, { stdio: "ignore", timeout: 300_000 });
    const found = findChromium();
    if (found) return found;
  }
  return null;
}
