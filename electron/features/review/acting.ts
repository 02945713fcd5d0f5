/**
 * Who acts in the call at hand, when the calling window says so: two browsers on one host are two
 * people, though they share one data folder. Without it, the machine's own reviewer acts.
 */
import { AsyncLocalStorage } from "node:async_hooks";

const acting = new AsyncLocalStorage<string>();

export function actingReviewer(): string | undefined {
  return acting.getStore();
}

export function actAs<T>(reviewer: string | undefined, work: () => T): T {
  return reviewer === undefined ? work() : acting.run(reviewer, work);
}
