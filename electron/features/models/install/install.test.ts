import { readdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  emptyPacks,
  listed,
  network,
  newFolder,
  packFiles,
  weights,
  writePack,
  zipOf,
  type Entry,
} from "./fixtures.ts";
import { installPack, removePack } from "./install.ts";
import { fresh, left, refuses } from "./refused-install.ts";

function zipFile(entries: readonly Entry[]): string {
  const path = join(newFolder(), "pack.zip");
  writeFileSync(path, zipOf(entries));
  return path;
}

const cardListed = listed("card.md", packFiles()["card.md"] as Uint8Array);

const entriesOf = (files: Record<string, Uint8Array>, root = ""): Entry[] =>
  Object.entries(files).map(([path, bytes]) => ({ path: root + path, bytes }));

test("a folder is installed whole, once, and can be removed", async () => {
  const packs = emptyPacks();
  const source = writePack({ ...packFiles(), "notes/extra.txt": weights });
  await installPack(source, { packs });
  expect(readdirSync(join(packs.userFolder, "small")).toSorted()).toEqual([
    "card.md",
    "manifest.json",
    "model.onnx",
  ]);
  expect((await packs.checkedPack("small")).manifest.title).toBe("A small pack");
  await expect(installPack(source, { packs })).rejects.toMatchObject({ code: "conflict" });
  await removePack("small", packs);
  expect(left(packs)).toEqual([]);
  await expect(removePack("small", packs)).rejects.toMatchObject({ code: "notFound" });
});

test("a folder with a missing, changed, linked or outside file is installed", async () => {
  const missing = writePack(packFiles());
  unlinkSync(join(missing, "model.onnx"));
  await refuses(missing, "packInvalid", /"model\.onnx" is missing/);
  const changed = writePack({ ...packFiles(), "model.onnx": weights.map((value) => value ^ 1) });
  await refuses(changed, "packMismatch", /sha256/);
  const linked = writePack(packFiles());
  unlinkSync(join(linked, "model.onnx"));
  symlinkSync(join(writePack({ other: weights }), "other"), join(linked, "model.onnx"));
  await refuses(linked, "packInvalid", /"model\.onnx" is a link/);
  await refuses(
    writePack(packFiles({ card: "../card.md" })),
    "packInvalid",
    /card: a path inside the pack/,
  );
  await refuses(newFolder(), "packInvalid", /no manifest\.json/);
});

test("a zip is installed from its top or from one folder, and only what its manifest lists", async () => {
  for (const root of ["", "small-1.0.0/"]) {
    const packs = emptyPacks();
    await installPack(
      zipFile([...entriesOf(packFiles(), root), { path: `${root}run-me.sh`, bytes: weights }]),
      { packs },
    );
    expect(readdirSync(join(packs.userFolder, "small")).toSorted()).toEqual([
      "card.md",
      "manifest.json",
      "model.onnx",
    ]);
  }
});

test("a zip writes outside its folder, through a link, or without end", async () => {
  const good = entriesOf(packFiles());
  await refuses(
    zipFile([...good, { path: "../../evil", bytes: weights }]),
    "packInvalid",
    /"\.\.\/\.\.\/evil" lies outside/,
  );
  await refuses(
    zipFile([...good, { path: "/etc/evil", bytes: weights }]),
    "packInvalid",
    /lies outside/,
  );
  await refuses(
    zipFile([...good, { path: "a\\..\\evil", bytes: weights }]),
    "packInvalid",
    /lies outside/,
  );
  await refuses(
    zipFile([
      ...good,
      { path: "link", bytes: new TextEncoder().encode("/etc/passwd"), mode: 0o120777 },
    ]),
    "packInvalid",
    /"link" is a link/,
  );
  const zeros = new Uint8Array(40 << 20);
  const bomb = packFiles({
    files: [{ path: "model.onnx", bytes: zeros.length, sha256: "0".repeat(64) }],
  });
  await refuses(
    zipFile(entriesOf({ ...bomb, "model.onnx": zeros })),
    "packInvalid",
    /would grow \d+-fold/,
  );
  const shy = packFiles({
    files: [{ path: "model.onnx", bytes: 1000, sha256: "0".repeat(64) }, cardListed],
  });
  await refuses(
    zipFile(
      Object.entries({ ...shy, "model.onnx": zeros }).map(([path, bytes]) => ({
        path,
        bytes,
        ...(path === "model.onnx" ? { says: 1000 } : {}),
      })),
    ),
    "packInvalid",
    /unpacks to more than the 1000 bytes/,
  );
  await refuses(
    zipFile([
      { path: "manifest.json", bytes: Buffer.concat(Array.from({ length: 28 }, () => weights)) },
    ]),
    "packInvalid",
    /manifest\.json has 8400000 bytes/,
  );
});

