/**
 * De-identifies one DICOM file, bytes to bytes. Kept elements are copied as they are, compressed
 * pixels included; nothing is decoded. Rules: `deidentify-rules.ts` (PS3.15 Annex E).
 */
import { createHash } from "node:crypto";
import type { DataSet, Element } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import type { DeidentifyOption } from "../../api/schemas/imaging.ts";
import { readDataSet } from "./dicom.ts";
import { uid } from "./dicom-writer.ts";
import { actionFor, isStandardUid, methodCodes, shiftDate } from "./deidentify-rules.ts";

export type Deidentified = {
  bytes: Uint8Array;
  sopInstance: string;
  removed: string[];
  replaced: string[];
  warnings: string[];
};

const explicitLittle = "1.2.840.10008.1.2.1";
const implicitLittle = "1.2.840.10008.1.2";
const bigEndian = "1.2.840.10008.1.2.2";
const deflated = "1.2.840.10008.1.2.1.99";
/** VRs with a four-byte length (PS3.5 table 7.1-1). */
const wide = new Set([
  "OB",
  "OD",
  "OF",
  "OL",
  "OV",
  "OW",
  "SQ",
  "SV",
  "UC",
  "UN",
  "UR",
  "UT",
  "UV",
]);
/** Documents and raw data hold free text or bytes that no list of attributes covers. */
const unfit = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(88|104|66(?!\.4|\.7)|11|481|9)(\.|$)/;

/** Implicit files name no VR: the tags whose treatment hangs on it. Others are taken for what is removed. */
const implicitVr: Record<string, string> = Object.fromEntries(
  (
    [
      [
        "UI",
        "00080014 00080018 00081155 00081195 00083010 0020000D 0020000E 00200052 00200200 00880140 00209164 00209161",
      ],
      [
        "US",
        "00280002 00280006 00280010 00280011 00280100 00280101 00280102 00280103 00280106 00280107 00280108 00280109 00280120 00281101 00281102 00281103 00540051 00540071 00540081",
      ],
      ["OW", "00281201 00281202 00281203"],
      ["IS", "00200011 00200012 00200013 00280008 00181150 00181151 00181152 00201002 00540101"],
      [
        "DS",
        "00180050 00180060 00180080 00180081 00180088 00181100 00181110 00181111 00181120 00181130 00181140 00181164 00200032 00200037 00201041 00280030 00281050 00281051 00281052 00281053 00541102 00541300 00541321",
      ],
      [
        "CS",
        "00180015 00180020 00180021 00180022 00185100 00185101 00200060 00280004 00280051 00280301 00281056 00282110 00541001 00541002 20500020",
      ],
      [
        "SQ",
        "00081115 00081140 00082112 00082218 00089215 00283000 00283010 00540016 00540022 00620002 00620003 00620008 0062000F 52009229 52009230",
      ],
    ] as const
  ).flatMap(([vr, tags]) => tags.split(" ").map((tag) => [tag, vr])),
);

type Job = {
  options: ReadonlySet<DeidentifyOption>;
  salt: string;
  pseudonym: string;
  days: number;
  explicit: boolean;
  removed: Set<string>;
  replaced: Set<string>;
};

/**
 * @param salt makes pseudonyms, UIDs and date offsets: the same salt gives the same ones, and whoever
 *   has it can tell which is which
 * @throws badFile, unsupported for big-endian files and for objects made of text
 */
