/**
 * JPEG with the cosine transform, 8 and 12 bits: baseline, extended sequential and progressive
 * (ITU-T T.81 processes 1 to 12 with Huffman coding). Browsers' decoders stop at 8 bits; DICOM does not.
 */
import { AppError } from "../../api/errors.ts";
import { bitsOf, huffmanTable, type Bits } from "./jpeg-bits.ts";
import { broken, samplesOf, type Component, type Image } from "./jpeg-samples.ts";

export type DctImage = {
  width: number;
  height: number;
  precision: number;
  components: number;
  data: Uint8Array | Uint16Array;
  adobeTransform: number | undefined;
  jfif: boolean;
  ids: number[];
};

/** Zigzag position to row-major position in a block (T.81 figure A.6). */
const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/** Samples interleaved, no colour transform. `pixels` is what the caller expects, so that a lying frame allocates nothing. */
export function decodeDct(bytes: Uint8Array, pixels: { width: number; height: number }): DctImage {
  const quantisation = new Map<number, Int32Array>();
  const huffman = new Map<number, Uint16Array>();
  let image: Image | undefined;
  let restart = 0;
  let adobeTransform: number | undefined;
  let jfif = false;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xff || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === 0xd9) break;
    const size = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const part = bytes.subarray(at + 4, at + 2 + size);
    if (size < 2 || part.length !== size - 2)
      throw broken(
        `a marker ${marker.toString(16)} promises ${size} bytes and ${bytes.length - at - 2} are left`,
      );
    at += 2 + size;
    if (marker === 0xdb) readQuantisation(part, quantisation);
    else if (marker === 0xc4) readHuffman(part, huffman);
    else if (marker === 0xdd) restart = ((part[0] as number) << 8) | (part[1] as number);
    else if (marker === 0xe0 && part[0] === 0x4a && part[1] === 0x46) jfif = true;
    else if (marker === 0xee && part[0] === 0x41 && part[1] === 0x64) adobeTransform = part[11];
    else if (marker >= 0xc0 && marker <= 0xc2) image = readFrame(part, marker === 0xc2, pixels);
    else if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc)
      throw new AppError(
        "unsupported",
        `JPEG process SOF${marker - 0xc0} is not one with the Huffman-coded cosine transform.`,
      );
    else if (marker === 0xda) {
      if (image === undefined) throw broken("a scan comes before the frame header");
      at = readScan(bytes, at, part, image, { huffman, restart });
    }
  }
  if (image === undefined) throw broken("it has no frame header");
  return {
    width: image.width,
    height: image.height,
    precision: image.precision,
    components: image.components.length,
    data: samplesOf(image, quantisation),
    adobeTransform,
    jfif,
    ids: image.components.map(({ id }) => id),
  };
}

function readQuantisation(part: Uint8Array, tables: Map<number, Int32Array>): void {
  for (let at = 0; at < part.length;) {
    const about = part[at++] as number;
    const wide = about >> 4 > 0;
    const table = new Int32Array(64);
    for (let n = 0; n < 64; n += 1) {
      table[zigzag[n] as number] = wide
        ? ((part[at] as number) << 8) | (part[at + 1] as number)
        : (part[at] as number);
      at += wide ? 2 : 1;
    }
    tables.set(about & 15, table);
  }
}

