import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { openAssets } from "../features/review/assets.ts";

// The Electron program cannot be had everywhere; what our code asks of it can be watched everywhere.
const fake = vi.hoisted(() => ({
  handlers: new Map<string, (request: Request) => Promise<Response>>(),
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  permission: undefined as
    | ((contents: unknown, permission: string, answer: (allowed: boolean) => void) => void)
    | undefined,
  contents: undefined as ((event: unknown, contents: unknown) => void) | undefined,
  opened: [] as string[],
  keychain: true,
}));
vi.mock("electron", () => ({
  protocol: {
    registerSchemesAsPrivileged: (schemes: typeof fake.schemes) => fake.schemes.push(...schemes),
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      fake.handlers.set(scheme, handler),
  },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (handler: typeof fake.permission) => (fake.permission = handler),
      setPermissionCheckHandler: () => {},
    },
  },
  app: {
    on: (name: string, handler: typeof fake.contents) =>
      name === "web-contents-created" && (fake.contents = handler),
  },
  shell: { openExternal: (url: string) => fake.opened.push(url) },
  BrowserWindow: class {},
  safeStorage: {
    isEncryptionAvailable: () => fake.keychain,
    encryptString: (text: string) => Buffer.from([...text].toReversed().join("")),
    decryptString: (bytes: Buffer) => [...bytes.toString()].toReversed().join(""),
  },
}));

const { declareScheme, handleScheme } = await import("./protocol.ts");
const { isOwnPage, mayOpen, secureEverything } = await import("./security.ts");
const { openKeychain } = await import("./secrets.ts");
const { webPreferences } = await import("./window.ts");

let ask: (path: string, init?: RequestInit) => Promise<Response>;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-host-"));
  mkdirSync(join(folder, "page"));
  writeFileSync(join(folder, "page", "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "secret.txt"), "secret");
  handleScheme(join(folder, "page"), openAssets(join(folder, "assets")));
  ask = (path, init) =>
    fake.handlers.get("app")?.(new Request(`app://evidesk${path}`, init)) ??
    Promise.reject(new Error("no handler"));
});

test("the page comes with the same policy as over HTTP, and no address leaves its folder", async () => {
  const page = await ask("/review/1/screen");
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  for (const path of ["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt"])
    expect(await (await ask(path)).text()).not.toContain("secret");
});

test("bytes go in and come out by id through the scheme", async () => {
  const stored = (await (
    await ask("/assets?name=a.pdf", {
      method: "POST",
      body: new Uint8Array([1, 2, 3]),
      headers: { "content-type": "application/pdf" },
    })
  ).json()) as { id: string };
  expect(new Uint8Array(await (await ask(`/assets/${stored.id}`)).arrayBuffer())).toEqual(
    new Uint8Array([1, 2, 3]),
  );
  expect((await ask(`/assets/${"0".repeat(64)}`)).status).toBe(404);
});

test("the window is sandboxed, isolated and without Node, and the scheme is a secure one", () => {
  expect(webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
  declareScheme();
  expect(fake.schemes[0]).toMatchObject({
    scheme: "app",
    privileges: { secure: true, standard: true },
  });
});

test("only listed https places open outside, navigation stays inside, and permissions are denied", () => {
  expect(mayOpen("https://doi.org/10.1/x")).toBe(true);
  for (const url of [
    "http://doi.org/",
    "https://doi.org.evil.test/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "nonsense",
  ])
    expect(mayOpen(url)).toBe(false);
  expect(isOwnPage("app://evidesk/read")).toBe(true);
  expect(isOwnPage("app://evidesk.evil.test/")).toBe(false);
  secureEverything();
  const answers: boolean[] = [];
  for (const permission of ["media", "geolocation", "clipboard-sanitized-write"])
    fake.permission?.(null, permission, (allowed) => answers.push(allowed));
  expect(answers).toEqual([false, false, true]);
  const events = new Map<string, (event: { url: string; preventDefault: () => void }) => void>();
  let openWindow: ((details: { url: string }) => { action: string }) | undefined;
  fake.contents?.(null, {
    on: (name: string, handler: never) => events.set(name, handler),
    setWindowOpenHandler: (handler: typeof openWindow) => (openWindow = handler),
  });
  let prevented = 0;
  events.get("will-navigate")?.({
    url: "https://evil.test/",
    preventDefault: () => (prevented += 1),
  });
  events.get("will-navigate")?.({ url: "app://evidesk/", preventDefault: () => (prevented += 1) });
  expect(prevented).toBe(1);
  expect(openWindow?.({ url: "https://evil.test/" })).toEqual({ action: "deny" });
  expect(openWindow?.({ url: "https://doi.org/10.1/x" })).toEqual({ action: "deny" });
  expect(fake.opened).toEqual(["https://doi.org/10.1/x"]);
});

test("a key is on disk only encrypted, and not at all where the system has no keychain", () => {
  const file = join(mkdtempSync(join(tmpdir(), "evidesk-keys-")), "keys.json");
  const keychain = openKeychain(file);
  keychain.set("ncbi-api-key", "abc123");
  expect(readFileSync(file, "utf8")).not.toContain("abc123");
  expect(openKeychain(file).get("ncbi-api-key")).toBe("abc123");
  fake.keychain = false;
  expect(() => keychain.set("other", "secret")).toThrow(/no keychain/);
  expect(readFileSync(file, "utf8")).not.toContain("other");
  keychain.set("ncbi-api-key", null);
  expect(keychain.get("ncbi-api-key")).toBeUndefined();
});
