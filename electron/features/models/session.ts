/** One model on the first device that works: what was tried, why it failed, and what is in use. */

export type TensorData = {
  type: "float32" | "float16" | "int64" | "int32" | "bool";
  dims: number[];
  data: Float32Array | BigInt64Array | Int32Array | Float16Array | Uint8Array;
};
/** What a network takes or gives by name; a size that may change is -1. */
export type Slot = { name: string; type: string; dims: number[] };
export type Tried = { device: string; failedBecause: string }[];
export type Ran = { outputs: Record<string, TensorData>; msRuntime: number };
/** A model opened on one device. */
export type Opened = {
  inputs: readonly Slot[];
  outputs: readonly Slot[];
  /** `into` names outputs of earlier runs that may be written over: large ones need not be made again each time. */
  run: (feeds: Record<string, TensorData>, into?: Record<string, TensorData>) => Promise<Ran>;
  release: () => Promise<void>;
};
export type Session = Opened & { readonly device: string; readonly tried: Tried };

const reason = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).trim().slice(0, 600);

/**
 * Devices fail when a model is opened on them and also when it first runs (memory, an operator without
 * a kernel): either way the next one is tried, and the failure is kept. A run that fails on every device left is the
 * model's or its input's fault, so the device stays. @throws with each device's reason when none opens
 */
export async function openOnFirst(
  devices: readonly string[],
  open: (device: string) => Promise<Opened>,
): Promise<Session> {
  const tried: Tried = [];
  let at = 0;

  async function next(from: number, failures: Tried): Promise<{ at: number; opened: Opened }> {
    for (let index = from; index < devices.length; index += 1) {
      const device = devices[index] as string;
      try {
        return { at: index, opened: await open(device) };
      } catch (thrown) {
        failures.push({ device, failedBecause: reason(thrown) });
      }
    }
    throw new Error(
      failures.map(({ device, failedBecause }) => `${device}: ${failedBecause}`).join("; "),
    );
  }

  let { opened, ...first } = await next(0, tried);
  at = first.at;
  return {
    get device() {
      return devices[at] as string;
    },
    get tried() {
      return [...tried];
    },
    get inputs() {
      return opened.inputs;
    },
    get outputs() {
      return opened.outputs;
    },
    run: async (feeds, into) => {
      try {
        return await opened.run(feeds, into);
      } catch (thrown) {
        if (at === devices.length - 1) throw thrown;
        const failures: Tried = [{ device: devices[at] as string, failedBecause: reason(thrown) }];
        const other = await next(at + 1, failures).catch(() => undefined);
        if (other === undefined) throw thrown;
        let ran: Ran;
        try {
          ran = await other.opened.run(feeds);
        } catch (again) {
          await other.opened.release();
          throw again;
        }
        await opened.release();
        ({ at, opened } = other);
        tried.push(...failures);
        return ran;
      }
    },
    release: () => opened.release(),
  };
}