function readHuffman(part: Uint8Array, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at + 17 <= part.length;) {
    const id = part[at] as number;
    const counts = part.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables.set(id, huffmanTable(counts, part.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}

function readFrame(
  part: Uint8Array,
  progressive: boolean,
  pixels: { width: number; height: number },
): Image {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const precision = view.getUint8(0);
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  if (precision !== 8 && precision !== 12)
    throw broken(`it has ${precision} bits per sample; 8 and 12 are possible`);
  if (width !== pixels.width || height !== pixels.height)
    throw broken(
      `it is ${width} × ${height} where ${pixels.width} × ${pixels.height} was expected`,
    );
  const count = view.getUint8(5);
  const raw = Array.from({ length: count }, (_, n) => ({
    id: view.getUint8(6 + 3 * n),
    h: view.getUint8(7 + 3 * n) >> 4,
    v: view.getUint8(7 + 3 * n) & 15,
    table: view.getUint8(8 + 3 * n),
  }));
  if (count < 1 || count > 4 || raw.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
    throw broken("its components are not possible");
  const maxH = Math.max(...raw.map(({ h }) => h));
  const maxV = Math.max(...raw.map(({ v }) => v));
  const across = Math.ceil(width / (8 * maxH));
  const down = Math.ceil(height / (8 * maxV));
  const components = raw.map((one) => {
    const perLine = across * one.h;
    const lines = down * one.v;
    return {
      ...one,
      perLine,
      lines,
      coefficients: new Int32Array(perLine * lines * 64),
      previous: 0,
      dc: 0,
      ac: 0,
    };
  });
  return { width, height, precision, progressive, components, maxH, maxV };
}

type Scan = { start: number; end: number; high: number; low: number };
type Coding = { huffman: Map<number, Uint16Array>; restart: number };

/** Decodes one scan; returns where the next marker lies. */
function readScan(
  bytes: Uint8Array,
  at: number,
  part: Uint8Array,
  image: Image,
  { huffman, restart }: Coding,
): number {
  const count = part[0] as number;
  const chosen: Component[] = [];
  for (let n = 0; n < count; n += 1) {
    const component = image.components.find(({ id }) => id === part[1 + 2 * n]);
    if (component === undefined)
      throw broken(`a scan names component ${part[1 + 2 * n]}, which the frame does not have`);
    component.dc = (part[2 + 2 * n] as number) >> 4;
    component.ac = (part[2 + 2 * n] as number) & 15;
    component.previous = 0;
    chosen.push(component);
  }
  const tail = 1 + 2 * count;
  const scan: Scan = image.progressive
    ? {
        start: part[tail] as number,
        end: part[tail + 1] as number,
        high: (part[tail + 2] as number) >> 4,
        low: (part[tail + 2] as number) & 15,
      }
    : { start: 0, end: 63, high: 0, low: 0 };
  if (scan.end > 63 || scan.start > scan.end)
    throw broken(`a scan runs over the coefficients ${scan.start} to ${scan.end}`);
  const bits = bitsOf(bytes, at);
  const state = { run: 0 };
  const block = (component: Component, place: number): void =>
    decodeBlock(component, place * 64, bits, huffman, scan, image.progressive, state);
  const single = chosen.length === 1 ? (chosen[0] as Component) : undefined;
  const units = single
    ? unitsOf(single, image)
    : {
        across: Math.ceil(image.width / (8 * image.maxH)),
        down: Math.ceil(image.height / (8 * image.maxV)),
      };
  const total = units.across * units.down;
  for (let unit = 0; unit < total; unit += 1) {
    if (restart > 0 && unit > 0 && unit % restart === 0) {
      bits.restart();
      state.run = 0;
      for (const component of chosen) component.previous = 0;
    }
    if (bits.overrun() > 8) throw broken(`it ends after ${unit} of ${total} blocks`);
    const x = unit % units.across;
    const y = Math.floor(unit / units.across);
    if (single) block(single, y * single.perLine + x);
    else
      for (const one of chosen)
        for (let v = 0; v < one.v; v += 1)
          for (let h = 0; h < one.h; h += 1)
            block(one, (y * one.v + v) * one.perLine + x * one.h + h);
  }
  return bits.position();
}

/** A scan of one component has only the blocks that hold pixels (T.81 A.2.2). */
function unitsOf(component: Component, image: Image): { across: number; down: number } {
  return {
    across: Math.ceil(Math.ceil((image.width * component.h) / image.maxH) / 8),
    down: Math.ceil(Math.ceil((image.height * component.v) / image.maxV) / 8),
  };
}

function decodeBlock(
  component: Component,
  base: number,
  bits: Bits,
  huffman: Map<number, Uint16Array>,
  scan: Scan,
  progressive: boolean,
  state: { run: number },
): void {
  const { coefficients } = component;
  const table = (id: number): Uint16Array => {
    const found = huffman.get(id);
    if (found === undefined) throw broken(`Huffman table ${id} is missing`);
    return found;
  };
  let from = scan.start;
  if (from === 0) {
    if (scan.high > 0) {
      coefficients[base] = (coefficients[base] as number) | (bits.take(1) << scan.low);
    } else {
      component.previous += bits.signed(bits.symbol(table(component.dc)));
      coefficients[base] = component.previous * 2 ** scan.low;
    }
    if (progressive) return;
    from = 1;
  }
  const ac = table(16 + component.ac);
  if (scan.high > 0) refine(coefficients, base, bits, ac, scan, state);
  else firstPass(coefficients, base, bits, ac, { ...scan, start: from }, state);
}

function firstPass(
  coefficients: Int32Array,
  base: number,
  bits: Bits,
  ac: Uint16Array,
  scan: Scan,
  state: { run: number },
): void {
  if (state.run > 0) {
    state.run -= 1;
    return;
  }
  for (let k = scan.start; k <= scan.end; k += 1) {
    const symbol = bits.symbol(ac);
    const size = symbol & 15;
    const zeros = symbol >> 4;
    if (size === 0) {
      if (zeros < 15) {
        state.run = 2 ** zeros - 1 + bits.take(zeros);
        return;
      }
      k += 15;
      continue;
    }
    k += zeros;
    if (k > 63) throw broken("a block has more than 64 coefficients");
    coefficients[base + (zigzag[k] as number)] = bits.signed(size) * 2 ** scan.low;
  }
}

/** A later pass over known coefficients adds one bit each (T.81 G.1.2.3). */
function refine(
  coefficients: Int32Array,
  base: number,
  bits: Bits,
  ac: Uint16Array,
  scan: Scan,
  state: { run: number },
): void {
  const bit = 2 ** scan.low;
  const correct = (place: number): void => {
    const value = coefficients[place] as number;
    if (bits.take(1) === 1 && (Math.abs(value) & bit) === 0)
      coefficients[place] = value + Math.sign(value) * bit;
  };
  let k = scan.start;
  while (state.run === 0 && k <= scan.end) {
    const symbol = bits.symbol(ac);
    let zeros = symbol >> 4;
    let fresh = 0;
    if ((symbol & 15) === 0) {
      if (zeros < 15) {
        state.run = 2 ** zeros + bits.take(zeros);
        break;
      }
    } else fresh = bits.take(1) === 1 ? bit : -bit;
    for (; k <= scan.end; k += 1) {
      const place = base + (zigzag[k] as number);
      if (coefficients[place] !== 0) correct(place);
      else if (zeros === 0) {
        if (fresh !== 0) coefficients[place] = fresh;
        k += 1;
        break;
      } else zeros -= 1;
    }
  }
  if (state.run === 0) return;
  for (; k <= scan.end; k += 1) {
    const place = base + (zigzag[k] as number);
    if (coefficients[place] !== 0) correct(place);
  }
  state.run -= 1;
}
