import { mkdtempSync, writeFileSync } from "node:fs";
// oxlint-disable-next-line no-restricted-imports -- a stand-in for the model server, not a part of the program
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode as decodePng } from "fast-png";
import { afterEach, describe, expect, test } from "vitest";
import { promptsFolder } from "../../../places.ts";
import { openPacks } from "../packs.ts";
import { readAnswer } from "./answer.ts";
import { ask } from "./ask.ts";
import { createEndpoint } from "./endpoint.ts";
import { createGeneration, readPrompts } from "./generation.ts";
import type { Generator } from "./generator.ts";
import { createGenerationHandlers } from "./handlers.ts";
import { fillPrompt, parsePrompt } from "./prompt.ts";

const frame = { signal: new AbortController().signal, emit: () => {} };
const screening = (await readPrompts(promptsFolder)).find(({ id }) => id === "screening");
if (screening === undefined) throw new Error("The screening prompt is missing.");
const good = '{"evaluations":[{"criterion":1,"quote":"adults","verdict":"yes"}]}';
const { schema } = screening;

describe("answers as models write them", () => {
  test.each([
    ["bare", good],
    ["in a fence", `Here you are:\n\`\`\`json\n${good}\n\`\`\`\nLet me know if you need more.`],
    ["with words after it", `${good}\n\nI chose "yes" because of {age}.`],
    ["after words with braces", `Criterion {1} first. ${good}`],
  ])("%s: read", (_, text) => {
    expect(readAnswer(text, schema, "end")).toMatchObject({
      ok: true,
      value: { evaluations: [{ criterion: 1, verdict: "yes" }] },
    });
  });

  test.each([
    ["empty", "  \n", "end", "empty"],
    ["a refusal", "I'm sorry, but I can't help with medical decisions.", "end", "refused"],
    ["prose", "The study seems to meet all criteria.", "end", "notJson"],
    ["cut off at the limit", good.slice(0, 40), "length", "cutOff"],
    ["an inner object alone", '{"criterion":1,"quote":"","verdict":"yes"}', "end", "wrongShape"],
    ["a verdict of its own making", good.replace("yes", "maybe"), "end", "wrongShape"],
    ["an empty list", '{"evaluations":[]}', "end", "wrongShape"],
    ["fields nobody asked for", good.replace("{", '{"include":true,'), "end", "wrongShape"],
  ] as const)("%s: a failure of its own kind, with the text kept", (_, text, stopped, kind) => {
    expect(readAnswer(text, schema, stopped)).toMatchObject({
      ok: false,
      failure: { kind, text },
    });
  });
});

describe("prompts", () => {
  test("every bundled prompt reads, its example answer meets its own schema", async () => {
    const prompts = await readPrompts(promptsFolder);
    expect(prompts.map(({ id }) => id).toSorted()).toEqual([
      "answer",
      "arm-design",
      "criteria",
      "participant-statistics",
      "pico",
      "screening",
      "search-query",
      "study-characteristics",
      "terms",
      "trial-result",
    ]);
    for (const prompt of prompts) {
      const example = prompt.text.slice(prompt.text.lastIndexOf("Answer with JSON only"));
      expect(readAnswer(example, prompt.schema, "end"), prompt.id).toMatchObject({ ok: true });
    }
  });

  test("what a paper says is never read as a part of the prompt, and a missing value is an error", () => {
    const filled = fillPrompt(screening, { criteria: "1. Adults", record: "{{criteria}}" });
    expect(filled).toContain("{{criteria}}");
    expect(filled.match(/1\. Adults/g)).toHaveLength(1);
    expect(() => fillPrompt(screening, { criteria: "1. Adults" })).toThrow(/missing: record/);
    expect(() => fillPrompt(screening, { criteria: "", record: "", more: "" })).toThrow(/more/);
  });

  test.each([
    ["no head", "Just text", /head between ---/],
    ["a head that is no JSON", "---\nid: a\n---\ntext", /not JSON/],
    ["a head without a schema", '---\n{"id":"a","version":1}\n---\ntext', /a\.1\.md: /],
  ])("%s: names the file and the reason", (_, content, reason) => {
    expect(() => parsePrompt(content, "a.1.md")).toThrow(reason);
  });
});

