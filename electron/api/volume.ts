/**
 * One shape for every image: a radiograph is a volume one slice deep.
 *
 * `shape` is [x, y, z] in voxels; voxel (i, j, k) of channel c lies at
 * `data[i + x * (j + y * (k + z * c))]`, x fastest. `affine` maps (i, j, k, 1) to millimetres in
 * RAS+ (x to the patient's right to left is −/+, as NIfTI has it), row-major, 16 numbers.
 */
export type Voxels =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type Volume = {
  shape: [number, number, number];
  channels: number;
  /** Millimetres between voxel centres; 1 where the file does not say. */
  spacing: [number, number, number];
  affine: number[];
  data: Voxels;
  /** From the header: CXR (CR, DX), CT, MR, …; "unknown" where the file does not say. */
  modality: string;
  /** Value of a stored voxel in the modality's unit (HU for CT): already applied to `data`. */
  units: string;
  /** Largest value that a film's stored bits allow (4095 of 12), where the file says so and nothing is rescaled. */
  storedMost?: number;
};

export type Mask = { shape: [number, number, number]; data: Uint8Array };

export function voxelCount(shape: readonly [number, number, number]): number {
  return shape[0] * shape[1] * shape[2];
}
