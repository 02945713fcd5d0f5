/** Text packs by id: tokens made here, the network in the worker, spans and scores back. */
import { readFile } from "node:fs/promises";
import { AppError } from "../../api/errors.ts";
import type { SettingsOf } from "./experts.ts";
import { packFile, type Pack } from "./pack.ts";
import type { Packs } from "./packs.ts";
import { openTextPack, runTagPack, vocabularyFile, type TextPack } from "./text/text-pack.ts";
import type { TextSpan } from "./text/tagging.ts";
import type { RunNetwork } from "./text/tensors.ts";
import { embedTexts, scoreTexts } from "./text/vectors.ts";
import type { WorkerClient } from "./worker-client.ts";

type Options = { signal: AbortSignal };

/** What other features see of text packs. @throws notFound, packMismatch, wrongModality, modelFailed, modelUnavailable, cancelled */
export type Texts = {
  /** Spans with offsets into `text` in UTF-16 units, in order; a pack that judges whole texts gives one span over all. */
  tag: (packId: string, text: string, options: Options) => Promise<TextSpan[]>;
  /** Probability of the pack's one label for each text, in order. */
  score: (packId: string, texts: string[], options: Options) => Promise<number[]>;
  /** One vector of length 1 for each text, in order. */
  embed: (packId: string, texts: string[], options: Options) => Promise<Float32Array[]>;
};

export function createTexts(packs: Packs, worker: WorkerClient, settingsOf: SettingsOf): Texts {
  const opened = new Map<string, TextPack>();

  async function open(
    packId: string,
    { signal }: Options,
  ): Promise<{ text: TextPack; run: RunNetwork }> {
    const pack = await packs.checkedPack(packId);
    const text = await vocabularyOf(pack);
    const path = packFile(pack, text.file);
    return {
      text,
      run: async (feeds) =>
        (await worker.run({ path, ...settingsOf(packId), feeds }, signal)).outputs,
    };
  }

  async function vocabularyOf(pack: Pack): Promise<TextPack> {
    const { manifest } = pack;
    if (manifest.inference.kind !== "text")
      throw new AppError(
        "wrongModality",
        `${manifest.id} is a ${manifest.task} pack for ${manifest.inputs.flatMap((input) => input.modality).join(" or ")}; it reads no text.`,
      );
    const key = `${pack.folder}@${manifest.version}`;
    const known = opened.get(key);
    if (known) return known;
    const text = openTextPack(
      manifest,
      await readFile(packFile(pack, vocabularyFile(manifest)), "utf8"),
    );
    opened.set(key, text);
    return text;
  }

  return {
    tag: async (packId, text, options) => {
      const pack = await open(packId, options);
      if (pack.text.decoding.kind === "sigmoid") return [await whole(pack, text)];
      return runTagPack(pack.text, text, pack.run);
    },
    score: async (packId, texts, options) => {
      const { text, run } = await open(packId, options);
      refuseDecoding(text, "sigmoid");
      return scoreTexts(texts, text, run);
    },
    embed: async (packId, texts, options) => {
      const { text, run } = await open(packId, options);
      refuseDecoding(text, "vector");
      return embedTexts(texts, text, run);
    },
  };
}

async function whole(pack: { text: TextPack; run: RunNetwork }, text: string): Promise<TextSpan> {
  const [score = 0] = await scoreTexts([text], pack.text, pack.run);
  const { labels, id, operatingPoint } = pack.text;
  return {
    ...{ start: 0, end: text.length, label: labels[0] ?? id, text, score },
    ...(operatingPoint === undefined ? {} : { operatingPoint, above: score >= operatingPoint }),
  };
}

function refuseDecoding(
  { id, task, decoding }: TextPack,
  wanted: TextPack["decoding"]["kind"],
): void {
  if (decoding.kind !== wanted)
    throw new AppError(
      "wrongModality",
      `${id} does ${task} (${decoding.kind}); a pack with decoding "${wanted}" is needed.`,
    );
}
