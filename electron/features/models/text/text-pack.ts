/** A text pack opened: what its manifest says, checked, with the vocabulary read. */
import { AppError } from "../../../api/errors.ts";
import type { Manifest } from "../manifest.ts";
import { labelSentences } from "./sentences.ts";
import { tagText, type TextSpan } from "./tagging.ts";
import type { RunNetwork } from "./tensors.ts";
import { readVocabulary, type Vocabulary } from "./tokenizer.ts";

export type TextPack = Extract<Manifest["inference"], { kind: "text" }> & {
  id: string;
  task: Manifest["task"];
  labels: string[];
  /** Of the first label, where the manifest measured one. */
  operatingPoint: number | undefined;
  vocabulary: Vocabulary;
  vocabularyFile: string;
  maxTokens: number;
};

/** The name of the vocabulary file that `openTextPack` wants the content of. */
export function vocabularyFile(manifest: Manifest): string {
  const step = manifest.preprocess.find((candidate) => candidate.step === "tokenize");
  if (step === undefined)
    throw new AppError("packInvalid", `${manifest.id}: a text pack needs a "tokenize" step.`);
  return step.vocabulary;
}

/** @throws packInvalid when the manifest's inference is not one of the text decodings. */
export function openTextPack(manifest: Manifest, vocabularyText: string): TextPack {
  const step = manifest.preprocess.find((candidate) => candidate.step === "tokenize");
  const { id, task, labels, inference, operatingPoints } = manifest;
  if (step === undefined || inference.kind !== "text") {
    throw new AppError(
      "packInvalid",
      `${id}: not a text pack that can run (needs a "tokenize" step and inference of kind "text").`,
    );
  }
  return {
    ...inference,
    id,
    task,
    labels: labels.map((label) => label.name),
    operatingPoint: operatingPoints?.find(({ label }) => label === labels[0]?.name)?.threshold,
    vocabulary: readVocabulary(vocabularyText),
    vocabularyFile: step.vocabulary,
    maxTokens: step.maxTokens,
  };
}

/** What `evidesk tag` prints: spans with offsets into `text` (UTF-16 units), in order. @throws wrongModality */
export async function runTagPack(
  pack: TextPack,
  text: string,
  run: RunNetwork,
): Promise<TextSpan[]> {
  const { decoding } = pack;
  if (decoding.kind === "sentences") return labelSentences(text, pack, run);
  if (decoding.kind === "bio" || decoding.kind === "thresholds")
    return tagText(text, { ...pack, decoding }, run);
  throw new AppError(
    "wrongModality",
    `${pack.id} does ${pack.task}, it marks nothing in a text; a tagging or classification pack does.`,
  );
}
