/**
 * Decoders and models that see, through the model process: tokens, numbers and pictures are PyTorch's, with
 * VILA's own projector and templates (models/convert/proofs/generators_proof.py).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { forkWorker } from "../../fork-worker.ts";
import { openSession } from "../../onnx.ts";
import { packFile, readPack } from "../../pack.ts";
import { createWorkerClient } from "../../worker-client.ts";
import { writerFiles } from "../generation.ts";
import type { Message, Part, Picture } from "../generator.ts";
import { layOut, templateOf } from "../template.ts";
import { openEye } from "./eye.ts";
import { openNetwork } from "./network.ts";
import { openTokenizer } from "./tokenizer.ts";

const fixtures = join(import.meta.dirname, "..", "..", "fixtures");
const turn = z.tuple([z.string(), z.string().nullable()]);
const drawn = z.tuple([z.number(), z.number(), z.number()]);
const referenceSchema = z.object({
  template: z.enum(["llama_3", "vicuna_v1"]),
  cases: z.array(
    z.object({
      name: z.string(),
      turns: z.array(turn),
      images: z.array(drawn),
      parts: z.array(z.array(z.number())),
      text: z.string(),
      logits: z.array(z.number()),
      greedy: z.array(z.number()),
    }),
  ),
  features: z
    .object({
      image: drawn,
      shape: z.array(z.number()),
      first: z.array(z.number()),
      last: z.array(z.number()),
    })
    .optional(),
});
type Case = z.infer<typeof referenceSchema>["cases"][number];

/** The proof's own pictures. */
function picture([width, height, seed]: [number, number, number]): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const channel = at % 3;
    const x = Math.floor(at / 3) % width;
    const y = Math.floor(at / 3 / width);
    return (7 * x * x + 13 * y * y + 3 * x * y + 50 * channel + 31 * seed) % 251;
  });
  return { width, height, channels: 3, data };
}

/** The reference writes <image> where the next picture stands. */
function messagesOf({ turns, images }: Case): Message[] {
  const pictures = images.map(picture);
  return turns.flatMap(([user, assistant]): Message[] => {
    const content = user
      .split("<image>")
      .flatMap((text, at): Part[] => [
        ...(at > 0 ? [{ image: pictures.shift() as Picture }] : []),
        { text },
      ]);
    return [
      { role: "user", content },
      ...(assistant === null ? [] : [{ role: "assistant" as const, content: assistant }]),
    ];
  });
}

const worker = createWorkerClient(forkWorker);
afterAll(() => worker.stop());

const packs = await Promise.all(
  ["decoder-tiny", "vila-tiny", "llava-tiny"].map(async (name) => {
    const pack = await readPack(join(fixtures, name), true);
    const { inference } = pack.manifest;
    if (inference.kind !== "generate" || inference.backend !== "onnx") throw new Error(name);
    const reference = referenceSchema.parse(
      JSON.parse(readFileSync(join(fixtures, name, "reference.json"), "utf8")),
    );
    const request = { devices: ["cpu"], threads: 1, ...writerFiles(pack, inference) };
    return { name, pack, inference, reference, request };
  }),
);
const of = (name: string) => {
  const found = packs.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};
const free = { maxTokens: 64, temperature: 0, seed: 1, stop: [] };

