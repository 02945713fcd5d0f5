/** Composition root: builds every feature once and answers every call of the contract. */
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type { AppCall, Handlers } from "./api/contract.ts";
import { contract } from "./api/contract.ts";
import { parseInput, type CallFrame, type UntypedHandler } from "./api/dispatch.ts";
import { createAuditHandlers } from "./features/audit/handlers.ts";
import { openJobs } from "./features/audit/jobs.ts";
import { createExportHandlers } from "./features/export/handlers.ts";
import { createExtractionHandlers } from "./features/extraction/handlers.ts";
import { openRecognised } from "./features/extraction/ocr/recognised.ts";
import { fieldsOf } from "./features/extraction/stored-fields.ts";
import { openAssets } from "./features/review/assets.ts";
import { createChannelHandlers } from "./features/imaging/channels-call.ts";
import { createHeatMapHandlers } from "./features/imaging/heat-map-call.ts";
import { createImagingHandlers } from "./features/imaging/handlers.ts";
import { createRouter } from "./features/imaging/routing/router.ts";
import { openAssignments } from "./features/models/routing/assignments.ts";
import { createPlanners } from "./features/imaging/planning/planners.ts";
import { createReadingHandlers } from "./features/imaging/report/handlers.ts";
import { createSegmentHandlers } from "./features/imaging/segment-handlers.ts";
import { openStudies, type Studies } from "./features/imaging/studies.ts";
import { createExperts } from "./features/models/experts.ts";
import { createGeneration } from "./features/models/generation/generation.ts";
import { createGenerationHandlers } from "./features/models/generation/handlers.ts";
import { createLibraryHandlers } from "./features/library/handlers.ts";
import { openLibrary } from "./features/library/store.ts";
import { createModelsHandlers } from "./features/models/handlers.ts";
import { networkPath } from "./features/models/pack-info.ts";
import { openPacks } from "./features/models/packs.ts";
import { createTexts } from "./features/models/texts.ts";
import { openBudgets } from "./features/models/runtime/budgets.ts";
import { createRuntimeHandlers } from "./features/models/runtime/handlers.ts";
import { keepResident } from "./features/models/runtime/resident-worker.ts";
import { runAtLeisure } from "./features/models/runtime/queue.ts";
import { requestOf } from "./features/models/runtime/request-of.ts";
import { openTrace } from "./features/models/runtime/trace.ts";
import { createWorkerClient } from "./features/models/worker-client.ts";
import type { WorkerPort } from "./features/models/worker-protocol.ts";
import { createPacsHandlers } from "./features/pacs/handlers.ts";
import { createReviewHandlers } from "./features/review/handlers.ts";
import { openReviews } from "./features/review/reviews.ts";
import { bundledPacksFolder, promptsFolder } from "./places.ts";
import { deviceOrder, devicesOf } from "./features/models/devices.ts";
import { hasCudaLibraries } from "./features/models/onnx.ts";
import { openPackNotes } from "./features/models/pack-notes.ts";
import { openOutside } from "./outside.ts";
import { createScreeningHandlers } from "./features/screening/handlers.ts";
import { createSearchHandlers, type Secrets } from "./features/search/handlers.ts";
import { importer } from "./features/search/importer.ts";
import { sessionSecrets } from "./features/search/secrets.ts";
import { actAs } from "./features/review/acting.ts";
import { createRecordsHandlers } from "./features/records/handlers.ts";
import { findCompanions } from "./features/search/companions.ts";
import { createTeamHandlers } from "./features/team/handlers.ts";

/** Calls that ask models about many items: they give way to what somebody looks at, and can be paused. */
const batches: ReadonlySet<string> = new Set(["extraction.suggest", "library.index"]);

export type AppOptions = {
  dataFolder: string;
  spawnWorker: () => WorkerPort;
  secrets?: Secrets;
  /** A desk that stays open opens models before they are asked for; a single command does not. */
  stays?: boolean;
};
export type App = ReturnType<typeof createApp>;

