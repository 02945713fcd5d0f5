/** The pack that stands for a model nobody described: a bare file, or a server. What is not known is not claimed. */
import { createHash } from "node:crypto";
import type { Manifest } from "../manifest.ts";

type Bare = {
  /** The model's own name; with `mark` it makes the id, the same for the same model. */
  name: string;
  mark: string;
  title: string;
  licence: string;
  card: string;
  /** Beside the card. */
  files: Manifest["files"];
  inference: Extract<Manifest["inference"], { kind: "generate" }>;
};

export function bareManifest(bare: Bare): Manifest {
  return {
    format: "evidesk-pack/1",
    id: `${plainName(bare.name)}-${bare.mark.slice(0, 6)}`,
    version: "1.0.0",
    title: bare.title,
    task: "generation",
    licence: {
      name: bare.licence,
      commercialUse: false,
      clinicalUse: false,
      researchOnly: true,
      attribution: [],
    },
    intendedUse:
      "Writes suggestions by the bundled prompts, each checked against the text it was given.",
    notForDiagnosis: true,
    files: [
      ...bare.files,
      {
        path: "card.md",
        bytes: Buffer.byteLength(bare.card),
        sha256: createHash("sha256").update(bare.card).digest("hex"),
      },
    ],
    inputs: [{ name: "prompt", modality: ["text"], channels: 1, dtype: "string" }],
    preprocess: [],
    inference: bare.inference,
    postprocess: [],
    labels: [],
    card: "card.md",
    figures: [],
  };
}

function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return plain || "model";
}
