/** The worker's models that write: opened when first asked, kept until they are released. */
import { openDecoder } from "./generation/decoder/writer.ts";
import { openWriter, type Writer } from "./llama.ts";
import type { WorkerReply, WorkerRequest } from "./worker-protocol.ts";

type Question = Extract<WorkerRequest, { kind: "write" | "countTokens" }>;

export function openWriters() {
  const writers = new Map<string, { settings: string; writer: Promise<Writer> }>();

  async function release(path: string): Promise<void> {
    const opened = writers.get(path);
    writers.delete(path);
    await (await opened?.writer.catch(() => undefined))?.release();
  }

  /** Another context, device, adapter or template opens the file anew. */
  function writerOf(asked: Question): Promise<Writer> {
    const { path, contextTokens, devices, threads } = asked;
    const own = asked.backend === "llama" ? asked.adapters : asked.decoder;
    const settings = JSON.stringify([contextTokens, devices, threads, own]);
    const known = writers.get(path);
    if (known?.settings === settings) return known.writer;
    const common = { path, contextTokens, devices, threads };
    // Told at once, so that a question that comes meanwhile waits for the same opening.
    const writer = release(path).then(() =>
      asked.backend === "llama"
        ? openWriter({ ...common, adapters: asked.adapters, cardBytes: asked.cardBytes })
        : openDecoder({ ...common, ...asked.decoder }),
    );
    writers.set(path, { settings, writer });
    writer.catch(() => writers.delete(path));
    return writer;
  }

  return {
    release,
    async answer(request: Question, onText: (piece: string) => void): Promise<WorkerReply> {
      const started = performance.now();
      const rssBefore = process.memoryUsage.rss();
      const isNew = !writers.has(request.path);
      const writer = await writerOf(request);
      const msLoad = isNew ? performance.now() - started : 0;
      const ran = performance.now();
      const about = () => ({
        id: request.id,
        msLoad,
        msRuntime: performance.now() - ran,
        device: writer.device,
        tried: writer.tried,
        ...(writer.layers ? { layers: writer.layers } : {}),
        openedBytes: isNew ? Math.max(0, process.memoryUsage.rss() - rssBefore) : 0,
        contextTokens: writer.contextTokens,
      });
      if (request.kind === "countTokens") {
        const tokens = writer.countTokens(request.text);
        return { kind: "counted", tokens, ...about() };
      }
      const answer = await writer.write(request.question, onText);
      return { kind: "written", answer, ...about(), msRuntime: answer.msRuntime };
    },
  };
}
