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

/** The array that holds voxels of a stored type. */
export const voxelArrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
export type VoxelKind = keyof typeof voxelArrays;

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