export function createApp({
  dataFolder,
  spawnWorker,
  secrets = sessionSecrets(),
  stays = false,
}: AppOptions) {
  const reviews = openReviews(dataFolder);
  const assets = openAssets(join(dataFolder, "assets"));
  const jobs = openJobs(dataFolder);
  const packs = openPacks(bundledPacksFolder, dataFolder);
  const notes = openPackNotes(packs.userFolder);
  const platform = {
    platform: process.platform,
    arch: process.arch,
    cuda: hasCudaLibraries(),
  };
  // Half of the machine's cores: the desk stays usable while a model thinks.
  const threads = Math.max(1, Math.ceil(availableParallelism() / 2));
  const orderOf = (packId?: string): string[] =>
    deviceOrder(platform, packId === undefined ? undefined : notes.device(packId));
  const settingsOf = (packId: string) => ({ devices: orderOf(packId), threads });
  const budgets = openBudgets(packs.userFolder);
  const client = createWorkerClient(spawnWorker, { limitBytes: budgets.processBytes });
  const trace = openTrace(join(dataFolder, "expert-calls.jsonl"));
  const worker = keepResident(client, {
    trace,
    budgetOf: budgets.of,
    requestOf: (name) => requestOf(name, packs, settingsOf),
    ahead: stays,
  });
  const experts = createExperts(packs, worker, settingsOf, {
    askingOf: notes.asking,
    spared: (pack, spared) => {
      if (spared > 0)
        worker.noteCall({ kind: "spared", expert: basename(pack.folder), calls: spared });
    },
  });
  const texts = createTexts(packs, worker, settingsOf);
  const outside = openOutside(secrets);
  const generation = createGeneration({
    packs,
    worker,
    settingsOf,
    promptsFolder,
    fetch: outside.fetch,
    secret: (name) => secrets.get(name),
    noteCall: worker.noteCall,
  });
  jobs.heard(worker.wake);
  const router = createRouter({
    experts,
    assigned: openAssignments({
      packs,
      bytesOf: worker.bytesOf,
      budgetBytes: () => budgets.of(orderOf()[0] ?? "cpu"),
    }),
  });
  /** The first network of a pack that an open series will likely be given to. */
  async function openAhead(packId: string): Promise<void> {
    const path = networkPath(await packs.checkedPack(packId));
    if (path !== "") await worker.openAhead({ path, ...settingsOf(packId) });
  }
  const planners = createPlanners({ experts, generation });
  const recognised = openRecognised(join(dataFolder, "recognised"));
  let studies: Studies | undefined;
  const openedStudies = (): Studies =>
    (studies ??= openStudies(join(dataFolder, "studies.evidesk")));

  const handlers: Handlers = {
    ...createReviewHandlers({ reviews, assets, importer }),
    ...createSearchHandlers({ reviews, fetch: outside.fetch, secrets }),
    ...createScreeningHandlers({ reviews }),
    ...createTeamHandlers({ reviews, assets }),
    ...createRecordsHandlers({
      reviews,
      findDuplicates: importer.findDuplicates,
      findCompanions,
    }),
    ...createExportHandlers({ reviews, assets, fieldsOf }),
    ...createExtractionHandlers({
      reviews,
      assets,
      recognised,
      tag: (id, text, signal) => texts.tag(id, text, { signal }),
      packs: experts.list,
      ask: generation.ask,
      fetch: outside.fetch,
    }),
    ...createLibraryHandlers({
      reviews,
      store: openLibrary(join(dataFolder, "library")),
      // The same papers that extraction has open, with the passwords they were opened with.
      readPaper: (assetId, signal) =>
        handlers["extraction.text"]({ assetId }, { signal, emit: () => {} }),
      recognisedPages: (assetId) => recognised.get(assetId).length,
      embed: (passages, signal) => texts.embed("text-encoder", passages, { signal }),
      ask: (packId, values, options) => generation.ask(packId, "answer", values, options),
    }),
    ...createImagingHandlers({
      studies: openedStudies,
      assets,
      experts,
      planners,
      router,
      // A pack that will not open is told when it is called.
      ...(stays ? { openAhead: (packId) => void openAhead(packId).catch(() => {}) } : {}),
      settings: reviews.settings,
    }),
    ...createPacsHandlers({
      dataFolder,
      assets,
      fetch: outside.fetch,
      secrets,
      record: (action, payload) =>
        openedStudies().ledger.record(reviews.settings().reviewer, action, payload),
    }),
    ...createChannelHandlers({
      studies: openedStudies,
      assets,
      experts,
      reviewer: () => reviews.settings().reviewer,
    }),
    ...createHeatMapHandlers({
      studies: openedStudies,
      assets,
      experts,
      reviewer: () => reviews.settings().reviewer,
    }),
    ...createReadingHandlers({
      studies: openedStudies,
      reviewer: () => reviews.settings().reviewer,
    }),
    ...createSegmentHandlers({
      studies: openedStudies,
      assets,
      reviewer: () => reviews.settings().reviewer,
    }),
    ...createGenerationHandlers({ packs, generation, secrets }),
    ...createRuntimeHandlers({
      worker,
      budgets,
      trace,
      assets,
      packs,
      limitChanged: client.limit,
    }),
    ...createModelsHandlers({
      packs,
      worker,
      client,
      texts,
      generation,
      notes,
      devices: { all: devicesOf(platform), orderOf, threads },
      assets,
      secrets,
      outside,
    }),
    ...createAuditHandlers({ reviews, jobs, repeat }),
  };

  /** Any caller's way in: parses, then runs; calls with progress events become jobs. */
  async function dispatch(name: string, input: unknown, frame: CallFrame): Promise<unknown> {
    const parsed = parseInput(name, input);
    const handler = handlers[parsed.name] as UntypedHandler;
    return actAs(frame.reviewer, () =>
      "event" in contract[parsed.name]
        ? jobs.run(
            parsed.name,
            parsed.input,
            frame,
            ({ isHeld, ...jobFrame }) =>
              batches.has(parsed.name)
                ? runAtLeisure({ isHeld }, () => handler(parsed.input, jobFrame))
                : handler(parsed.input, jobFrame),
            { pausable: batches.has(parsed.name) },
          )
        : handler(parsed.input, frame),
    );
  }

  function repeat(name: string, input: unknown): void {
    // A repeated job reports through the job list; nobody waits for its value.
    dispatch(name, input, { signal: new AbortController().signal, emit: () => {} }).catch(() => {});
  }

  const call = ((
    name: string,
    input: unknown,
    options: { signal?: AbortSignal; emit?: (event: never) => void } = {},
  ) =>
    dispatch(name, input, {
      signal: options.signal ?? new AbortController().signal,
      emit: (event) => options.emit?.(event as never),
    })) as AppCall;

  return {
    call,
    dispatch,
    reviews,
    assets,
    experts,
    planners,
    router,
    close: async (): Promise<void> => {
      worker.close();
      studies?.close();
      reviews.closeAll();
    },
  };
}
