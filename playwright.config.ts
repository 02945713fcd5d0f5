import { defineConfig } from "@playwright/test";
import { drawInSoftware, findChromium } from "./e2e/chromium.ts";

export default defineConfig({
  testDir: "e2e",
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  // A test that passes only on its second try is counted as passed and named as flaky.
  retries: 2,
  expect: { timeout: 15_000 },
  reporter: "list",
  projects: [
    {
      name: "browser",
      testMatch: "browser/*.spec.ts",
      use: {
        browserName: "chromium",
        viewport: { width: 1440, height: 900 },
        launchOptions: {
          executablePath: findChromium() ?? "",
          args: drawInSoftware,
        },
      },
    },
    { name: "desktop", testMatch: "desktop/*.spec.ts" },
  ],
});
