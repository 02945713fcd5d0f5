/**
 * Frames of a call over any message port, the same as over HTTP: events, then one value or error.
 * Works for Electron's and the browser's MessagePort through the tiny `Port` below.
 */
import type { AppCall } from "./contract.ts";
import { AppError, fromErrorShape, toErrorShape, type ErrorShape } from "./errors.ts";

export type Port = {
  post: (message: unknown) => void;
  onMessage: (listener: (message: unknown) => void) => void;
  onClose?: (listener: () => void) => void;
};

export type Request = { id: number; name: string; input: unknown } | { id: number; cancel: true };
export type Reply =
  | { id: number; event: unknown }
  | { id: number; value: unknown }
  | { id: number; error: ErrorShape };

type Serve = (
  name: string,
  input: unknown,
  frame: { signal: AbortSignal; emit: (event: unknown) => void },
) => Promise<unknown>;

/** Serves calls that arrive on `port` until it closes; closing cancels what runs. */
export function servePort(port: Port, call: Serve): void {
  const running = new Map<number, AbortController>();
  port.onClose?.(() => running.forEach((controller) => controller.abort()));
  port.onMessage((message) => {
    const request = message as Request;
    if ("cancel" in request) {
      running.get(request.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(request.id, controller);
    const reply = (frame: Reply): void => port.post(frame);
    call(request.name, request.input, {
      signal: controller.signal,
      emit: (event) => reply({ id: request.id, event }),
    })
      .then((value) => reply({ id: request.id, value }))
      .catch((thrown: unknown) => reply({ id: request.id, error: toErrorShape(thrown) }))
      .finally(() => running.delete(request.id));
  });
}

/** The caller's end of `servePort`. */
export function callOverPort(port: Port): AppCall {
  type Waiting = {
    resolve: (value: unknown) => void;
    reject: (error: AppError) => void;
    emit: (event: unknown) => void;
  };
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  port.onMessage((message) => {
    const reply = message as Reply;
    const call = waiting.get(reply.id);
    if (call === undefined) return;
    if ("event" in reply) return call.emit(reply.event);
    waiting.delete(reply.id);
    if ("error" in reply) call.reject(fromErrorShape(reply.error));
    else call.resolve(reply.value);
  });
  port.onClose?.(() => {
    waiting.forEach((call) =>
      call.reject(new AppError("internal", "The backend stopped while it was working.")),
    );
    waiting.clear();
  });
  const call = (
    name: string,
    input: unknown,
    options: { signal?: AbortSignal; emit?: (event: never) => void } = {},
  ) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const emit = (event: unknown): void => options.emit?.(event as never);
      waiting.set(id, { resolve, reject, emit });
      options.signal?.addEventListener(
        "abort",
        () => port.post({ id, cancel: true } satisfies Request),
        { once: true },
      );
      port.post({ id, name, input } satisfies Request);
    });
  return call as AppCall;
}
