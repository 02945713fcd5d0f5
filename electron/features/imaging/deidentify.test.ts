import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { programFolder } from "../../places.ts";
import { deidentify } from "./deidentify.ts";
import type { DeidentifyOption } from "../../api/schemas/imaging.ts";
import { actionFor, shiftDate } from "./deidentify-rules.ts";
import { readDataSet } from "./dicom.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { loadSeries } from "./load.ts";

const none = new Set<DeidentifyOption>();
const how = { salt: "s", options: none };
const named = (): Uint8Array =>
  dicomSlice({
    series: "1.2.840.99.7",
    more: {
      "00080012": ["DA", "20200229"],
      "00080020": ["DA", "20200229"],
      "00080080": ["LO", "St Elsewhere"],
      "00080090": ["PN", "Referrer^R"],
      "00081030": ["LO", "CT of John Doe"],
      "00081140": [
        "SQ",
        [
          {
            "00081150": ["UI", "1.2.840.10008.5.1.4.1.1.2"],
            "00081155": ["UI", "1.2.840.99.7.1"],
            "00204000": ["LT", "for John Doe"],
          },
        ],
      ],
      "00090010": ["LO", "VENDOR"],
      "00091001": ["LO", "John Doe"],
      "00100010": ["PN", "Doe^John"],
      "00100020": ["LO", "12345"],
      "00100030": ["DA", "19500101"],
      "00100040": ["CS", "M"],
      "00101010": ["AS", "070Y"],
      "00104000": ["LT", "John's notes"],
      "00181000": ["LO", "Serial 7"],
      "00181030": ["LO", "Dr Doe's protocol"],
      "00204000": ["LT", "John Doe, bed 4"],
      "00321060": ["LO", "Doe"],
      "00400275": ["SQ", [{ "00400007": ["LO", "Doe"] }]],
      "60003000": ["OW", new Uint8Array(4)],
    },
  });

test("nothing of the patient is left in the bytes, and the pixels are those that were there", () => {
  const before = named();
  const { bytes, removed, replaced } = deidentify(before, "a.dcm", how);
  const text = Buffer.from(bytes).toString("latin1");
  for (const word of [
    "Doe",
    "John",
    "12345",
    "Elsewhere",
    "Referrer",
    "1950",
    "2020",
    "VENDOR",
    "1.2.840.99",
    "Serial",
  ])
    expect(text, word).not.toContain(word);
  const [was, is] = [readDataSet(before, "a"), readDataSet(bytes, "b")];
  const pixels = (set: typeof was): number[] => {
    const element = set.elements["x7fe00010"];
    return [
      ...set.byteArray.subarray(
        element?.dataOffset,
        (element?.dataOffset ?? 0) + (element?.length ?? 0),
      ),
    ];
  };
  expect(pixels(is)).toEqual(pixels(was));
  for (const tag of ["x00280010", "x00200032", "x00280030", "x00080060", "x00080016", "x00180050"])
    expect(is.string(tag) ?? is.uint16(tag), tag).toEqual(was.string(tag) ?? was.uint16(tag));
  expect(is.string("x00100010")).toMatch(/^ANON-/);
  expect(is.string("x00100030") ?? "").toBe("");
  expect(is.elements["x00080020"]).toBeDefined();
  expect(is.string("x00120062")).toBe("YES");
  expect(is.elements["x00120064"]?.items?.[0]?.dataSet?.string("x00080100")).toBe("113100");
  expect(is.string("x00280303")).toBe("REMOVED");
  const inside = is.elements["x00081140"]?.items?.[0]?.dataSet;
  expect(inside?.string("x00081155")).toMatch(/^2\.25\./);
  expect(inside?.elements["x00204000"]).toBeUndefined();
  expect(removed).toEqual(expect.arrayContaining(["00091001", "00104000", "00321060", "60003000"]));
  expect(replaced).toEqual(expect.arrayContaining(["00100010", "00080018", "0020000E"]));
});

test("two slices of a series stay one series, another key makes another one", () => {
  const series = (bytes: Uint8Array, salt = "s"): string | undefined =>
    readDataSet(deidentify(bytes, "a", { salt, options: none }).bytes, "a").string("x0020000e");
  expect(series(dicomSlice({ instance: 1 }))).toBe(series(dicomSlice({ instance: 2 })));
  expect(series(dicomSlice())).not.toBe(series(dicomSlice(), "t"));
});

test("the options keep what they name and no more", () => {
  const options = new Set<DeidentifyOption>([
    "modified-dates",
    "patient-characteristics",
    "retain-uids",
  ]);
  const set = readDataSet(deidentify(named(), "a", { salt: "s", options }).bytes, "a");
  expect(set.string("x00101010")).toBe("070Y");
  expect(set.string("x00100040")).toBe("M");
  expect(set.string("x0020000e")).toBe("1.2.840.99.7");
  expect(set.string("x00080020")).toMatch(/^\d{8}$/);
  expect(set.string("x00080020")).not.toBe("20200229");
  expect(set.string("x00080012")).toBe(set.string("x00080020"));
  expect(set.string("x00080080")).toBeUndefined();
  expect(set.elements["x00120064"]?.items).toHaveLength(4);
});

