/** Registry records of a review: attached from files, or fetched when a person presses the button that says so. */
import { AppError } from "../../../api/errors.ts";
import type { HandlersFor } from "../../../api/call.ts";
import type { extractionContract } from "../../../api/schemas/extraction.ts";
import type { AssetStore } from "../../review/assets.ts";
import type { Reviews } from "../../review/reviews.ts";
import type { ReviewFile } from "../../review/store.ts";
import { readJson } from "../../search/remote/json.ts";
import {
  createPace,
  requestText,
  type Fetch,
  type Requesting,
} from "../../search/remote/request.ts";
import { valueOf } from "../extracted-value.ts";
import type { Papers } from "../papers.ts";
import { fieldsOf } from "../stored-fields.ts";
import { nctNumbers, trialIn } from "./record-file.ts";
import { registryName } from "./standing.ts";
import { attachRegistry, registryOf } from "./stored.ts";
import { registrySuggestions } from "./suggestions.ts";
import { registryTrial, type RegistryTrial } from "./trial.ts";

export type RegistryRemote = { address?: string; interval?: number; backoff?: number[] };

type RegistryContract = Pick<
  typeof extractionContract,
  "extraction.registry" | "extraction.fetchRegistry"
>;

export function createRegistryHandlers({
  reviews,
  assets,
  papers,
  fetch,
  remote: { address = "https://clinicaltrials.gov/api/v2/", interval = 1300, backoff } = {},
}: {
  reviews: Reviews;
  assets: AssetStore;
  papers: Papers;
  fetch: Fetch;
  remote?: RegistryRemote | undefined;
}): HandlersFor<RegistryContract> {
  const requesting: Requesting = {
    fetch,
    service: registryName,
    pace: createPace(interval),
    ...(backoff ? { backoff } : {}),
  };
  return {
    "extraction.registry": async ({ reviewId, recordId }, { signal }) => {
      const file = reviews.get(reviewId);
      const attached = registryOf(file, recordId);
      return {
        numbers: await numbersOf(file, papers, recordId, signal),
        attached: attached ?? null,
      };
    },
    "extraction.fetchRegistry": async ({ reviewId, recordId, nct }, { signal, emit }) => {
      const file = reviews.get(reviewId);
      emit({ done: 0, total: 1, label: `Asking ${registryName} for ${nct}` });
      const record = await requestText(
        requesting,
        { url: `${address}studies/${nct}?format=json` },
        signal,
        readJson,
      );
      const trial = registryTrial(record);
      if (trial.nct.value !== nct)
        throw new AppError("network", `${registryName} answered with ${trial.nct.value}.`, { nct });
      const { id } = await assets.put(Buffer.from(JSON.stringify(record)), {
        name: `${nct}.json`,
        type: "application/json",
      });
      const by = reviews.settings().reviewer;
      const suggested = attachTrial(file, by, { recordId, assetId: id, how: "fetched" }, trial);
      emit({ done: 1, total: 1, label: "Done" });
      return { suggested };
    },
  };
}

/** Keeps the record with the study and suggests what it says; gives the number of suggestions. */
export function attachTrial(
  file: ReviewFile,
  actor: string,
  at: { recordId: string; assetId: string; how: "fetched" | "file" },
  trial: RegistryTrial,
): number {
  if (!file.records().some(({ id }) => id === at.recordId))
    throw new AppError("notFound", `The review has no record ${at.recordId}.`, {
      recordId: at.recordId,
    });
  return file.ledger.transaction(() => {
    attachRegistry(file, actor, { ...at, nct: trial.nct.value });
    return suggestTrial(file, at, trial);
  });
}

function suggestTrial(
  file: ReviewFile,
  { recordId, assetId }: { recordId: string; assetId: string },
  trial: RegistryTrial,
): number {
  const fields = fieldsOf(file);
  const known = file.ledger.suggestions("extract");
  return file.ledger.suggest(registrySuggestions(trial, { recordId, assetId, fields, known }))
    .length;
}

/** What the kept records of these studies say now, after fields or arms changed. */
export async function suggestAgain(
  file: ReviewFile,
  assets: Pick<AssetStore, "get">,
  recordIds: readonly string[],
): Promise<number> {
  let suggested = 0;
  for (const recordId of recordIds) {
    const kept = registryOf(file, recordId);
    const trial = kept && trialIn(await assets.get(kept.assetId));
    if (kept && trial) suggested += suggestTrial(file, { recordId, assetId: kept.assetId }, trial);
  }
  return suggested;
}

/** NCT numbers that the record, its registration values or its paper name: what was decided first. */
export async function numbersOf(
  file: ReviewFile,
  papers: Papers,
  recordId: string,
  signal: AbortSignal,
): Promise<string[]> {
  const record = file.records().find(({ id }) => id === recordId);
  const report = file.reports().find((one) => one.recordId === recordId);
  const paper = report
    ? await papers.read(report.assetId, { signal }).catch((thrown: unknown) => {
        signal.throwIfAborted();
        // A paper that cannot be read names nothing; the record still may.
        if (thrown instanceof AppError) return undefined;
        throw thrown;
      })
    : undefined;
  const values = [
    ...file.ledger.latestDecisions("extract"),
    ...file.ledger.suggestions("extract", `record:${recordId}/`),
  ].flatMap(({ subject, value }) =>
    subject.startsWith(`record:${recordId}/`) ? [valueOf(value)?.value ?? ""] : [],
  );
  return nctNumbers(
    [...values, record?.title ?? "", record?.abstract ?? "", paper?.text ?? ""].join("\n"),
  ).slice(0, 5);
}