test("a zip holds a bomb that its manifest does not list, or two files of one name", async () => {
  const good = entriesOf(packFiles());
  await refuses(
    zipFile([...good, { path: "zeros.bin", bytes: new Uint8Array(40 << 20) }]),
    "packInvalid",
    /"zeros\.bin" would grow \d+-fold/,
  );
  for (const path of ["model.onnx", "MODEL.onnx"])
    await refuses(
      zipFile([...good, { path, bytes: new TextEncoder().encode("another") }]),
      "packInvalid",
      new RegExp(`holds "${path}" twice`),
    );
});

test("what is no network, or has other inputs and outputs, is installed as ready", async () => {
  const words = new TextEncoder().encode("no network, only words");
  await refuses(
    writePack({
      ...packFiles({ files: [listed("model.onnx", words), cardListed] }),
      "model.onnx": words,
    }),
    "packInvalid",
    /"model\.onnx" \(22 bytes\) is no ONNX network/,
  );
  const cut = weights.subarray(0, 200_000);
  await refuses(
    writePack({
      ...packFiles({ files: [listed("model.onnx", cut), cardListed] }),
      "model.onnx": cut,
    }),
    "packInvalid",
    /is no ONNX network: .* does not fit/,
  );
  const other = network("pixels", "scores");
  const files = [listed("model.onnx", other), cardListed];
  const wrong = { kind: "full", file: "model.onnx", input: "pixels", output: "logits" };
  await refuses(
    writePack({ ...packFiles({ files }), "model.onnx": other }),
    "packInvalid",
    /"model\.onnx" has no input "image"; it has pixels/,
  );
  await refuses(
    writePack({ ...packFiles({ files, inference: wrong }), "model.onnx": other }),
    "packInvalid",
    /has no output "logits"; it has scores/,
  );
});

test("a card may be missing, or changed without anyone noticing", async () => {
  await refuses(
    writePack(packFiles({ files: [listed("model.onnx", weights)] })),
    "packInvalid",
    /card: "card\.md" is not among files/,
  );
  const packs = fresh();
  await installPack(writePack(packFiles()), { packs });
  writeFileSync(join(packs.userFolder, "small", "card.md"), "# Better\n");
  await expect(packs.checkedPack("small")).rejects.toMatchObject({ code: "packMismatch" });
});

test("a broken pack is said not to be there", async () => {
  const packs = fresh();
  await installPack(writePack(packFiles()), { packs });
  writeFileSync(join(packs.userFolder, "small", "manifest.json"), "{");
  await expect(packs.find("small")).rejects.toMatchObject({
    code: "packInvalid",
    message: expect.stringMatching(/not JSON/),
  });
});

test("a cut, wrong or lying zip is installed in part", async () => {
  const whole = zipOf(entriesOf(packFiles()));
  for (const bytes of [
    whole.subarray(0, whole.length / 2),
    whole.subarray(0, whole.length - 30),
    new TextEncoder().encode("not a zip at all, only some words"),
  ]) {
    const path = join(newFolder(), "pack.zip");
    writeFileSync(path, bytes);
    await refuses(path, "packInvalid", /refused/);
  }
  await refuses(
    zipFile(entriesOf({ ...packFiles(), "model.onnx": weights.subarray(1) })),
    "packMismatch",
    /299999 bytes in the zip, its manifest says 300000/,
  );
  await refuses(zipFile(entriesOf({ "card.md": weights })), "packInvalid", /0 manifest\.json/);
});

test("a pack that does not fit on the disk is begun", async () => {
  await refuses(writePack(packFiles()), "diskFull", /MiB are free/, {
    freeBytes: async () => 1000,
  });
});
