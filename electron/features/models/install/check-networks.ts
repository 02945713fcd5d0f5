/** A pack's networks, looked into before the pack counts as installed: right kind of file, right names. */
import { join } from "node:path";
import { AppError } from "../../../api/errors.ts";
import { filesNamed } from "../networks.ts";
import type { Pack } from "../pack.ts";
import { isGgufFile } from "./gguf-pack.ts";
import { readOnnxHeader } from "./onnx-header.ts";

/** @throws packInvalid naming the file, or the input or output that its network does not have */
export async function checkNetworks({ folder, manifest }: Pack): Promise<void> {
  const { id } = manifest;
  for (const named of filesNamed(manifest)) {
    const { at, path, holds } = named;
    const file = join(folder, path);
    if (holds === "gguf" && !(await isGgufFile(file)))
      throw new AppError("packInvalid", `${id}: ${at}: "${path}" is no GGUF file.`, { at, path });
    if (holds !== "onnx") continue;
    const header = await readOnnxHeader(file, path);
    for (const kind of ["inputs", "outputs"] as const)
      for (const name of named[kind]) {
        if (header[kind].includes(name)) continue;
        throw new AppError(
          "packInvalid",
          `${id}: ${at}: "${path}" has no ${kind === "inputs" ? "input" : "output"} "${name}"; it has ${header[kind].join(", ") || "none"}.`,
          { at, path, name, valid: header[kind] },
        );
      }
  }
}
