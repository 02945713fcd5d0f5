/**
 * How long a reader waits at experts: a heat map of one film, and the time from Cancel to the call being over.
 * `node electron/features/imaging/expert-waits.measure.ts` (needs the bundled packs only; films and volumes are made here
 * but for a film of the set where it is there).
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import { bundledPacksFolder } from "../../places.ts";
import { createExperts } from "../models/experts.ts";
import { forkWorker } from "../models/fork-worker.ts";
import { openPacks } from "../models/packs.ts";
import { createWorkerClient } from "../models/worker-client.ts";
import type { WorkerPort } from "../models/worker-protocol.ts";
import { gridOver } from "./heat-map.ts";
import { openImages } from "./open.ts";

const rounds = 3;
const shared = process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const films = join(shared, "data/imaging/cxr_nih_1000/images");
const user = mkdtempSync(join(tmpdir(), "evidesk-waits-"));
const fixtures = join(import.meta.dirname, "../models/fixtures");
const settings = () => ({ devices: ["cpu"], threads: Math.ceil(availableParallelism() / 2) });

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function film(): Promise<Volume> {
  const found = existsSync(films)
    ? readdirSync(films).find((name) => /\.(png|jpe?g)$/i.test(name))
    : undefined;
  if (found) {
    const bytes = new Uint8Array(readFileSync(join(films, found)));
    const [series] = (await openImages([{ name: found, bytes }])).series;
    if (series) return series.volume;
  }
  return made([1024, 1024, 1], 1, "CXR", (at) => (at * 7) % 256);
}

function made(
  shape: Volume["shape"],
  channels: number,
  modality: string,
  value: (at: number) => number,
): Volume {
  const data = new Int16Array(shape[0] * shape[1] * shape[2] * channels);
  for (let at = 0; at < data.length; at += 1) data[at] = value(at);
  const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  return { shape, channels, spacing: [1, 1, 1], affine, data, modality, units: "" };
}

function desk(packs: string) {
  // A busy machine needs long to start a process; that is not what is measured.
  let ended: Promise<void> = Promise.resolve();
  const spawn = (): WorkerPort => {
    const port = forkWorker();
    let end = (): void => {};
    ended = new Promise((resolve) => (end = resolve));
    return {
      ...port,
      onExit: (listener) =>
        port.onExit((why) => {
          listener(why);
          end();
        }),
    };
  };
  const worker = createWorkerClient(spawn, { readyWithin: 60_000 });
  return {
    worker,
    ended: () => ended,
    experts: createExperts(openPacks(packs, user), worker, settings),
  };
}

/** Cancels a call once it has told `after` steps of progress; the milliseconds until call and model process were over. */
async function cancelled(
  { experts, worker, ended }: ReturnType<typeof desk>,
  pack: string,
  image: Volume,
  { after, covering }: { after: number; covering?: ReturnType<typeof gridOver>["boxes"] },
): Promise<number> {
  const controller = new AbortController();
  let pressed = 0;
  const press = (): void => {
    if (pressed > 0) return;
    pressed = performance.now();
    controller.abort(new AppError("cancelled", "The reader pressed Cancel."));
  };
  // One that tells nothing is cancelled while it works on the picture or opens its network.
  const timer = after === 0 ? setTimeout(press, 60) : undefined;
  try {
    await experts.runImage(pack, image, {
      signal: controller.signal,
      emit: ({ done }) => (after > 0 && done >= after ? press() : undefined),
      ...(covering ? { covering } : {}),
    });
    return Number.NaN;
  } catch (thrown) {
    // What failed by itself says nothing of cancelling.
    if (pressed === 0) throw thrown;
    worker.stop();
    await ended();
    return performance.now() - pressed;
  } finally {
    clearTimeout(timer);
    worker.stop();
  }
}

try {
  say(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const bundled = desk(bundledPacksFolder);
  const picture = await film();
  const grid = gridOver(picture.shape[0], picture.shape[1]);
  const once: number[] = [];
  const heat: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const signal = new AbortController().signal;
    const start = performance.now();
    await bundled.experts.runImage("cxr-findings", picture, { signal });
    const middle = performance.now();
    await bundled.experts.runImage("cxr-findings", picture, { signal, covering: grid.boxes });
    // The first run also opens the network.
    if (round > 0) once.push(middle - start);
    heat.push(performance.now() - middle);
  }
  say(
    `heat map, cxr-findings, film of ${picture.shape[0]} × ${picture.shape[1]}, ${grid.boxes.length} parts: median ${(median(heat) / 1000).toFixed(2)} s of ${rounds} (${(Math.min(...heat) / 1000).toFixed(2)} to ${(Math.max(...heat) / 1000).toFixed(2)}), ${(median(heat) / median(once)).toFixed(0)} times one answer`,
  );
  bundled.worker.stop();

  const scan = made([256, 256, 200], 1, "CT", (at) => (at % 1400) - 700);
  const brain = made([160, 160, 120], 4, "MR", (at) => (at * 13) % 900);
  const cases: [string, string, string, Volume, { after: number; boxes?: boolean }][] = [
    ["sliding window in 3-D", fixtures, "segresnet-tiny", brain, { after: 3 }],
    ["sliding window, still in its first steps", fixtures, "segresnet-tiny", brain, { after: 0 }],
    ["class prompts in 3-D", fixtures, "vista3d-tiny", scan, { after: 2 }],
    ["rules on a CT", bundledPacksFolder, "ct-tissue", scan, { after: 0 }],
    [
      "outline slice by slice",
      bundledPacksFolder,
      "cxr-lungs",
      { ...scan, modality: "CXR" },
      { after: 3 },
    ],
    ["heat map", bundledPacksFolder, "cxr-findings", picture, { after: 5, boxes: true }],
  ];
  for (const [what, packs, pack, image, { after, boxes }] of cases) {
    const waits: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      waits.push(
        await cancelled(desk(packs), pack, image, {
          after,
          ...(boxes ? { covering: grid.boxes } : {}),
        }),
      );
    say(
      `cancel, ${what} (${pack}): median ${median(waits).toFixed(0)} ms, longest ${Math.max(...waits).toFixed(0)} ms of ${rounds}`,
    );
  }
} finally {
  rmSync(user, { recursive: true, force: true });
}
