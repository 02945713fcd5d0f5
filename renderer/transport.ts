/**
 * The two ways to the backend, behind one typed call: HTTP with NDJSON frames in a browser, a
 * MessagePort in the desktop window. Nothing else in the page knows which one is in use.
 */
import type { AppCall } from "../electron/api/contract.ts";
import { AppError, fromErrorShape, type ErrorShape } from "../electron/api/errors.ts";
import { callOverPort, type Port } from "../electron/api/port.ts";

type Frame = { event: unknown } | { value: unknown } | { error: ErrorShape };
type UntypedOptions = { signal?: AbortSignal; emit?: (event: unknown) => void };

/** Calls `POST /rpc/<name>`; aborting the signal closes the request, which cancels the work. */
export function callOverHttp(token: string): AppCall {
  async function call(
    name: string,
    input: unknown,
    options: UntypedOptions = {},
  ): Promise<unknown> {
    const response = await reach(() =>
      fetch(`/rpc/${name}`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: `Bearer ${token}`,
          ...reviewerHeader(),
        },
        body: JSON.stringify(input),
        ...(options.signal ? { signal: options.signal } : {}),
      }),
    );
    if (!response.ok || response.body === null) throw refused(response.status);
    return readFrames(response.body, options.emit);
  }
  return call as AppCall;
}

const reviewerKey = "evidesk.reviewer";

/** Who sits at this tab. Two tabs of one host may be two people; a desktop window has one. */
export const tabReviewer = {
  get: (): string | null => sessionStorage.getItem(reviewerKey),
  set: (name: string): void => sessionStorage.setItem(reviewerKey, name),
};

/** A header holds Latin letters only, so the name goes percent-encoded. */
function reviewerHeader(): Record<string, string> {
  const name = tabReviewer.get();
  return name === null ? {} : { "X-Evidesk-Reviewer": encodeURIComponent(name) };
}

async function readFrames(
  body: ReadableStream<Uint8Array>,
  emit: ((event: unknown) => void) | undefined,
): Promise<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reach(() => reader.read());
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) {
      if (line === "") continue;
      const frame = JSON.parse(line) as Frame;
      if ("event" in frame) emit?.(frame.event);
      else if ("error" in frame) throw fromErrorShape(frame.error);
      else return frame.value;
    }
    if (done)
      throw new AppError("network", "The desk's backend closed the connection before it answered.");
  }
}

/** A refused or cut connection is one of ours by name; an abort by the caller is `cancelled`. */
async function reach<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") {
      throw new AppError("cancelled", "The work was cancelled.");
    }
    throw new AppError(
      "network",
      "The desk's backend does not answer. Is it still running in its terminal?",
    );
  }
}

function refused(status: number): AppError {
  if (status === 401 || status === 403) {
    return new AppError(
      "unauthorized",
      "The key of this page is not the desk's key: the desk was most likely started again since the page was opened. What you decided is kept. Open the address that the terminal printed last.",
      { status },
    );
  }
  return new AppError("network", `The desk's backend refused the call (HTTP ${status}).`, {
    status,
  });
}

/**
 * The token of this start, from the address's fragment once, then from the tab's session storage;
 * null when the page was opened without one.
 */
export function takeToken(): string | null {
  const match = /(?:^#|&)token=([^&]+)/.exec(location.hash);
  if (match?.[1]) {
    sessionStorage.setItem("evidesk.token", match[1]);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return sessionStorage.getItem("evidesk.token");
}

/** Waits for the port that the preload hands over after the page says it is ready. */
export function callOverWindowPort(): Promise<AppCall> {
  return new Promise((resolve) => {
    window.addEventListener("message", function take(message: MessageEvent<unknown>) {
      const data = message.data;
      const port = message.ports[0];
      if (message.source !== window || port === undefined) return;
      if (
        typeof data !== "object" ||
        data === null ||
        !("evidesk" in data) ||
        data.evidesk !== "port"
      )
        return;
      window.removeEventListener("message", take);
      resolve(callOverPort(wrapPort(port)));
    });
    window.postMessage({ evidesk: "ready" }, location.origin);
  });
}

function wrapPort(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.onmessage = (event: MessageEvent<unknown>) => listener(event.data);
    },
    onClose: (listener) => port.addEventListener("close", listener),
  };
}
