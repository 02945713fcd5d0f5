/**
 * Runs foreign decoders in threads that can be killed: a stream on which a decoder loops for ever costs
 * its frame and no more. Frames of one series are decoded side by side where the machine has the cores.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError, fromErrorShape } from "../../api/errors.ts";
import type { DecodeOrder, DecodeReply } from "./decode-thread.ts";
import type { ForeignCodec } from "./foreign-codecs.ts";
import type { Decoded, Frame } from "./frame-values.ts";

/** Threads beside the program's own. */
const mostThreads = Math.max(1, Math.min(4, availableParallelism() - 1));
/** Starting a thread and compiling a codec, milliseconds. */
const startTime = 60_000;

/** Beside the sources as TypeScript, beside the bundle as what it was built to. */
const entry = import.meta.url.endsWith(".ts")
  ? new URL("decode-thread.ts", import.meta.url)
  : new URL("decode-thread.cjs", import.meta.url);

/**
 * How long a frame may take, milliseconds of processor time: 1.5 s and 2 s for each million samples, some
 * fifty times what the slowest of the codecs needs.
 */
export const patienceFor = ({ rows, columns, samples }: Frame): number =>
  1500 + (rows * columns * samples) / 500;

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let busy = 0;

/**
 * Decodes one frame; `bytes` are handed over and cannot be used again.
 * @throws badFile with what the decoder says, or `{ stopped: true }` as data where it did not end in time
 */
export async function decodeApart(
  codec: ForeignCodec,
  bytes: Uint8Array<ArrayBuffer>,
  frame: Frame,
  patience = patienceFor(frame),
): Promise<Decoded> {
  if (busy < mostThreads) busy += 1;
  // Whoever ends hands its place on.
  else await new Promise<void>((resolve) => waiting.push(resolve));
  const thread = idle.pop() ?? startThread();
  try {
    return await attempt(thread, { codec, bytes, frame }, patience);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }
}

/** Milliseconds of the clock for one of processor time: after so many a thread has ended some other way. */
const clockAtMost = 8;

/** The program's processor time in milliseconds, all threads: what one of them took is no more. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function attempt(thread: Worker, order: DecodeOrder, patience: number): Promise<Decoded> {
  thread.ref();
  return new Promise((resolve, reject) => {
    let clock = setTimeout(onSlow, startTime, startTime);
    let [begun, spent] = [0, 0];
    const end = (): void => {
      clearTimeout(clock);
      thread.off("message", onMessage).off("error", onBroken).off("exit", onBroken);
      thread.unref();
    };
    /** Where other programs have the processor, a good frame takes longer by the clock: it gets its time. */
    function onPatienceOver(): void {
      const left = patience - (processorTime() - spent);
      if (left > 0 && performance.now() - begun < patience * clockAtMost)
        clock = setTimeout(onPatienceOver, Math.max(50, left));
      else onSlow(patience);
    }
    function onSlow(limit: number): void {
      end();
      // A loop inside WebAssembly ends only with its thread.
      void thread.terminate();
      reject(
        new AppError(
          "badFile",
          `The decoder did not end within ${(limit / 1000).toFixed(1)} s and was stopped.`,
          { stopped: true },
        ),
      );
    }
    function onBroken(cause: unknown): void {
      end();
      void thread.terminate();
      const why = cause instanceof Error ? cause.message : `code ${String(cause)}`;
      reject(new AppError("badFile", `The decoder broke down (${why}).`));
    }
    function onMessage(reply: DecodeReply): void {
      if (reply.kind === "begun") {
        clearTimeout(clock);
        [begun, spent] = [performance.now(), processorTime()];
        clock = setTimeout(onPatienceOver, patience);
        return;
      }
      end();
      idle.push(thread);
      if (reply.kind === "done") resolve(reply.decoded);
      else reject(fromErrorShape(reply.error));
    }
    thread.on("message", onMessage).on("error", onBroken).on("exit", onBroken);
    thread.postMessage(order, [order.bytes.buffer]);
  });
}

function startThread(): Worker {
  return new Worker(fileURLToPath(entry), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: {},
  });
}
