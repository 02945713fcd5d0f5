/**
 * The model process under a memory budget: before a model runs, others are put out to make room; what
 * it holds is measured as it opens; the next one is opened while the reader thinks. Every call is traced.
 */
import { AppError, toErrorShape } from "../../../api/errors.ts";
import type { TraceLine } from "../../../api/schemas/runtime.ts";
import type { WorkerClient } from "../worker-client.ts";
import type { SessionRequest, WriterRequest } from "../worker-protocol.ts";
import { createCallQueue } from "./queue.ts";
import { createPredictor } from "./prediction.ts";
import { createResidency, expectedNext, type Outlook } from "./residency.ts";
import { sessionsOf, type Trace } from "./trace.ts";
import { createWeights } from "./weights.ts";

export type ResidentWorker = ReturnType<typeof keepResident>;
type Answered = { device: string; msLoad: number; openedBytes: number };
type Options = {
  trace: Trace;
  budgetOf: (device: string) => number;
  /** How a model is opened again by its trace name; undefined when it is no longer installed. */
  requestOf: (id: string) => Promise<SessionRequest | undefined>;
  /** Whether models are opened ahead; a command that ends at once would only waste it. */
  ahead: boolean;
  now?: () => number;
};

/** A desk left alone for so long starts another session with its next call. */
const sessionGapMs = 10 * 60_000;
/** The reader's next request is not expected sooner; a model that takes longer to open is still fetched once it fits this. */
const thinkMs = 4000;
const restMs = 120;

/** `folder/file` of a model's path: names it in the trace without saying where it lies. */
export function traceName(path: string): string {
  return path.split(/[\\/]/).slice(-2).join("/");
}