type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that speaks as vLLM does, or breaks as networks do. */
async function serve(chat: Answering): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (request.url === "/tokenize") {
        const { prompt } = JSON.parse(body) as { prompt: string };
        response.end(JSON.stringify({ count: prompt.split(/\s+/).length }));
      } else chat(request, response, body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const event = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
const streamed =
  (...pieces: string[]): Answering =>
  (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
const values = { criteria: "1. Adults", record: "A trial in adults" };
const asked = (generator: Generator, signal = frame.signal) =>
  ask(generator, screening, values, { signal, seed: 7 });
const endpointAt = (address: string, more: { contextTokens?: number; silenceMs?: number } = {}) =>
  createEndpoint({ address, model: "leads", contextTokens: 4096, ...more }, (url, options) =>
    fetch(url, options),
  );

describe("an OpenAI-compatible server", () => {
  test("two dozen questions wait for one another, or answers are mixed up", async () => {
    const waiting: (() => void)[] = [];
    const address = await serve((_, response, body) => {
      const { seed } = JSON.parse(body) as { seed: number };
      waiting.push(() => {
        const own = good.replace('"adults"', `"adults ${seed}"`);
        streamed(event(own), event("", "stop"))(_, response, body);
      });
      // Nobody is answered before all have asked.
      if (waiting.length === 24) for (const answer of waiting) answer();
    });
    const generator = endpointAt(address);
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, seed) =>
        ask(generator, screening, values, { signal: frame.signal, seed }),
      ),
    );
    for (const [seed, answer] of answers.entries())
      expect(answer).toMatchObject({
        ok: true,
        value: { evaluations: [{ quote: `adults ${seed}` }] },
      });
  });

  test("a picture does not travel as PNG, or free text is asked for as JSON", async () => {
    let sent: unknown;
    const address = await serve((request, response, body) => {
      sent = JSON.parse(body);
      streamed(event("A mass."), event("", "stop"))(request, response, body);
    });
    const image = {
      width: 2,
      height: 1,
      channels: 3 as const,
      data: Uint8Array.of(1, 2, 3, 250, 0, 9),
    };
    const { text } = await endpointAt(address).write(
      {
        messages: [{ role: "user", content: [{ text: "T1: " }, { image }] }],
        maxTokens: 9,
        temperature: 0,
        seed: 1,
      },
      { signal: frame.signal },
    );
    expect(text).toBe("A mass.");
    expect(sent).not.toHaveProperty("response_format");
    const { messages } = sent as { messages: { content: { image_url?: { url: string } }[] }[] };
    const [words, picture] = messages[0]?.content ?? [];
    expect(words).toEqual({ type: "text", text: "T1: " });
    const png = Buffer.from((picture?.image_url?.url ?? "").split(",")[1] ?? "", "base64");
    expect(decodePng(png)).toMatchObject({ width: 2, height: 1, channels: 3 });
    expect([...decodePng(png).data]).toEqual([...image.data]);
  });

  test("the schema, seed and model travel; the pieces are one answer with its provenance", async () => {
    const bodies: Record<string, unknown>[] = [];
    const half = good.length >> 1;
    const address = await serve((request, response, body) => {
      bodies.push(JSON.parse(body) as Record<string, unknown>);
      const text = `${event(good.slice(0, half))}${event(good.slice(half))}${event("", "stop")}data: {"choices":[],"usage":{"completion_tokens":21}}\n\ndata: [DONE]\n\n`;
      const bytes = Buffer.from(text);
      // Cut where a line is: pieces on the wire are not events.
      streamed(bytes.subarray(0, 50).toString(), bytes.subarray(50).toString())(
        request,
        response,
        body,
      );
    });
    expect(await asked(endpointAt(address))).toMatchObject({
      ok: true,
      value: JSON.parse(good),
      prompt: "screening@1",
      model: "leads",
      seed: 7,
      tokens: 21,
    });
    expect(bodies[0]).toMatchObject({
      model: "leads",
      seed: 7,
      temperature: 0.1,
      response_format: { type: "json_schema", json_schema: { schema } },
    });
  });

  test.each<[string, Answering, string]>([
    [
      "cut in mid-stream",
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(event(good.slice(0, 20)));
        setTimeout(() => response.destroy(), 20);
      },
      "cutOff",
    ],
    ["ended without a finish reason", streamed(event(good.slice(0, 20))), "cutOff"],
    ["at the token limit", streamed(event(good.slice(0, 20)), event("", "length")), "cutOff"],
    ["silent", () => {}, "timeout"],
    ["overloaded", (_, response) => response.writeHead(503).end("busy"), "unavailable"],
    [
      "too long for it",
      (_, response) => response.writeHead(400).end("maximum context length is 2048 tokens"),
      "contextOverflow",
    ],
    ["no chat server at all", streamed("data: <html>\n\n"), "unavailable"],
  ])("%s: a failure that is told, not thrown", async (_, answering, failure) => {
    const address = await serve(answering);
    const answer = await asked(endpointAt(address, { silenceMs: 300 }));
    expect(answer).toMatchObject({ ok: false, failure });
    if (!answer.ok) expect(answer.message.length).toBeGreaterThan(20);
  });

  test("a server that is not there, and a question that does not fit, send nothing", async () => {
    expect(await asked(endpointAt("http://127.0.0.1:9/v1"))).toMatchObject({
      ok: false,
      failure: "unavailable",
      message: expect.stringContaining("did not answer"),
    });
    let chats = 0;
    const address = await serve((_, response) => {
      chats += 1;
      response.end();
    });
    expect(await asked(endpointAt(address, { contextTokens: 600 }))).toMatchObject({
      ok: false,
      failure: "contextOverflow",
    });
    expect(chats).toBe(0);
  });

  test("cancelling stops the answer and is no failure of the model", async () => {
    const stop = new AbortController();
    const address = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event("{"));
      stop.abort();
    });
    await expect(asked(endpointAt(address), stop.signal)).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("servers as packs", () => {
  function desk() {
    const folder = mkdtempSync(join(tmpdir(), "evidesk-generation-"));
    const packs = openPacks(join(folder, "none"), folder);
    const kept = new Map<string, string>();
    const generation = createGeneration({
      packs,
      promptsFolder,
      fetch: (url, options) => fetch(url, options),
      secret: async (name) => kept.get(name),
      worker: {
        write: () => Promise.reject(new Error("no model runs here")),
        countTokens: () => Promise.reject(new Error("no model runs here")),
      },
      settingsOf: () => ({ devices: ["cpu"], threads: 1 }),
    });
    const secrets = {
      set: async (name: string, value: string | null) => void kept.set(name, value ?? ""),
    };
    return { packs, kept, calls: createGenerationHandlers({ packs, generation, secrets }) };
  }
  const add = { model: "Leads 7B", contextTokens: 4096, remote: false };

  test("another machine is refused unless it was allowed, and a changed manifest is no consent", async () => {
    const { calls, packs } = desk();
    const address = "http://models.example.org/v1";
    await expect(calls["generation.addEndpoint"]({ ...add, address }, frame)).rejects.toMatchObject(
      { code: "badInput", message: expect.stringContaining("leave") },
    );
    const { id } = await calls["generation.addEndpoint"]({ ...add, address, remote: true }, frame);
    const { folder, manifest } = await packs.checkedPack(id);
    const { inference } = manifest;
    const silent = { ...manifest, inference: { ...inference, remote: false } };
    writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(silent)}\n`);
    await expect(
      calls["generation.ask"]({ packId: id, prompt: "screening", values, seed: 1 }, frame),
    ).rejects.toMatchObject({ code: "modelUnavailable" });
  });

  test("a local server answers by its pack, with its key from the keychain", async () => {
    const { calls, kept } = desk();
    let key: string | undefined;
    const address = await serve((request, response, body) => {
      key = request.headers.authorization;
      streamed(event(good), event("", "stop"))(request, response, body);
    });
    const { id } = await calls["generation.addEndpoint"]({ ...add, address, key: "k-1" }, frame);
    const answer = await calls["generation.ask"](
      { packId: id, prompt: "screening", values, seed: 1 },
      frame,
    );
    expect(answer).toMatchObject({ ok: true });
    expect(key).toBe("Bearer k-1");
    expect([...kept.values()]).toEqual(["k-1"]);
    await expect(
      calls["generation.ask"]({ packId: id, prompt: "poetry", values, seed: 1 }, frame),
    ).rejects.toThrow(/no prompt "poetry"/);
  });
});
