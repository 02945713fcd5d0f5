/** Broken files made from good ones, the same every time for the same number. */

/** A generator of Park and Miller: equal on every machine, good enough to break files with. */
export function randomFrom(seed: number): (below: number) => number {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % Math.max(1, below);
  };
}

const extremes = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** One of eight kinds of damage, one to four times: bits, bytes, numbers, cuts, copies, and parts of another file. */
export function mutated(seeds: readonly Uint8Array[], number: number): Uint8Array {
  const random = randomFrom(number * 7919 + 13);
  let bytes = (seeds[number % seeds.length] as Uint8Array).slice();
  for (let round = random(4); round >= 0 && bytes.length > 8; round -= 1) {
    // Headers decide what is allocated and how long is read: half of the damage goes there.
    const reach = random(2) === 0 ? Math.min(bytes.length, 1024) : bytes.length;
    const at = random(reach);
    const length = 1 + random(Math.min(64, bytes.length - at));
    switch (random(8)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
      case 3: {
        const view = new DataView(bytes.buffer);
        const value = extremes[random(extremes.length)] as number;
        if (at + 4 <= bytes.length) view.setUint32(at, value, random(2) === 0);
        break;
      }
      case 4:
        bytes = bytes.slice(0, at);
        break;
      case 5:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + length));
        break;
      case 6:
        bytes = joined(bytes.subarray(0, at + length), bytes.subarray(at));
        break;
      default: {
        const other = seeds[random(seeds.length)] as Uint8Array;
        const from = random(other.length);
        bytes.set(other.subarray(from, from + Math.min(length, bytes.length - at)), at);
      }
    }
  }
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