export function deidentify(
  bytes: Uint8Array,
  name: string,
  { salt, options }: { salt: string; options: ReadonlySet<DeidentifyOption> },
): Deidentified {
  const dataSet = readDataSet(bytes, name);
  const syntax = dataSet.string("x00020010") ?? implicitLittle;
  const sopClass = dataSet.string("x00080016") ?? "";
  if (syntax === bigEndian)
    throw new AppError("unsupported", `"${name}" is big-endian, a form the standard has retired.`);
  if (unfit.test(sopClass))
    throw new AppError(
      "unsupported",
      `"${name}" is a report, presentation or plan (${sopClass}): its free text cannot be cleaned by attribute. It was left out.`,
    );
  const patient = dataSet.string("x00100020") ?? dataSet.string("x00100010") ?? "";
  const hash = createHash("sha256").update(`${salt} ${patient}`).digest();
  const job: Job = {
    options,
    salt,
    pseudonym: `ANON-${hash.toString("hex", 0, 5).toUpperCase()}`,
    days: -((hash.readUInt16BE(8) % 3650) + 1),
    explicit: syntax !== implicitLittle,
    removed: new Set(),
    replaced: new Set(),
  };
  const old = dataSet.string("x00080018") ?? "";
  const sopInstance = options.has("retain-uids") ? old : newUid(old, salt);
  const body = bodyOf(dataSet, job, true);
  const written = syntax === deflated ? explicitLittle : syntax;
  return {
    bytes: joined([metaOf(sopClass, sopInstance, written), body]),
    sopInstance,
    removed: [...job.removed].toSorted(),
    replaced: [...job.replaced].toSorted(),
    warnings: warningsFor(dataSet, name),
  };
}

const newUid = (old: string, salt: string): string => uid(`${salt} ${old}`);

function warningsFor(dataSet: DataSet, name: string): string[] {
  const burned = dataSet.string("x00280301");
  const modality = dataSet.string("x00080060") ?? "";
  if (burned === "YES")
    return [
      `"${name}": the image says that text is burned into its pixels. Look at it before you share it.`,
    ];
  return burned !== "NO" && ["US", "SC", "OT", "XC", "ES", "GM"].includes(modality)
    ? [
        `"${name}": ${modality} images often have names burned into their pixels, and this one does not say. Look at it before you share it.`,
      ]
    : [];
}

/** Elements in tag order; the top level gets the marks of what was done. */
function bodyOf(dataSet: DataSet, job: Job, top: boolean): Uint8Array {
  const parts = new Map<string, Uint8Array>();
  for (const [key, element] of Object.entries(dataSet.elements)) {
    const tag = key.slice(1).toUpperCase();
    if (tag.startsWith("0002") || tag.endsWith("0000")) continue;
    const vr = element.vr ?? implicitVr[tag] ?? "";
    const action = actionFor(tag, vr, job.options);
    const part = partFor(dataSet, { tag, vr, element, action }, job);
    if (part === undefined) job.removed.add(tag);
    else parts.set(tag, part);
  }
  if (top) {
    for (const [tag, vr, content] of marks(job)) parts.set(tag, written(tag, vr, content, job));
  }
  return joined([...parts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part));
}

type Seen = { tag: string; vr: string; element: Element; action: ReturnType<typeof actionFor> };

function partFor(
  dataSet: DataSet,
  { tag, vr, element, action }: Seen,
  job: Job,
): Uint8Array | undefined {
  const text = (): string => dataSet.string(`x${tag.toLowerCase()}`) ?? "";
  const replace = (kind: string, content: string): Uint8Array => {
    job.replaced.add(tag);
    return written(tag, kind, padded(content, kind), job);
  };
  switch (action) {
    case "keep":
      return copied(dataSet, tag, element, job);
    case "remove":
      return undefined;
    case "empty":
      return replace(vr || vrOf(tag), "");
    case "pseudonym":
      return replace(tag === "00100010" ? "PN" : "LO", job.pseudonym);
    case "shift":
      return replace(tag === "0008002A" ? "DT" : "DA", shiftDate(text(), job.days));
    case "uid": {
      const uids = text().split("\\");
      if (uids.every(isStandardUid)) return copied(dataSet, tag, element, job);
      return replace(
        "UI",
        uids.map((one) => (isStandardUid(one) ? one : newUid(one, job.salt))).join("\\"),
      );
    }
    case "inside": {
      const items = (element.items ?? []).map((item) =>
        item.dataSet === undefined ? new Uint8Array() : bodyOf(item.dataSet, job, false),
      );
      return written(
        tag,
        "SQ",
        joined(items.flatMap((item) => [itemHead(item.length), item])),
        job,
      );
    }
  }
}

/** Empty elements of implicit files need no VR; explicit ones have theirs. */
const vrOf = (tag: string): string =>
  tag === "00100040" ? "CS" : tag === "00100030" ? "DA" : "SH";

