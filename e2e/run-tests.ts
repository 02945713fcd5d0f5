/** `npm test`: types, lint, unit tests, then the app in a real Chromium; ends with the counts of all. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, installChromium } from "./chromium.ts";

type Counts = { passed: number; failed: number; skipped: number };
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
/** Holds the reports and whatever the tests lay down; gone at the end. */
const results = mkdtempSync(join(tmpdir(), "evidesk-tests-"));
const scratch = { TMPDIR: results, TEMP: results, TMP: results };

function step(
  title: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): boolean {
  process.stdout.write(`\n== ${title}\n`);
  const started = Date.now();
  const { status } = spawnSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, ...scratch, ...env },
    shell: process.platform === "win32",
  });
  process.stdout.write(
    `${title}: ${status === 0 ? "done" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(0)} s\n`,
  );
  return status === 0;
}

function add(counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

/** A runner that died before it wrote its report counts as one failure. */
function countsFrom(file: string, read: (report: Record<string, unknown>) => Counts): Counts {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  return read(JSON.parse(readFileSync(file, "utf8")));
}

const checked = step("Types, lint, unused code", "npm", ["run", "--silent", "check"]);
add({ passed: checked ? 1 : 0, failed: checked ? 0 : 1, skipped: 0 });

const unitFile = join(results, "unit.json");
step("Unit tests", process.execPath, [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${unitFile}`,
]);
add(
  countsFrom(unitFile, (report) => ({
    passed: Number(report["numPassedTests"]),
    failed: Number(report["numFailedTests"]),
    skipped: Number(report["numPendingTests"]),
  })),
);

const built = step("Page", process.execPath, [
  "node_modules/vite/bin/vite.js",
  "build",
  "--logLevel",
  "error",
]);
const browser = findChromium() ?? installChromium();
if (!built || browser === null) {
  process.stdout.write(
    built
      ? "No Chromium could be installed: end-to-end tests cannot run.\n"
      : "The page does not build.\n",
  );
  add({ passed: 0, failed: 1, skipped: 0 });
} else {
  const endFile = join(results, "end-to-end.json");
  step(
    "End-to-end tests",
    process.execPath,
    ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"],
    { EVIDESK_CHROMIUM: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: endFile },
  );
  add(
    countsFrom(endFile, (report) => {
      const {
        expected = 0,
        unexpected = 0,
        flaky = 0,
        skipped = 0,
      } = report["stats"] as Record<string, number>;
      if (flaky > 0)
        process.stdout.write(`${flaky} end-to-end tests passed only when tried again.\n`);
      return { passed: expected + flaky, failed: unexpected, skipped };
    }),
  );
}

process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
rmSync(results, { recursive: true, force: true, maxRetries: 3 });
process.exit(total.failed === 0 ? 0 : 1);
