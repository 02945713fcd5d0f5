/** The entropy-coded bits of a JPEG scan: stuffed bytes, restart markers, Huffman symbols. */
import { AppError } from "../../api/errors.ts";

export type Bits = ReturnType<typeof bitsOf>;

/** Every 16-bit prefix to its symbol: length in the high byte, symbol in the low; 0 where no code begins so. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): Uint16Array {
  const table = new Uint16Array(65536);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length += 1) {
    for (let n = 0; n < (counts[length - 1] as number); n += 1) {
      const span = 2 ** (16 - length);
      if ((code + 1) * span > 65536)
        throw new AppError(
          "badFile",
          "The JPEG stream is broken: a Huffman table holds too many codes.",
        );
      table.fill((length << 8) | (symbols[next] ?? 0), code * span, (code + 1) * span);
      code += 1;
      next += 1;
    }
    code *= 2;
  }
  return table;
}

export function bitsOf(bytes: Uint8Array, start: number) {
  let at = start;
  let held = 0;
  let count = 0;
  let past = 0;

  /** The next byte of the scan; zeros once a marker or the end is met. */
  function nextByte(): number {
    const byte = bytes[at];
    if (byte === undefined || (byte === 0xff && bytes[at + 1] !== 0)) {
      past += 1;
      return 0;
    }
    at += byte === 0xff ? 2 : 1;
    return byte;
  }

  function need(bits: number): void {
    while (count < bits) {
      held = ((held << 8) | nextByte()) & 0xffffff;
      count += 8;
    }
  }

  function take(bits: number): number {
    if (bits === 0) return 0;
    need(bits);
    count -= bits;
    return (held >> count) & (2 ** bits - 1);
  }

  return {
    take,
    symbol(table: Uint16Array): number {
      need(16);
      const entry = table[(held >> (count - 16)) & 0xffff] as number;
      if (entry === 0)
        throw new AppError("badFile", "The JPEG stream is broken: a code is in no Huffman table.");
      count -= entry >> 8;
      return entry & 0xff;
    },
    /** A value of `size` bits, negative where its first bit is 0 (T.81 F.2.2.1). */
    signed(size: number): number {
      if (size > 16)
        throw new AppError("badFile", "The JPEG stream is broken: a value has more than 16 bits.");
      const value = take(size);
      return size > 0 && value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
    },
    /** Skips to just after the next restart marker. */
    restart(): void {
      held = 0;
      count = 0;
      past = 0;
      while (
        at + 1 < bytes.length &&
        !(
          bytes[at] === 0xff &&
          (bytes[at + 1] as number) >= 0xd0 &&
          (bytes[at + 1] as number) <= 0xd7
        )
      )
        at += 1;
      at += 2;
    },
    /** Bytes that were asked for beyond the scan's end. */
    overrun: (): number => past,
    /** Where the marker after the scan lies. */
    position(): number {
      while (
        at < bytes.length &&
        !(
          bytes[at] === 0xff &&
          bytes[at + 1] !== 0 &&
          !((bytes[at + 1] as number) >= 0xd0 && (bytes[at + 1] as number) <= 0xd7)
        )
      )
        at += 1;
      return at;
    },
  };
}
