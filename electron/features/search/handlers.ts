/** The app's search calls. Only `search.count` and `search.run` send anything, and only what the user pressed run on. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { SearchDatabase, searchContract } from "../../api/schemas/search.ts";
import type { Reviews } from "../review/reviews.ts";
import { translate } from "./boolean/translate.ts";
import { blocksOf, compile, filterFor, type PicoText } from "./compile.ts";
import { findDuplicates } from "./deduplicate.ts";
import { toNewRecord } from "./importer.ts";
import { createCtgov } from "./remote/ctgov.ts";
import { newFetchState, type Database, type FetchState } from "./remote/database.ts";
import { createEuropepmc } from "./remote/europepmc.ts";
import { createPubmed } from "./remote/pubmed.ts";
import type { Fetch } from "./remote/request.ts";

/** The system's keychain, or what stands in for it. */
export type Secrets = {
  get: (name: string) => Promise<string | undefined>;
  set: (name: string, value: string | null) => Promise<void>;
};

export type SearchDependencies = {
  reviews: Reviews;
  fetch: Fetch;
  secrets: Secrets;
  /** Other addresses and paces than the public services' own, for mirrors and tests. */
  remote?: Partial<
    Record<SearchDatabase, { address: string; interval?: number; backoff?: number[] }>
  >;
};

const keyName = "ncbi-api-key";
/** Fetches that were cut, kept so that the next run goes on; only the latest few. */
const keptFetches = 4;

export function createSearchHandlers({
  reviews,
  fetch,
  secrets,
  remote = {},
}: SearchDependencies): HandlersFor<typeof searchContract> {
  const unfinished = new Map<string, FetchState>();
  const databases = new Map<string, Database>();

  /** One client for each database (and key), so that its pace holds over all calls. */
  async function open(name: SearchDatabase): Promise<Database> {
    const apiKey = name === "pubmed" ? await secrets.get(keyName) : undefined;
    const id = `${name} ${apiKey ?? ""}`;
    const known = databases.get(id);
    if (known !== undefined) return known;
    const created =
      name === "pubmed"
        ? createPubmed({ fetch, ...remote.pubmed, ...(apiKey ? { apiKey } : {}) })
        : name === "europepmc"
          ? createEuropepmc({ fetch, ...remote.europepmc })
          : createCtgov({ fetch, ...remote.ctgov });
    databases.set(id, created);
    return created;
  }

  function stateOf(id: string): FetchState {
    const state = unfinished.get(id) ?? newFetchState();
    unfinished.delete(id);
    unfinished.set(id, state);
    for (const oldest of unfinished.keys()) {
      if (unfinished.size <= keptFetches) break;
      unfinished.delete(oldest);
    }
    return state;
  }

  return {
    "search.suggestTerms": async ({ pico }) => {
      const text: PicoText = Object.fromEntries(
        Object.entries(pico).filter(([, value]) => value !== undefined),
      );
      return { blocks: blocksOf(text), filter: filterFor(text.design) };
    },
    "search.plan": async ({ reviewId }) => reviews.get(reviewId).searchPlan(),
    "search.savePlan": async ({ reviewId, plan }) => reviews.get(reviewId).saveSearchPlan(plan),
    "search.compile": async ({ blocks, target, filter }) => {
      const { query, warnings } = compile(blocks, target, filter);
      return { query, warnings };
    },
    "search.translate": async ({ text, from, to }) => translate(text, from, to),
    "search.count": async ({ database, query }, { signal }) => {
      const counted = await (await open(database)).count(query, signal);
      return { ...counted, at: new Date().toISOString() };
    },
    "search.run": async ({ reviewId, database, query }, { signal, emit }) => {
      const review = reviews.get(reviewId);
      const source = await open(database);
      const id = `${reviewId} ${database} ${query}`;
      const state = stateOf(id);
      const progress = (done: number, total: number): void =>
        emit({ done, total, label: `Fetching from ${source.name}: ${done} of ${total}` });
      const found = await source
        .fetchAll(query, { signal, state, progress })
        .catch((thrown: unknown) => {
          throw cutShort(thrown, source.name, state);
        });
      unfinished.delete(id);
      const actor = reviews.settings().reviewer;
      const name = `${source.name}, ${new Date().toISOString().slice(0, 10)}`;
      const report = review.importRecords(
        actor,
        { name, format: source.format, rejected: found.rejected },
        found.records.map((record) => toNewRecord(record, source.name)),
        findDuplicates,
      );
      const run = review.logSearch(actor, {
        database: source.name,
        query,
        count: found.count,
        imported: report.imported,
        translation: found.translation,
      });
      return { run, report, translation: found.translation, warnings: found.warnings };
    },
    "search.keyStatus": async () => ({ pubmed: (await secrets.get(keyName)) !== undefined }),
    "search.setKey": async ({ key }) => {
      await secrets.set(keyName, key);
      return { pubmed: key !== null };
    },
  };
}

/** Says how much is kept when the line broke, since the next run goes on from there. */
function cutShort(thrown: unknown, service: string, state: FetchState): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== "network" || state.records.length === 0)
    return thrown;
  return new AppError(
    "network",
    `${thrown.message} ${state.records.length} records from ${service} are kept: run the search again to go on.`,
    { ...Object(thrown.data), fetched: state.records.length },
  );
}
