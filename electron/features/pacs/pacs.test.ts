import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { dicomSlice } from "../imaging/fixtures/dicom-slice.ts";
import { openImages } from "../imaging/open.ts";
import { openAssets } from "../review/assets.ts";
import { orthancIsHere, startOrthanc, type Orthanc } from "./fixtures/orthanc.ts";
import { createPacsHandlers } from "./handlers.ts";
import { multipart, partsOf } from "./multipart.ts";

const signal = new AbortController().signal;
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

function desk(reach: (url: string, init: RequestInit) => Promise<Response> = fetch) {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-pacs-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const kept = new Map<string, string>();
  const assets = openAssets(join(folder, "assets"));
  const recorded: [string, object][] = [];
  const asked: string[] = [];
  const handlers = createPacsHandlers({
    dataFolder: folder,
    assets,
    fetch: async (url, init) => {
      asked.push(url);
      return reach(url, init);
    },
    secrets: {
      get: async (name) => kept.get(name),
      set: async (name, value) => void (value === null ? kept.delete(name) : kept.set(name, value)),
    },
    record: (action, payload) => recorded.push([action, payload]),
  });
  return { folder, assets, handlers, recorded, asked, frame: { signal, emit: () => {} } };
}
const query = { patientId: "", patientName: "", date: "", modality: "", accession: "", limit: 50 };
const server = { name: "Archive", user: "", password: "" };

test("files with the boundary's letters in their pixels come through multipart whole; a cut body is refused", () => {
  const { type, body } = multipart([Uint8Array.of(1, 2), new Uint8Array()]);
  const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? "";
  const tricky = new TextEncoder().encode(`\r\n--not ${boundary} --${boundary.slice(0, 9)}`);
  const again = multipart([tricky, Uint8Array.of(13, 10)]);
  expect(partsOf(again.type, again.body).map((part) => [...part])).toEqual([[...tricky], [13, 10]]);
  expect(partsOf(type, body).map(({ length }) => length)).toEqual([2, 0]);
  expect(() => partsOf(type, body.subarray(0, body.length - 6))).toThrow(/breaks off/);
  expect(() => partsOf("text/html", body)).toThrow(/"text\/html" instead of DICOM/);
});

test("another machine is not asked before it was allowed by its own name, nor when the list was changed behind the desk", async () => {
  const { handlers, asked, frame, folder } = desk();
  const address = "http://pacs.example:8042/dicom-web";
  await expect(handlers["pacs.add"]({ ...server, address }, frame)).rejects.toThrow(
    /"pacs\.example" is another machine/,
  );
  await expect(
    handlers["pacs.add"]({ ...server, address, allowedHost: "other.example" }, frame),
  ).rejects.toThrow(/another machine/);
  await handlers["pacs.add"]({ ...server, address, allowedHost: "pacs.example" }, frame);
  writeFileSync(
    join(folder, "archives.json"),
    JSON.stringify([
      {
        id: "x",
        name: "x",
        address: "http://evil.example/",
        allowedHost: "pacs.example",
        user: "",
      },
    ]),
  );
  await expect(handlers["pacs.find"]({ serverId: "x", query }, frame)).rejects.toThrow(
    /"evil\.example" is another machine/,
  );
  expect(asked).toEqual([]);
});

test("an archive that is away, answers an error, redirects elsewhere or sends no DICOM is told as that", async () => {
  const find = async (reach?: () => Promise<Response>) => {
    const { handlers, frame } = desk(reach);
    const { id } = await handlers["pacs.add"](
      { ...server, address: "http://127.0.0.1:9/dicom-web" },
      frame,
    );
    return handlers["pacs.find"]({ serverId: id, query }, frame);
  };
  const answering = (status: number, body: string) => async () => new Response(body, { status });
  await expect(find()).rejects.toThrow(/"127\.0\.0\.1:9" could not be reached/);
  await expect(find(answering(500, "out of disk"))).rejects.toThrow(
    /answered 500 to \/studies: out of disk/,
  );
  await expect(find(answering(401, ""))).rejects.toMatchObject({ code: "unauthorized" });
  await expect(find(answering(200, "<html>"))).rejects.toThrow(/no list of DICOM JSON/);
});

