/** Thread entry: decodes one frame after the other for `decode-apart.ts`, saying when it begins. */
import { parentPort } from "node:worker_threads";
import { AppError, toErrorShape, type ErrorShape } from "../../api/errors.ts";
import { forgetCodecs, prepareCodec, type ForeignCodec } from "./foreign-codecs.ts";
import type { Decoded, Frame } from "./frame-values.ts";

export type DecodeOrder = { codec: ForeignCodec; bytes: Uint8Array<ArrayBuffer>; frame: Frame };
export type DecodeReply =
  | { kind: "begun" }
  | { kind: "done"; decoded: Decoded }
  | { kind: "failed"; error: ErrorShape };

async function answer({ codec, bytes, frame }: DecodeOrder): Promise<void> {
  const post = (reply: DecodeReply, moved: ArrayBuffer[] = []): void =>
    parentPort?.postMessage(reply, moved);
  try {
    const decode = await prepareCodec(codec);
    post({ kind: "begun" });
    const decoded = await decode(bytes, frame);
    post({ kind: "done", decoded }, [decoded.data.buffer as ArrayBuffer]);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) forgetCodecs();
    // Engines say of a stream that ends too early where in their own memory it did.
    const error =
      thrown instanceof RangeError
        ? new AppError("badFile", "The stream breaks off.")
        : thrown instanceof AppError
          ? thrown
          : new AppError("badFile", thrown instanceof Error ? thrown.message : String(thrown));
    post({ kind: "failed", error: toErrorShape(error) });
  }
}

parentPort?.on("message", (order: DecodeOrder) => void answer(order));
