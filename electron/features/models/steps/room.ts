/** Arrays for a step's result. Fresh ones cost the system a page at a time, more than filling them does. */

export type Room = {
  bytes: (length: number) => Uint8Array;
  floats: (length: number) => Float32Array;
};

export const freshRoom: Room = {
  bytes: (length) => new Uint8Array(length),
  floats: (length) => new Float32Array(length),
};

/**
 * The same arrays again for each run of the same chain: what one run was given is the next run's after `again`.
 * They hold what was written before, so a step must write every element.
 */
export function openRoom(): Room & { again: () => void } {
  const bytes: Uint8Array[] = [];
  const floats: Float32Array[] = [];
  let at = { bytes: 0, floats: 0 };
  return {
    bytes: (length) => {
      const index = at.bytes++;
      if (bytes[index]?.length !== length) bytes[index] = new Uint8Array(length);
      return bytes[index] as Uint8Array;
    },
    floats: (length) => {
      const index = at.floats++;
      if (floats[index]?.length !== length) floats[index] = new Float32Array(length);
      return floats[index] as Float32Array;
    },
    again: () => {
      at = { bytes: 0, floats: 0 };
    },
  };
}