test("no request follows a redirect, so that nothing lands on a machine nobody allowed", async () => {
  const modes: unknown[] = [];
  const { handlers, frame } = desk(async (_url, init) => {
    modes.push(init.redirect);
    return Response.json([]);
  });
  const { id: serverId } = await handlers["pacs.add"](
    { ...server, address: "http://localhost:9/" },
    frame,
  );
  await handlers["pacs.find"]({ serverId, query }, frame);
  expect(modes).toEqual(["error"]);
  for (const address of ["http://127.evil.example/", "http://localhost.evil.example/", "file:///x"])
    await expect(handlers["pacs.add"]({ ...server, address }, frame)).rejects.toThrow(
      /another machine|no web address/,
    );
});

if (!orthancIsHere)
  process.stdout.write("Orthanc with DICOMweb (Debian) is not here: not tested against it\n");

describe.skipIf(!orthancIsHere)("a real Orthanc", () => {
  let running: Orthanc | undefined;
  let address = "";
  let port = 0;

  beforeAll(async () => {
    running = await startOrthanc();
    ({ address, port } = running);
  }, 90_000);
  afterAll(async () => running?.stop(), 30_000);

  test(
    "what is sent is found and fetched again, byte for byte in its pixels; the audit names where it went",
    { timeout: 60_000 },
    async () => {
      const { handlers, assets, recorded, frame } = desk();
      const { id: serverId } = await handlers["pacs.add"](
        { ...server, address, user: "reader", password: "secret" },
        frame,
      );
      const files = [];
      for (const n of [1, 2, 3]) {
        const bytes = dicomSlice({
          position: [0, 0, n * 2],
          series: "1.2.3.4",
          instance: n,
          more: {
            "0020000d": ["UI", "1.2.3"],
            "00080020": ["DA", "20240131"],
            "00081030": ["LO", "Chest"],
            "00100010": ["PN", "Doe^Jane"],
            "00100020": ["LO", "P-7"],
          },
        });
        const { id } = await assets.put(bytes, { name: `${n}.dcm`, type: "" });
        files.push({ assetId: id, name: `${n}.dcm` });
      }
      const junk = await assets.put(new Uint8Array(64), { name: "junk.dcm", type: "" });
      const sent = await handlers["pacs.send"](
        { serverId, files: [...files, { assetId: junk.id, name: "junk.dcm" }] },
        frame,
      ).catch((thrown: Error) => thrown);
      if (sent instanceof Error) throw sent;
      expect(sent.stored).toBe(3);
      expect(sent.refused.map(({ file }) => file)).toEqual(["junk.dcm"]);

      const found = await handlers["pacs.find"](
        { serverId, query: { ...query, patientId: "P-*" } },
        frame,
      );
      expect(found).toMatchObject([
        {
          study: "1.2.3",
          patientName: "Doe^Jane",
          patientId: "P-7",
          date: "20240131",
          description: "Chest",
          modalities: ["CT"],
          series: 1,
          instances: 3,
        },
      ]);
      expect(
        await handlers["pacs.find"]({ serverId, query: { ...query, patientId: "nobody" } }, frame),
      ).toEqual([]);

      const fetched = await handlers["pacs.fetch"]({ serverId, study: "1.2.3" }, frame);
      const images = [];
      for (const { assetId, name } of fetched.files)
        images.push({ name, bytes: new Uint8Array(await assets.get(assetId)) });
      const { series, rejected } = await openImages(images);
      expect(rejected).toEqual([]);
      expect(series[0]?.volume.shape).toEqual([3, 2, 3]);
      expect([...(series[0]?.volume.data ?? [])]).toEqual([
        0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5,
      ]);
      await expect(handlers["pacs.fetch"]({ serverId, study: "9.9.9" }, frame)).rejects.toThrow(
        /9\.9\.9|404/,
      );
      expect(recorded.map(([action]) => action)).toEqual(["sendImages", "fetchStudy"]);
      expect(recorded[0]?.[1]).toMatchObject({ to: `127.0.0.1:${port}` });

      const wrong = await handlers["pacs.add"](
        { ...server, address, user: "reader", password: "guess" },
        frame,
      );
      await expect(
        handlers["pacs.find"]({ serverId: wrong.id, query }, frame),
      ).rejects.toMatchObject({ code: "unauthorized" });
    },
  );

  test("the command line finds the same study", { timeout: 60_000 }, () => {
    const told = spawnSync(
      process.execPath,
      ["electron/cli.ts", "pacs", "find", address, "--user", "reader", "--json"],
      { encoding: "utf8", env: { ...process.env, EVIDESK_PACS_PASSWORD: "secret" } },
    );
    expect(JSON.parse(told.stdout)).toMatchObject([{ study: "1.2.3", instances: 3 }]);
  });
});