test.each([
  ["00080080", "LO", "remove"],
  ["00080081", "ST", "remove"],
  ["00081010", "SH", "remove"],
  ["00081070", "PN", "remove"],
  ["0008103E", "LO", "remove"],
  ["00102160", "SH", "remove"],
  ["0010A123", "LO", "remove"],
  ["00181000", "LO", "remove"],
  ["00181200", "DA", "remove"],
  ["00080018", "UI", "uid"],
  ["00200052", "UI", "uid"],
  ["00081195", "UI", "uid"],
  ["00080050", "SH", "empty"],
  ["00200010", "SH", "empty"],
  ["00400254", "LO", "remove"],
  ["0040A730", "SQ", "remove"],
  ["00280010", "US", "keep"],
  ["00281052", "DS", "keep"],
  ["00180060", "DS", "keep"],
  ["52009229", "SQ", "inside"],
  ["00291010", "OB", "remove"],
  ["12345678", "XX", "remove"],
])("%s (%s): %s", (tag, vr, action) => {
  expect(actionFor(tag, vr, none)).toBe(action);
});

test("no text, name, date or unknown bytes of any attribute of any technical group is kept", () => {
  const told = ["LO", "SH", "PN", "ST", "LT", "UT", "UC", "UN", "DA", "TM", "DT", "AS", "AE", "UR"];
  // Kept by name: what an image is made with, and the meaning of codes.
  const meant = new Set(
    "00080064 00080070 00080100 00080102 00080104 00081090 00181020 00620005".split(" "),
  );
  const kept: string[] = [];
  for (const group of [0x08, 0x10, 0x12, 0x18, 0x20, 0x22, 0x28, 0x32, 0x40, 0x48, 0x54, 0x62])
    for (let element = 1; element < 0x10000; element += 1) {
      const tag =
        `${group.toString(16).padStart(4, "0")}${element.toString(16).padStart(4, "0")}`.toUpperCase();
      for (const vr of told)
        if (["keep", "shift"].includes(actionFor(tag, vr, none)) && !meant.has(tag)) kept.push(tag);
    }
  // Sets of characters, types and models are coded strings whatever a file calls them.
  expect([...new Set(kept)]).toEqual([
    "00080005",
    "00080008",
    "00080016",
    "00080060",
    "00080103",
    "00080117",
    "00081150",
    "00620009",
  ]);
});

test("each option keeps its own attributes and is named by its code", () => {
  const withOption = (option: DeidentifyOption) => {
    const bytes = deidentify(
      dicomSlice({
        more: {
          "00080020": ["DA", "20200229"],
          "00080030": ["TM", "101112"],
          "00080080": ["LO", "St Elsewhere"],
          "00181000": ["LO", "Serial 7"],
          "00203401": ["CS", "STATION7"],
        },
      }),
      "a",
      { salt: "s", options: new Set([option]) },
    ).bytes;
    const set = readDataSet(bytes, "a");
    const codes = (set.elements["x00120064"]?.items ?? []).map(({ dataSet }) =>
      dataSet?.string("x00080100"),
    );
    return { set, code: codes.at(-1), dates: set.string("x00280303") };
  };
  const dates = withOption("full-dates");
  expect([
    dates.set.string("x00080020"),
    dates.set.string("x00080030"),
    dates.code,
    dates.dates,
  ]).toEqual(["20200229", "101112", "113106", "UNMODIFIED"]);
  const device = withOption("device-identity");
  expect([device.set.string("x00181000"), device.set.string("x00080080"), device.code]).toEqual([
    "Serial 7",
    undefined,
    "113109",
  ]);
  const place = withOption("institution-identity");
  expect([place.set.string("x00080080"), place.set.string("x00181000"), place.code]).toEqual([
    "St Elsewhere",
    undefined,
    "113112",
  ]);
  for (const { set } of [dates, device, place]) expect(set.string("x00203401")).toBeUndefined();
});

test("dates move across leap days and years; what is no date goes", () => {
  expect(shiftDate("20200301", -1)).toBe("20200229");
  expect(shiftDate("20210101120000", -1)).toBe("20201231120000");
  expect(shiftDate("spring", -1)).toBe("");
});

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(programFolder, "..", "shared"),
  "data",
  "imaging",
  "dicom",
  "cornerstone",
);
describe.skipIf(!existsSync(shared))("real files (skipped where the shared data is absent)", () => {
  test("every transfer syntax opens again with the same voxels", async () => {
    const { mkdtempSync, writeFileSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const folder = mkdtempSync(join(tmpdir(), "evidesk-deidentify-"));
    const files = readdirSync(shared, { recursive: true })
      .map(String)
      .filter((name) => /CTImage.*\.dcm/.test(name));
    let compared = 0;
    for (const name of files) {
      const bytes = new Uint8Array(readFileSync(join(shared, name)));
      let made: Uint8Array;
      try {
        ({ bytes: made } = deidentify(bytes, name, how));
      } catch (thrown) {
        expect(String(thrown)).toMatch(/big-endian/);
        continue;
      }
      const path = join(folder, `${compared}.dcm`);
      writeFileSync(path, made);
      const [before, after] = await Promise.all([
        loadSeries(join(shared, name), () => {}),
        loadSeries(path, () => {}),
      ]);
      expect(
        Buffer.compare(
          Buffer.from(after.volume.data.buffer),
          Buffer.from(before.volume.data.buffer),
        ),
        name,
      ).toBe(0);
      expect(after.volume.affine, name).toEqual(before.volume.affine);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(8);
  });
});