export function keepResident(
  client: WorkerClient,
  { trace, budgetOf, requestOf, ahead, now = Date.now }: Options,
) {
  const predictor = createPredictor();
  const paths = new Map<string, string>();
  const deviceOf = new Map<string, string>();
  const { weigh, weightOf, wholeWeightOf, fileBytes } = createWeights({
    paths,
    deviceOf,
    budgetOf,
  });
  const residencies = new Map<string, ReturnType<typeof createResidency>>();
  let session = 0;
  let calledAt = now();
  let endedAt = Number.NEGATIVE_INFINITY;
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiters = new Set<() => void>();
  /** By name, whether a model can be opened before it is asked; those not looked up yet count as able. */
  const openable = new Map<string, boolean>();
  const canOpen = (id: string): boolean => openable.get(id) ?? true;
  const queue = createCallQueue((id) =>
    [...residencies.values()].some((residency) => residency.residents().includes(id)),
  );

  /** From the log of earlier sessions, once, before anything here is asked or done. */
  function learn(): void {
    if (session > 0) return;
    const lines = trace.all();
    session = (lines.at(-1)?.session ?? 0) + 1;
    for (const calls of sessionsOf(lines)) {
      for (const { expert, afterMs } of calls) predictor.called(expert, afterMs);
      predictor.sessionEnded();
    }
    for (const { expert, bytes, loadMs } of lines) if (loadMs > 0) weigh(expert, bytes, loadMs);
  }

  function residencyOn(device: string) {
    const found = residencies.get(device) ?? createResidency(weightOf, 0, predictor);
    residencies.set(device, found);
    found.setBudget(budgetOf(device));
    return found;
  }

  /** A process that was stopped or fell over took its models with it. */
  function forgetGone(): void {
    for (const residency of residencies.values())
      for (const id of residency.residents())
        if (client.useOf(paths.get(id) ?? "") === undefined) residency.released(id);
  }

  function note(kind: TraceLine["kind"], expert: string, about: Partial<TraceLine>): void {
    trace.append({
      at: new Date(now()).toISOString(),
      session,
      kind,
      expert,
      device: deviceOf.get(expert) ?? "",
      hit: false,
      ms: 0,
      loadMs: 0,
      bytes: 0,
      ...about,
    });
  }

  async function putOut(ids: readonly string[], device: string): Promise<void> {
    for (const id of ids) {
      residencyOn(device).released(id);
      const path = paths.get(id);
      if (path !== undefined) await client.release(path);
      note("release", id, {});
    }
  }

  /** What of a model on a card is left to the processor must fit there. @throws modelUnavailable */
  function refuseRest(id: string, device: string): void {
    const whole = wholeWeightOf(id).liveBytes;
    const [card, beside] = [budgetOf(device), budgetOf("cpu")];
    if (!id.endsWith(".gguf") || device === "cpu" || whole - card <= beside) return;
    throw new AppError(
      "modelUnavailable",
      `${id.split("/")[0]} needs about ${megabytes(whole)} of memory; models may take ${megabytes(card)} on the graphics card and ${megabytes(beside)} beside it. Nothing was run. Raise the limits on the Models page, or use a smaller pack.`,
      { neededBytes: whole, budgetBytes: card + beside, device },
    );
  }

  /** Makes room, waiting for calls under way where they hold it. @throws modelUnavailable when it can never fit */
  async function makeRoom(id: string, device: string): Promise<boolean> {
    refuseRest(id, device);
    for (;;) {
      forgetGone();
      const residency = residencyOn(device);
      const admission = residency.admit(id);
      if (admission.kind === "resident") return true;
      if (admission.kind === "load") {
        await putOut(admission.evict, device);
        return false;
      }
      if (admission.neededBytes > admission.budgetBytes || running === 0)
        throw new AppError(
          "modelUnavailable",
          `${id.split("/")[0]} needs about ${megabytes(admission.neededBytes)} of memory; models may take ${megabytes(admission.budgetBytes)} on this device. Nothing was run. Raise the limit on the Models page, or use a smaller pack.`,
          { neededBytes: admission.neededBytes, budgetBytes: admission.budgetBytes, device },
        );
      await new Promise<void>((resolve) => void waiters.add(resolve));
    }
  }

  function opened(id: string, reply: Answered, wanted: string): void {
    // Opened into pages that another model left behind, a network seems to take nothing: its weights at least it does.
    if (reply.msLoad > 0) weigh(id, Math.max(reply.openedBytes, fileBytes(id)), reply.msLoad);
    // A device that failed gave the model on to the next one.
    if (reply.device !== wanted) residencyOn(wanted).released(id);
    deviceOf.set(id, reply.device);
    residencyOn(reply.device).opened(id);
  }

  async function through<Reply extends Answered>(
    request: SessionRequest,
    signal: AbortSignal | undefined,
    act: () => Promise<Reply>,
  ): Promise<Reply> {
    if (request.path === "") return act();
    learn();
    clearTimeout(timer);
    const id = traceName(request.path);
    paths.set(id, request.path);
    const leave = await queue.enter(id, { signal, isShared: id.endsWith(".gguf") });
    try {
      return await inTurn(id, request, signal, act);
    } finally {
      leave();
    }
  }

  async function inTurn<Reply extends Answered>(
    id: string,
    request: SessionRequest,
    signal: AbortSignal | undefined,
    act: () => Promise<Reply>,
  ): Promise<Reply> {
    const device = deviceOf.get(id) ?? request.devices[0] ?? "cpu";
    deviceOf.set(id, device);
    if (now() - calledAt > sessionGapMs) {
      predictor.sessionEnded();
      session += 1;
    }
    const afterMs = now() - endedAt;
    calledAt = now();
    const hit = await makeRoom(id, device).catch((thrown: unknown) => {
      note("failed", id, { why: codeOf(thrown) });
      throw thrown;
    });
    const free = residencyOn(device).lease(id);
    running += 1;
    const started = performance.now();
    try {
      const reply = await act();
      opened(id, reply, device);
      predictor.called(id, afterMs);
      residencyOn(reply.device).used(id);
      note("call", id, {
        hit,
        ms: performance.now() - started,
        loadMs: reply.msLoad,
        bytes: weightOf(id).liveBytes,
      });
      return reply;
    } catch (thrown) {
      if (!signal?.aborted)
        note("failed", id, { ms: performance.now() - started, why: codeOf(thrown) });
      throw thrown;
    } finally {
      free();
      endedAt = now();
      running -= 1;
      for (const wake of waiters) wake();
      waiters.clear();
      if (ahead && running === 0) timer = setTimeout(() => void fetchAhead(), restMs).unref();
    }
  }

  async function openNow(id: string, request: SessionRequest, device: string): Promise<void> {
    const started = performance.now();
    const reply = await client.open(request);
    opened(id, reply, device);
    note("prefetch", id, {
      ms: performance.now() - started,
      loadMs: reply.msLoad,
      bytes: weightOf(id).liveBytes,
    });
  }

  /** One model at a time, for as long as nothing is asked for. A model that will not open is told when it is called. */
  async function fetchAhead(): Promise<void> {
    forgetGone();
    for (const { id } of expectedNext(predictor)) {
      if (openable.get(id)) continue;
      const request = await requestOf(id);
      openable.set(id, request !== undefined);
      if (request && !paths.has(id)) {
        paths.set(id, request.path);
        deviceOf.set(id, deviceOf.get(id) ?? request.devices[0] ?? "cpu");
      }
    }
    if (running > 0) return;
    const [device, next] =
      [...residencies]
        .map(([on, residency]) => [on, residency.prefetch(thinkMs, canOpen)] as const)
        .find(([on, found]) => found !== null && (deviceOf.get(found.id) ?? on) === on) ?? [];
    const request = next ? await requestOf(next.id) : undefined;
    if (!device || !next || !request || running > 0) return;
    try {
      await putOut(next.evict, device);
      await openNow(next.id, request, device);
    } catch {
      return;
    }
    if (running === 0) timer = setTimeout(() => void fetchAhead(), restMs).unref();
  }

  /** A GGUF model with the room that is left on its card now: read when it is opened. */
  function withinCard<Request extends WriterRequest>(request: Request): Request {
    const id = traceName(request.path);
    const device = deviceOf.get(id) ?? "cpu";
    if (request.backend !== "llama" || device === "cpu") return request;
    const others = residencyOn(device)
      .residents()
      .filter((other) => other !== id)
      .reduce((sum, other) => sum + weightOf(other).liveBytes, 0);
    return { ...request, cardBytes: Math.max(0, budgetOf(device) - others) };
  }

  /** What is expected next on each model's own device, with what will be done about it. */
  function outlook(): Outlook[] {
    const [first] = residencies.values();
    const all = [...residencies].flatMap(([device, residency]) =>
      residency
        .outlook(thinkMs, canOpen)
        .filter(({ id }) => (deviceOf.get(id) ?? device) === device || residency === first),
    );
    const seen = new Set<string>();
    return all
      .toSorted((a, b) => b.likely - a.likely)
      .filter(({ id }) => !seen.has(id) && seen.add(id));
  }

  return {
    ...client,
    run: (...[request, signal]: Parameters<WorkerClient["run"]>) =>
      through(request, signal, () => client.run(request, signal)),
    label: (...[request, ...rest]: Parameters<WorkerClient["label"]>) =>
      through(request, rest[0], () => client.label(request, ...rest)),
    score: (...[request, ...rest]: Parameters<WorkerClient["score"]>) =>
      through(request, rest[0], () => client.score(request, ...rest)),
    write: (...[request, ...rest]: Parameters<WorkerClient["write"]>) =>
      through(request, rest[0], () => client.write(withinCard(request), ...rest)),
    countTokens: (...[request, ...rest]: Parameters<WorkerClient["countTokens"]>) =>
      through(request, rest[0], () => client.countTokens(withinCard(request), ...rest)),
    outline: (...[request, ...rest]: Parameters<WorkerClient["outline"]>) =>
      through(request, rest[0], () => client.outline(request, ...rest)),
    /**
     * Opens a model that is likely asked soon, where it finds room beside what is open and nothing runs. One that
     * will not open is told when it is called.
     */
    openAhead: async (request: SessionRequest): Promise<void> => {
      learn();
      const id = traceName(request.path);
      paths.set(id, request.path);
      const device = deviceOf.get(id) ?? request.devices[0] ?? "cpu";
      deviceOf.set(id, device);
      forgetGone();
      const admission = residencyOn(device).admit(id);
      if (running > 0 || admission.kind !== "load" || admission.evict.length > 0) return;
      await openNow(id, request, device).catch(() => {});
    },
    /** A batch that was held may go on. */
    wake: queue.wake,
    release: async (path: string): Promise<void> => {
      for (const residency of residencies.values()) residency.released(traceName(path));
      await client.release(path);
    },
    stop: (): void => {
      clearTimeout(timer);
      client.stop();
      forgetGone();
    },
    close: (): void => {
      clearTimeout(timer);
      client.close();
    },
    /** A model that was opened past this keeper, by path. */
    adopt: (path: string): void => {
      const use = client.useOf(path);
      if (use === undefined || path === "") return;
      const id = traceName(path);
      paths.set(id, path);
      deviceOf.set(id, use.device);
      residencyOn(use.device).opened(id);
    },
    /** What a model holds of memory when it is open, by its path: measured, or guessed from its file. */
    bytesOf: (path: string): number => {
      learn();
      const id = traceName(path);
      if (!paths.has(id)) paths.set(id, path);
      return weightOf(id).liveBytes;
    },
    /** The same by its name in the log. */
    bytesKnown: (id: string): number => weightOf(id).liveBytes,
    /** A line about a call that went past this process, or about what came of one. */
    noteCall: (line: Pick<TraceLine, "kind" | "expert"> & Partial<TraceLine>): void => {
      learn();
      note(line.kind, line.expert, line);
    },
    /** Forgets what was learned from the calls; what is open stays so. */
    unlearn: predictor.unlearn,
    /** What is open on each device, what is expected next. */
    residents: () => {
      learn();
      forgetGone();
      return {
        devices: [...residencies].map(([device, residency]) => ({
          device,
          budgetBytes: budgetOf(device),
          open: residency.residents().map((id) => ({ id, bytes: weightOf(id).liveBytes })),
        })),
        after: predictor.last(),
        expected: outlook().slice(0, 4),
      };
    },
  };
}

/** What a failure is called: the kind of a writer's, else its code. */
export function codeOf(thrown: unknown): string {
  const { data, code } = toErrorShape(thrown);
  const { kind } = Object(data) as { kind?: unknown };
  return typeof kind === "string" ? kind : code;
}

const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
