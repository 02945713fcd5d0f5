/** One call over HTTP: JSON in; NDJSON out: events, then exactly one value or error. Closing cancels. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, toErrorShape } from "../api/errors.ts";
import type { CallFrame } from "../api/dispatch.ts";

export type Dispatch = (name: string, input: unknown, frame: CallFrame) => Promise<unknown>;

const bodyLimit = 32 * 1024 * 1024;

export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  dispatch: Dispatch,
): Promise<void> {
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  response.setHeader("Content-Type", "application/x-ndjson; charset=utf-8");
  const line = (frame: unknown): void => {
    if (!response.writableEnded) response.write(`${JSON.stringify(frame)}\n`);
  };
  try {
    const input = await readJson(request);
    const reviewer = reviewerOf(request);
    const value = await dispatch(name, input, {
      signal: controller.signal,
      emit: (event) => line({ event }),
      ...(reviewer === undefined ? {} : { reviewer }),
    });
    line({ value: value ?? null });
  } catch (thrown) {
    line({ error: toErrorShape(thrown) });
  }
  response.end();
}

/** A header holds Latin letters only, so the name comes percent-encoded. */
function reviewerOf(request: IncomingMessage): string | undefined {
  const header = request.headers["x-evidesk-reviewer"];
  if (typeof header !== "string" || header === "") return undefined;
  try {
    return decodeURIComponent(header).trim().slice(0, 80) || undefined;
  } catch {
    throw new AppError("badInput", `The reviewer's name "${header}" is not percent-encoded.`);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) {
    throw new AppError("badInput", "Calls take application/json.");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyLimit)
      throw new AppError(
        "badInput",
        `The call is larger than ${bodyLimit} bytes; send files as assets.`,
      );
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new AppError("badInput", "The call's body is not JSON.");
  }
}
