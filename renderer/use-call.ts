/**
 * Reads are cached by method and input and shown while they refresh; a change invalidates the
 * features it touches. View state lives in components; this file holds only what the backend said.
 */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { CallEvent, CallName, Input, Output } from "../electron/api/contract.ts";
import { AppError, toErrorShape } from "../electron/api/errors.ts";
import { call } from "./call.ts";

type Entry = { value: unknown; error: AppError | null; loading: boolean; stale: boolean };
type Slot = { name: string; entry: Entry; listeners: Set<() => void>; load: () => void };

const slots = new Map<string, Slot>();
const blank: Entry = { value: undefined, error: null, loading: true, stale: true };

function update(slot: Slot, change: Partial<Entry>): void {
  slot.entry = { ...slot.entry, ...change };
  for (const listener of slot.listeners) listener();
}

function slotOf<Name extends CallName>(name: Name, input: Input<Name>): Slot {
  const key = `${name} ${JSON.stringify(input)}`;
  const known = slots.get(key);
  if (known) return known;
  let turn = 0;
  const slot: Slot = {
    name,
    entry: blank,
    listeners: new Set(),
    load: () => {
      const mine = ++turn;
      update(slot, { loading: true, stale: false });
      call(name, input).then(
        (value) => mine === turn && update(slot, { value, error: null, loading: false }),
        (thrown: unknown) =>
          mine === turn && update(slot, { error: asError(thrown), loading: false }),
      );
    },
  };
  slots.set(key, slot);
  return slot;
}

export function asError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const shape = toErrorShape(thrown);
  return new AppError(shape.code, shape.message, shape.data);
}

/** Marks every cached read of the given features (or exact calls) stale; mounted ones load again. */
export function invalidate(...prefixes: string[]): void {
  for (const [key, slot] of slots) {
    if (!prefixes.some((prefix) => slot.name === prefix || slot.name.startsWith(`${prefix}.`)))
      continue;
    if (slot.listeners.size === 0) slots.delete(key);
    else slot.load();
  }
}

export type CallState<T> = {
  value: T | undefined;
  error: AppError | null;
  loading: boolean;
  reload: () => void;
};

/** Reads through the cache; `null` input reads nothing. While the input changes, the last value stays. */
export function useCall<Name extends CallName>(
  name: Name,
  input: Input<Name> | null,
): CallState<Output<Name>> {
  const slot = input === null ? null : slotOf(name, input);
  const entry = useSyncExternalStore(
    useCallback(
      (listener: () => void) => {
        if (slot === null) return () => {};
        slot.listeners.add(listener);
        return () => slot.listeners.delete(listener);
      },
      [slot],
    ),
    () => slot?.entry ?? blank,
  );
  useEffect(() => {
    if (slot?.entry.stale) slot.load();
  }, [slot]);
  const [last, setLast] = useState<unknown>(undefined);
  if (entry.value !== undefined && entry.value !== last) setLast(entry.value);
  return {
    value: (entry.value ?? (slot ? last : undefined)) as Output<Name> | undefined,
    error: entry.error,
    loading: slot !== null && entry.loading,
    reload: () => slot?.load(),
  };
}

export type Change<Name extends CallName> = {
  run: (input: Input<Name>) => Promise<Output<Name> | undefined>;
  running: boolean;
  error: AppError | null;
  event: CallEvent<Name> | null;
  cancel: () => void;
  clear: () => void;
};

/**
 * A call that changes something. `run` resolves after the backend acknowledged it (undefined when
 * it failed; the error is in `error`), then the reads of its feature and of `also` load again,
 * unless the caller says when.
 */
export function useChange<Name extends CallName>(
  name: Name,
  also: string[] = [],
  refresh: "now" | "byCaller" = "now",
): Change<Name> {
  const [state, setState] = useState<{
    running: number;
    error: AppError | null;
    event: CallEvent<Name> | null;
  }>({
    running: 0,
    error: null,
    event: null,
  });
  const controller = useRef<AbortController | null>(null);
  const run = async (input: Input<Name>): Promise<Output<Name> | undefined> => {
    const mine = new AbortController();
    controller.current = mine;
    setState((now) => ({ running: now.running + 1, error: null, event: null }));
    try {
      const value = await call(name, input, {
        signal: mine.signal,
        emit: (event) => setState((now) => ({ ...now, event })),
      });
      setState((now) => ({ ...now, running: now.running - 1 }));
      return value;
    } catch (thrown) {
      const error = asError(thrown);
      setState((now) => ({
        ...now,
        running: now.running - 1,
        error: error.code === "cancelled" ? null : error,
      }));
      return undefined;
    } finally {
      if (refresh === "now") invalidate(name.slice(0, name.indexOf(".")), ...also);
    }
  };
  return {
    run,
    running: state.running > 0,
    error: state.error,
    event: state.event,
    cancel: () => controller.current?.abort(),
    clear: () => setState((now) => ({ ...now, error: null, event: null })),
  };
}