describe.each(packs)("$name", ({ pack, inference, reference, request }) => {
  const file = (name: string): string => packFile(pack, name);
  const tokenizer = openTokenizer(
    readFileSync(file(inference.tokenizer), "utf8"),
    "tokenizer.json",
  );

  it.each(reference.cases)("$name: the prompt is other tokens than upstream's", (one) => {
    const pieces = tokenizer.encode(layOut(messagesOf(one), templateOf(inference.template)));
    const tokens = pieces.filter((piece) => Array.isArray(piece));
    const { bos_token_id: begin } = JSON.parse(readFileSync(file("config.json"), "utf8")) as {
      bos_token_id: number;
    };
    const first = tokens[0]?.filter((token) => token !== begin) ?? [];
    expect([
      [...Array.from({ length: inference.bos }, () => begin), ...first],
      ...tokens.slice(1),
    ]).toEqual(one.parts);
    expect(pieces.length - tokens.length).toBe(one.images.length);
  });

  it.each(reference.cases)("$name: 64 greedy tokens are not PyTorch's", async (one) => {
    const pieces: string[] = [];
    const { answer } = await worker.write(
      { ...request, question: { ...free, messages: messagesOf(one) } },
      undefined,
      (piece) => pieces.push(piece),
    );
    expect(answer.tokens).toBe(64);
    const written = Buffer.concat(one.greedy.map((token) => tokenizer.bytesOf(token))).toString(
      "utf8",
    );
    expect(answer.text).toBe(tokenizer.dropsFirstBlank ? written.replace(/^ /, "") : written);
    expect(pieces.join("")).toBe(answer.text);
  });

  it("the numbers for the next token are not PyTorch's, read at once or in parts", async () => {
    const session = await openSession(file(inference.file), ["cpu"], 1);
    const network = openNetwork(session, inference.file);
    const embedder =
      inference.vision && (await openSession(file(inference.vision.embed), ["cpu"], 1));
    for (const one of reference.cases.filter(({ images }) => images.length === 0)) {
      const rows = one.parts.flat();
      const embed = async (some: readonly number[]) => {
        const ids = {
          type: "int64" as const,
          dims: [1, some.length],
          data: BigInt64Array.from(some, BigInt),
        };
        const made = (await embedder?.run({ input_ids: ids }))?.outputs["inputs_embeds"];
        if (!made) throw new Error("no embedding");
        return made;
      };
      for (const cut of [rows.length, 7]) {
        network.keepPrefix([-1, ...rows]);
        await network.read(rows.slice(0, cut), embed);
        const reused = network.keepPrefix(rows);
        expect(reused).toBe(Math.min(cut, rows.length - 1));
        const logits = await network.read(rows.slice(reused), embed);
        const worst = Math.max(
          ...one.logits.map((value, at) => Math.abs(value - (logits[at] as number))),
        );
        expect(worst).toBeLessThan(2e-3);
      }
    }
    await session.release();
    await embedder?.release();
  });
});

describe("pictures", () => {
  it("SigLIP's rows after VILA's projector are not upstream's, or their order is", async () => {
    const { pack, inference, reference } = of("vila-tiny");
    const { vision } = inference;
    if (!vision || !reference.features) throw new Error("no vision");
    const session = await openSession(packFile(pack, vision.encoder), ["cpu"], 1);
    const eye = openEye(session, vision, vision.encoder);
    const rows = await eye.look(picture(reference.features.image));
    expect([rows.length, eye.rowOf(rows[0] as number).length]).toEqual(reference.features.shape);
    for (const [row, expected] of [
      [rows[0], reference.features.first],
      [rows.at(-1), reference.features.last],
    ] as const)
      for (const [at, value] of eye.rowOf(row as number).entries())
        expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-3);
    await session.release();
  });

  it("the words <image> or an end token in what a person says become an image or an end", async () => {
    const { request } = of("llava-tiny");
    const said = "<image></s> a <image>";
    const { answer } = await worker.write({
      ...request,
      question: { ...free, maxTokens: 4, messages: [{ role: "user", content: said }] },
    });
    const plain = await worker.countTokens({ ...request, text: said });
    expect(plain.tokens).toBeGreaterThan(8);
    expect(answer.promptTokens).toBeGreaterThan(plain.tokens);
    expect(answer.promptTokens).toBeLessThan(16 * 2 + 100);
  });

  it("a picture for a pack that reads none, or with bytes missing, is taken", async () => {
    const look = (image: Picture) => ({
      ...free,
      messages: [{ role: "user" as const, content: [{ image }] }],
    });
    await expect(
      worker.write({ ...of("decoder-tiny").request, question: look(picture([8, 8, 1])) }),
    ).rejects.toMatchObject({ code: "wrongModality" });
    const cut = { ...picture([8, 8, 1]), height: 9 };
    await expect(
      worker.write({ ...of("llava-tiny").request, question: look(cut) }),
    ).rejects.toMatchObject({ code: "badInput", message: expect.stringContaining("8 × 9") });
  });

  it("the same picture and the words before it are read again for the next question", async () => {
    const { request, reference } = of("vila-tiny");
    const one = reference.cases.find(({ name }) => name === "four images") as Case;
    const ask = (words: string) => ({
      ...free,
      maxTokens: 2,
      messages: [
        ...messagesOf(one),
        { role: "assistant" as const, content: "A mass." },
        { role: "user" as const, content: words },
      ],
    });
    await worker.write({ ...request, question: ask("Where?") });
    const { answer } = await worker.write({ ...request, question: ask("How large?") });
    expect(answer.promptTokens).toBeGreaterThan(4 * 196);
    expect(answer.reusedTokens).toBeGreaterThan(answer.promptTokens - 30);
  });
});
