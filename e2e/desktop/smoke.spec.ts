import { existsSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { _electron, expect, test } from "@playwright/test";

// The Electron program is a download of its own; without it, or without a display, there is no window to drive.
const folder = dirname(createRequire(import.meta.url).resolve("electron/package.json"));
const program = existsSync(join(folder, "path.txt"));
const display =
  process.platform !== "linux" || Boolean(process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]);

test("the desktop window opens the same page, sandboxed", async () => {
  test.skip(
    !program,
    "no Electron program here: run `npx install-electron` where the internet allows it",
  );
  test.skip(!display, "no display here");
  test.skip(!existsSync(".vite/build/main.cjs"), "not built: run `npm run package` first");
  const app = await _electron.launch({
    args: ["."],
    env: { ...process.env, EVIDESK_DATA: mkdtempSync(join(tmpdir(), "evidesk-desktop-")) },
  });
  const window = await app.firstWindow();
  await expect(window.getByText("Evidesk").first()).toBeVisible();
  expect(new URL(window.url()).protocol).toBe("app:");
  expect(await window.evaluate("typeof require")).toBe("undefined");
  expect(await window.evaluate("typeof process")).toBe("undefined");
  await app.close();
});
