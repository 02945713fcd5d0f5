/** DICOM Part 10 files, explicit VR little endian, written from plain element lists (PS3.5 and PS3.10). */
import { createHash, randomUUID } from "node:crypto";

export type DicomValue =
  | string
  | number
  | readonly (string | number)[]
  | Uint8Array
  | readonly DicomElements[];
/** Elements by tag as eight hexadecimal digits; the VR and the value. */
export type DicomElements = Record<string, readonly [vr: string, value: DicomValue]>;

const wide = new Set(["OB", "OW", "OF", "OD", "SQ", "UT", "UN", "UC"]);
const binary: Record<
  string,
  { bytes: number; put: (view: DataView, at: number, value: number) => void }
> = {
  US: { bytes: 2, put: (view, at, value) => view.setUint16(at, value, true) },
  SS: { bytes: 2, put: (view, at, value) => view.setInt16(at, value, true) },
  UL: { bytes: 4, put: (view, at, value) => view.setUint32(at, value, true) },
  /** A tag: group and element, each 16 bits. */
  AT: {
    bytes: 4,
    put: (view, at, value) =>
      view.setUint32(at, ((value & 0xffff) * 65536 + (value >>> 16)) >>> 0, true),
  },
  FL: { bytes: 4, put: (view, at, value) => view.setFloat32(at, value, true) },
  FD: { bytes: 8, put: (view, at, value) => view.setFloat64(at, value, true) },
};

/** A UID under 2.25 (PS3.5 B.2): random, or the same for the same text. */
export function uid(from?: string): string {
  const hex =
    from === undefined
      ? randomUUID().replaceAll("-", "")
      : createHash("sha256").update(from).digest("hex").slice(0, 32);
  return `2.25.${BigInt(`0x${hex}`)}`;
}

/** A decimal string fits 16 characters (PS3.5 6.2). */
export function decimal(value: number): string {
  const text = String(value);
  if (text.length <= 16) return text;
  for (let digits = 15; digits > 0; digits -= 1) {
    const shorter = String(Number(value.toPrecision(digits)));
    if (shorter.length <= 16) return shorter;
  }
  return "0";
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

function contentOf(vr: string, value: DicomValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const list = Array.isArray(value)
    ? (value as readonly (string | number | DicomElements)[])
    : [value as string | number];
  if (vr === "SQ") return joined(list.map((item) => itemOf(item as DicomElements)));
  const number = binary[vr];
  if (number) {
    const out = new Uint8Array(list.length * number.bytes);
    const view = new DataView(out.buffer);
    list.forEach((one, at) => number.put(view, at * number.bytes, Number(one)));
    return out;
  }
  return new TextEncoder().encode(
    list.map((one) => (vr === "DS" ? decimal(Number(one)) : String(one))).join("\\"),
  );
}

function itemOf(elements: DicomElements): Uint8Array {
  const content = writeElements(elements);
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0xfffe, true);
  view.setUint16(2, 0xe000, true);
  view.setUint32(4, content.length, true);
  return joined([head, content]);
}

function elementOf(tag: string, vr: string, value: DicomValue): Uint8Array {
  const content = contentOf(vr, value);
  const odd = content.length % 2;
  const long = wide.has(vr);
  const head = new Uint8Array(long ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, Number.parseInt(tag.slice(0, 4), 16), true);
  view.setUint16(2, Number.parseInt(tag.slice(4), 16), true);
  head.set(new TextEncoder().encode(vr), 4);
  if (long) view.setUint32(8, content.length + odd, true);
  else view.setUint16(6, content.length + odd, true);
  // Text is padded with a space, UIDs and bytes with a zero.
  return joined([
    head,
    content,
    new Uint8Array(odd).fill(vr === "UI" || vr === "OB" || vr === "OW" ? 0 : 0x20),
  ]);
}

export function writeElements(elements: DicomElements): Uint8Array {
  return joined(
    Object.entries(elements)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([tag, [vr, value]]) => elementOf(tag, vr, value)),
  );
}

/** A whole file with its preamble and meta group; SOP class and instance are taken from the elements. */
export function writeDicom(elements: DicomElements): Uint8Array {
  const text = (tag: string): string => String(elements[tag]?.[1] ?? "");
  const meta: DicomElements = {
    "00020001": ["OB", Uint8Array.of(0, 1)],
    "00020002": ["UI", text("00080016")],
    "00020003": ["UI", text("00080018")],
    "00020010": ["UI", "1.2.840.10008.1.2.1"],
    "00020012": ["UI", uid("evidesk implementation")],
    "00020013": ["SH", "EVIDESK"],
  };
  const group = writeElements(meta);
  const preamble = new Uint8Array(132);
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128);
  return joined([
    preamble,
    elementOf("00020000", "UL", group.length),
    group,
    writeElements(elements),
  ]);
}
