/** The files that a manifest names, and what it says goes in and comes out of its networks. */
import type { Manifest } from "./manifest.ts";

/** `at` is the field; a network of ONNX with the names that its inputs and outputs must have, or a GGUF file. */
export type NamedFile = { at: string; path: string } & (
  | { holds: "onnx"; inputs: string[]; outputs: string[] }
  | { holds: "gguf" | "text" }
);

/** Every file that running the pack would open. */
export function filesNamed({ inference, preprocess }: Manifest): NamedFile[] {
  const vocabularies = preprocess.flatMap((step, at): NamedFile[] =>
    step.step === "tokenize"
      ? [{ at: `preprocess.${at}.vocabulary`, path: step.vocabulary, holds: "text" }]
      : [],
  );
  return [...vocabularies, ...ofInference(inference)];
}

type Wires = { file: string; input: string; output: string };

const network = (at: string, { file, input, output }: Wires, more: string[] = []): NamedFile => ({
  at,
  path: file,
  holds: "onnx",
  inputs: [input, ...more],
  outputs: [output],
});

function ofInference(inference: Manifest["inference"]): NamedFile[] {
  switch (inference.kind) {
    case "rules":
      return [];
    case "ensemble":
      return inference.members.map((member, at) => network(`inference.members.${at}.file`, member));
    case "classPrompt": {
      const { head, points, prompt } = inference;
      return [
        // With a head, the class ids go there.
        network("inference.file", inference, head ? [] : [prompt]),
        ...(head ? [network("inference.head.file", head, [prompt])] : []),
        ...(points
          ? [network("inference.points.file", points, [points.points, points.kinds])]
          : []),
      ];
    }
    case "generate":
      return ofWriter(inference);
    default:
      return [network("inference.file", inference)];
  }
}

function ofWriter(inference: Extract<Manifest["inference"], { kind: "generate" }>): NamedFile[] {
  if (inference.backend === "endpoint") return [];
  if (inference.backend === "llama")
    return [
      { at: "inference.file", path: inference.file, holds: "gguf" },
      ...inference.adapters.map((path, at): NamedFile => ({
        at: `inference.adapters.${at}`,
        path,
        holds: "gguf",
      })),
    ];
  const { file, tokenizer, config, vision } = inference;
  return [
    network("inference.file", {
      file,
      input: vision ? "inputs_embeds" : "input_ids",
      output: "logits",
    }),
    { at: "inference.tokenizer", path: tokenizer, holds: "text" },
    { at: "inference.config", path: config, holds: "text" },
    ...(vision
      ? [
          network("inference.vision.encoder", {
            file: vision.encoder,
            input: "pixel_values",
            output: "image_features",
          }),
          network("inference.vision.embed", {
            file: vision.embed,
            input: "input_ids",
            output: "inputs_embeds",
          }),
        ]
      : []),
  ];
}
