import { chromium } from "playwright";
import { findChromium } from "../chromium.ts";
import { expect, test } from "../app.ts";

test("a page of another name that is rebound to this machine is refused everywhere", async ({
  desk,
}) => {
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "",
    args: ["--no-sandbox", "--host-resolver-rules=MAP evil.test 127.0.0.1"],
  });
  const page = await browser.newPage();
  for (const path of ["/", "/rpc/review.list", `/assets/${"0".repeat(64)}`]) {
    const response = await page.goto(`http://evil.test:${desk.port}${path}`);
    expect(response?.status()).toBe(421);
  }
  await browser.close();
});

test("the address keeps its key to itself: it is gone from the bar and calls work", async ({
  app,
  desk,
}) => {
  await expect(app.getByText("Evidesk").first()).toBeVisible();
  expect(app.url()).not.toContain(desk.token);
  await expect(app.getByText("records to screen")).toBeVisible();
});
