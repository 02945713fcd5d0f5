import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesIn, openAssets } from "./assets.ts";

const folder = mkdtempSync(join(tmpdir(), "evidesk-assets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const assets = openAssets(folder);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const about = { name: "a", type: "" };

/** As the page lays several files into one body. */
function bodyOf(files: readonly Uint8Array[], named = files.map(({ length }) => length)) {
  const head = Buffer.from(
    JSON.stringify(named.map((bytes, at) => ({ name: `${at}.dcm`, type: "", bytes }))),
  );
  return Buffer.concat([new Uint8Array(new Uint32Array([head.length]).buffer), head, ...files]);
}

test("a file's id is the sha256 of its content, hashed at once or beside the program's thread", async () => {
  for (const size of [0, 1, 1 << 18, (5 << 20) + 3]) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => at * 31);
    const { id } = await assets.put(bytes, about);
    expect(id).toBe(sha256(bytes));
    expect(Buffer.compare(await assets.get(id), bytes)).toBe(0);
  }
});

test("a large file that was changed on the disk is told, not handed out", async () => {
  const { id } = await assets.put(new Uint8Array(1 << 19), about);
  writeFileSync(assets.path(id), new Uint8Array(1 << 19).fill(1));
  await expect(assets.get(id)).rejects.toMatchObject({ code: "tampered" });
});

test("files sent together are stored each under its own name and id, also twice the same", async () => {
  const files = [Uint8Array.of(1, 2, 3), new Uint8Array(), Uint8Array.of(1, 2, 3)];
  const stored = await assets.putMany(bodyOf(files));
  expect(stored.map(({ id }) => id)).toEqual(files.map(sha256));
  expect(stored.map(({ name }) => name)).toEqual(["0.dcm", "1.dcm", "2.dcm"]);
});

test("a body that breaks off or holds more than it names stores nothing", () => {
  const files = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
  const whole = bodyOf(files);
  for (const broken of [
    new Uint8Array(),
    Uint8Array.of(255, 255, 255, 255, 1),
    whole.subarray(0, whole.length - 1),
    Buffer.concat([whole, Uint8Array.of(0)]),
    bodyOf(files, [-3, 7]),
  ])
    expect(() => filesIn(broken)).toThrow(/do not hold the files they name/);
});
