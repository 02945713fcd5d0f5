/**
 * The order in which models are asked, one call at a time: what the reader waits for comes before work at
 * leisure, and of that the calls of one model together, so that a folder or 500 abstracts are run model by model
 * and not item by item (after CoServe, arXiv 2503.02354). Each caller gets its own answer, so outputs keep the
 * order of their inputs.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { AppError } from "../../../api/errors.ts";

/** Work at leisure: everything else is what somebody looks at. */
export type Leisure = { isHeld: () => boolean };
const atLeisure = new AsyncLocalStorage<Leisure>();

/** Model calls within `work` wait for those that somebody looks at, and while `isHeld`. */
export const runAtLeisure = <T>(leisure: Leisure, work: () => T): T => atLeisure.run(leisure, work);

type Waiting = {
  expert: string;
  leisure: Leisure | undefined;
  /** Whether calls of this model that are alike in this may be under way at once: it answers several together. */
  isShared: boolean;
  start: () => void;
};
type Entering = { signal?: AbortSignal | undefined; isShared?: boolean };

/** @param isOpen whether a model is in memory now: those are asked first among the calls at leisure */
export function createCallQueue(isOpen: (expert: string) => boolean) {
  const looked: Waiting[] = [];
  const leisurely: Waiting[] = [];
  const lineOf = ({ leisure }: Waiting): Waiting[] => (leisure === undefined ? looked : leisurely);
  let last = "";
  /** Calls under way; more than one only of a model that answers several together. */
  let busy = 0;
  let isShared = false;

  function next(): Waiting | undefined {
    if (looked[0]) return looked[0];
    const isReady = ({ leisure }: Waiting): boolean => leisure?.isHeld() !== true;
    const same = leisurely.find((one) => one.expert === last && isReady(one));
    if (same) return same;
    const ready = leisurely.filter(isReady);
    const counts = new Map<string, number>();
    for (const { expert } of ready) counts.set(expert, (counts.get(expert) ?? 0) + 1);
    // Before a model is put out for another, what waits for it is done; then the one most wait for.
    const rank = (expert: string): number => (isOpen(expert) ? 1e9 : 0) + (counts.get(expert) ?? 0);
    const [most] = [...counts.keys()].toSorted((a, b) => rank(b) - rank(a));
    return ready.find(({ expert }) => expert === most);
  }

  function go(): void {
    const chosen = next();
    if (chosen === undefined) return;
    const joins = isShared && chosen.isShared && chosen.expert === last;
    if (busy > 0 && !joins) return;
    busy += 1;
    isShared = chosen.isShared;
    last = chosen.expert;
    const line = lineOf(chosen);
    line.splice(line.indexOf(chosen), 1);
    chosen.start();
    if (isShared) go();
  }

  return {
    /** Waits for its turn; what it gives back ends the turn. @throws cancelled when the signal came first */
    enter: (
      expert: string,
      { signal, isShared: shares = false }: Entering = {},
    ): Promise<() => void> =>
      new Promise((resolve, reject) => {
        const leave = (): void => {
          busy -= 1;
          // Who has the answer may ask on at once: what it asks for then is in the choice.
          setImmediate(go);
        };
        const one: Waiting = {
          expert,
          leisure: atLeisure.getStore(),
          isShared: shares,
          start: () => {
            signal?.removeEventListener("abort", cancel);
            resolve(leave);
          },
        };
        const cancel = (): void => {
          const line = lineOf(one);
          if (!line.includes(one)) return;
          line.splice(line.indexOf(one), 1);
          reject(new AppError("cancelled", "The model run was cancelled before it began."));
        };
        if (signal?.aborted)
          return void reject(
            new AppError("cancelled", "The model run was cancelled before it began."),
          );
        signal?.addEventListener("abort", cancel, { once: true });
        lineOf(one).push(one);
        // A whole batch is written down before the first of it is chosen.
        setImmediate(go);
      }),
    /** Something that was held may go on. */
    wake: go,
    waiting: (): number => looked.length + leisurely.length,
  };
}