/** Header and value as they stand in the file; the end of an undefined length included. */
function copied(dataSet: DataSet, tag: string, element: Element, job: Job): Uint8Array {
  const { byteArray } = dataSet;
  const { dataOffset, length, hadUndefinedLength, vr = "" } = element;
  const head = job.explicit && wide.has(vr) ? 12 : 8;
  const value = byteArray.subarray(dataOffset, dataOffset + length);
  if (!hadUndefinedLength) return byteArray.slice(dataOffset - head, dataOffset + length);
  if (tag !== "7FE00010") return written(tag, vr, value, job);
  // Encapsulated pixels: fragments up to and with the delimiter, which the parser leaves at the end.
  const end = hasDelimiter(byteArray, dataOffset + length)
    ? dataOffset + length + 8
    : dataOffset + length;
  const fragments = byteArray.subarray(dataOffset, end);
  const closed = hasDelimiter(fragments, fragments.length - 8);
  return joined([
    byteArray.slice(dataOffset - head, dataOffset),
    fragments,
    closed ? new Uint8Array() : Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0),
  ]);
}

const hasDelimiter = (bytes: Uint8Array, at: number): boolean =>
  at >= 0 &&
  bytes[at] === 0xfe &&
  bytes[at + 1] === 0xff &&
  bytes[at + 2] === 0xdd &&
  bytes[at + 3] === 0xe0;

function marks(job: Job): [tag: string, vr: string, content: Uint8Array][] {
  const codes = methodCodes(job.options).flatMap(([code, meaning]) => {
    const item = joined([
      written("00080100", "SH", padded(code, "SH"), job),
      written("00080102", "SH", padded("DCM", "SH"), job),
      written("00080104", "LO", padded(meaning, "LO"), job),
    ]);
    return [itemHead(item.length), item];
  });
  return [
    ["00120062", "CS", padded("YES", "CS")],
    ["00120063", "LO", padded("Evidesk: only known technical attributes kept", "LO")],
    ["00120064", "SQ", joined(codes)],
    ["00280303", "CS", padded(datesLeft(job.options), "CS")],
  ];
}

/** Longitudinal Temporal Information Modified (0028,0303). */
const datesLeft = (options: Job["options"]): string =>
  options.has("full-dates") ? "UNMODIFIED" : options.has("modified-dates") ? "MODIFIED" : "REMOVED";

function metaOf(sopClass: string, sopInstance: string, syntax: string): Uint8Array {
  const job = { explicit: true };
  const group = joined([
    written("00020001", "OB", Uint8Array.of(0, 1), job),
    written("00020002", "UI", padded(sopClass, "UI"), job),
    written("00020003", "UI", padded(sopInstance, "UI"), job),
    written("00020010", "UI", padded(syntax, "UI"), job),
    written("00020012", "UI", padded(uid("evidesk implementation"), "UI"), job),
    written("00020013", "SH", padded("EVIDESK", "SH"), job),
  ]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, group.length, true);
  const preamble = new Uint8Array(132);
  preamble.set(new TextEncoder().encode("DICM"), 128);
  return joined([preamble, written("00020000", "UL", length, job), group]);
}

function padded(text: string, vr: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length % 2 === 0) return bytes;
  return joined([bytes, Uint8Array.of(vr === "UI" ? 0 : 0x20)]);
}

function written(
  tag: string,
  vr: string,
  content: Uint8Array,
  { explicit }: { explicit: boolean },
): Uint8Array {
  const long = explicit && wide.has(vr);
  const head = new Uint8Array(long ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, Number.parseInt(tag.slice(0, 4), 16), true);
  view.setUint16(2, Number.parseInt(tag.slice(4), 16), true);
  if (explicit) {
    head.set(new TextEncoder().encode(vr), 4);
    if (long) view.setUint32(8, content.length, true);
    else view.setUint16(6, content.length, true);
  } else view.setUint32(4, content.length, true);
  return joined([head, content]);
}

function itemHead(length: number): Uint8Array {
  const head = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0);
  new DataView(head.buffer).setUint32(4, length, true);
  return head;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
