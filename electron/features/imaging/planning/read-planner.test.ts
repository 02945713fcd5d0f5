/** The bundled planner says here what it said in PyTorch, and what it says is a call that the program can read. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { bundledPacksFolder } from "../../../places.ts";
import { forkWorker } from "../../models/fork-worker.ts";
import { writerFiles } from "../../models/generation/generation.ts";
import { readPack } from "../../models/pack.ts";
import { createWorkerClient } from "../../models/worker-client.ts";

const folder = join(bundledPacksFolder, "read-planner");
const golden = z
  .object({
    size: z.int(),
    cases: z.array(
      z.object({
        asked: z.string(),
        expected: z.string(),
        /** Everything that it may say to these cards, as training writes it. */
        possible: z.array(z.string()).optional(),
        said: z.string(),
        picture: z.string(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")));

const worker = createWorkerClient(forkWorker);
afterAll(() => worker.stop());

test("the words are not the ones that the network says in PyTorch", async () => {
  const pack = await readPack(folder, true);
  const { inference } = pack.manifest;
  if (inference.kind !== "generate" || inference.backend !== "onnx") throw new Error("no writer");
  for (const { asked, said, picture, possible } of golden.cases) {
    const [before = "", after = ""] = asked.split("<image>");
    const image = {
      width: golden.size,
      height: golden.size,
      channels: 1 as const,
      data: new Uint8Array(Buffer.from(picture, "base64")),
    };
    const messages = [
      { role: "user" as const, content: [{ text: before }, { image }, { text: after }] },
    ];
    const choices = possible?.map((one) => ` ${one}`);
    const question = { messages, choices, maxTokens: 64, temperature: 0, seed: 0, stop: [] };
    const { answer } = await worker.write(
      { devices: ["cpu"], threads: 1, ...writerFiles(pack, inference), question },
      undefined,
    );
    expect(answer.text.trim()).toBe(said);
  }
});
