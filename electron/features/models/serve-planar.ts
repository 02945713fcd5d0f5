/** Single images and stacks of them in the worker: steps, network, and for outlines the way back, slice by slice. */
import { AppError } from "../../api/errors.ts";
import { voxelCount, type Voxels } from "../../api/volume.ts";
import type { Box } from "./models.ts";
import { planesOf, postprocessPlanes, preprocessPlanes, type Planes } from "./planes.ts";
import type { Session } from "./session.ts";
import { openPacker, type PackedLabels } from "./steps/label-runs.ts";
import { openRoom } from "./steps/room.ts";
import { refuseNaN } from "./steps/not-a-number.ts";
import { outline } from "./steps/outline.ts";
import type { PlanarRequest } from "./worker-protocol.ts";

type OnProgress = (done: number, total: number) => void;
type Output = { dims: number[]; data: Float32Array; msRuntime: number };

/** The network's numbers for a single image, then with each part covered that the request names. */
export async function scorePlanes(
  request: PlanarRequest,
  session: Session,
  onProgress: OnProgress,
): Promise<{ data: Float32Array; msRuntime: number }> {
  const { covering = [] } = request;
  const first = await infer(request, planesOf(request.image), session);
  const labels = first.data.length;
  const data = new Float32Array(labels * (covering.length + 1));
  // The network's own memory may be written again by the next run.
  data.set(first.data);
  let { msRuntime } = first;
  const cover = covering.length > 0 ? openCover(request.image) : undefined;
  for (const [index, box] of covering.entries()) {
    const planes = planesOf({ ...request.image, data: cover?.(box) ?? request.image.data });
    const next = await infer(request, planes, session);
    data.set(next.data, labels * (index + 1));
    msRuntime += next.msRuntime;
    onProgress(index + 1, covering.length);
  }
  refuseNaN(data);
  return { data, msRuntime };
}

/** Copies of an image with one part at a time filled with each channel's mean. */
function openCover({ shape, channels, data }: PlanarRequest["image"]): (box: Box) => Voxels {
  const [width, height] = shape;
  const size = width * height;
  const means = Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let at = c * size; at < (c + 1) * size; at += 1) sum += data[at] as number;
    return sum / size;
  });
  return (box) => {
    const copy = data.slice();
    for (const [c, mean] of means.entries())
      for (let row = box.y; row < Math.min(height, box.y + box.height); row += 1) {
        const from = c * size + row * width + box.x;
        copy.fill(mean, from, from + Math.min(box.width, width - box.x));
      }
    return copy;
  };
}

/** @returns a label for each voxel, x fastest, and on demand the probability of the first (or best) label there */
export async function outlinePlanes(
  request: PlanarRequest,
  session: Session,
  onProgress: OnProgress,
): Promise<{ labels: PackedLabels; probability?: Float32Array; msRuntime: number }> {
  const { image, withProbability } = request;
  const [width, height, depth] = image.shape;
  const voxels = voxelCount(image.shape);
  const packer = openPacker(voxels);
  const probability = withProbability ? new Float32Array(voxels) : undefined;
  let msRuntime = 0;
  for (let slice = 0; slice < depth; slice += 1) {
    if (depth > 1) onProgress(slice, depth);
    const output = await infer(request, planesOf(image, slice), session);
    const more = outlineOf(request, output, packer);
    if (more) probability?.set(more, slice * width * height);
    msRuntime += output.msRuntime;
  }
  return { labels: packer.finish(), msRuntime, ...(probability ? { probability } : {}) };
}

/** One slice's labels into the packer; its probabilities back where they were worked out. */
function outlineOf(
  { image, postprocess, ids, withProbability }: PlanarRequest,
  output: Output,
  packer: ReturnType<typeof openPacker>,
): Float32Array | undefined {
  const [width, height] = image.shape;
  const [, channels = 1, rows = 1, columns = 1] = output.dims;
  if (channels === 1 && !withProbability) {
    const plane = { width: columns, height: rows, data: output.data };
    const runs = outline(plane, [width, height, 1], postprocess);
    if (runs) {
      packer.addRuns(runs, width, ids.find((id) => id > 0) ?? 1);
      return undefined;
    }
  }
  refuseNaN(output.data);
  const logits: Planes = {
    width: columns,
    height: rows,
    channels: split(output.data, channels),
    eightBit: false,
  };
  const result = postprocessPlanes(logits, { width, height }, postprocess, ids);
  packer.addMask(result.mask);
  return result.probability;
}

/** One run at a time in this process, and the network has read its input when it has answered. */
const room = openRoom();

async function infer(
  { inference, preprocess }: PlanarRequest,
  planes: Planes,
  session: Session,
): Promise<Output> {
  room.again();
  const input = preprocessPlanes(planes, preprocess, room);
  const { outputs, msRuntime } = await session.run({
    [inference.input]: {
      type: "float32",
      dims: [1, input.channels.length, input.height, input.width],
      data: joined(input),
    },
  });
  const output = outputs[inference.output];
  if (output === undefined || !(output.data instanceof Float32Array))
    throw new AppError(
      "modelFailed",
      `The network gave no float output "${inference.output}" (it gave ${Object.keys(outputs).join(", ")}).`,
    );
  return { dims: output.dims, data: output.data, msRuntime };
}

function joined({ channels, width, height }: Planes): Float32Array {
  const [only] = channels;
  if (only instanceof Float32Array && channels.length === 1) return only;
  const data = room.floats(width * height * channels.length);
  for (const [index, channel] of channels.entries()) data.set(channel, index * width * height);
  return data;
}

function split(data: Float32Array, channels: number): Float32Array[] {
  const size = data.length / channels;
  return Array.from({ length: channels }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
}
